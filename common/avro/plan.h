/*
 * The plan of a schema: nodes that say how a value is read and printed, in three arrays
 * that hold each other's indexes. Made by parse.c (the schema's text), finished by
 * convert.c (what Connect makes of it), walked by read.c. Only avro.c and these use it.
 */
#ifndef KEB_AVRO_PLAN_H
#define KEB_AVRO_PLAN_H

#include "avro.h"

enum node_kind {
	NODE_REFERENCE, /* to a named type; none is left in a finished plan */
	NODE_NULL,
	NODE_BOOLEAN,
	NODE_INT,
	NODE_LONG,
	NODE_FLOAT,
	NODE_DOUBLE,
	NODE_BYTES,
	NODE_STRING,
	NODE_FIXED,
	NODE_ENUM,
	NODE_ARRAY,
	NODE_MAP,
	NODE_RECORD,
	NODE_UNION,    /* of several types, printed with a member for each, or as the value */
	NODE_NULLABLE, /* of null and one type, or of one type alone */
	NODE_ENTRIES,  /* an array of records of key and value, which is a Connect map */
	NODE_ANYTHING, /* Confluent's record for data without a schema */
};

/* What a value means beyond its type. */
enum node_meaning {
	MEANS_ITSELF,
	MEANS_INT8,
	MEANS_INT16,
	MEANS_TIME,    /* milliseconds of a day */
	MEANS_DECIMAL, /* bytes and fixed */
};

/* How entries are printed. */
enum entries_shape {
	ENTRIES_OBJECT,
	ENTRIES_PAIRS,
	ENTRIES_BY_KEYS, /* an object if all keys are strings */
};

/* A run of bytes in the plan's texts. */
struct span {
	uint32_t at, n;
};

struct node {
	uint8_t kind;
	uint8_t meaning;
	uint8_t shape;	  /* entries */
	bool value_first; /* entries: the record has its value before its key */
	uint32_t item;	  /* array, map: the node of its items; entries: that of the record */
	uint32_t slots;	  /* enum, record, union, nullable, anything: the first of its slots */
	uint32_t n_slots;
	uint32_t size; /* fixed */
	int32_t scale; /* decimal */
	/* A null of this type: null, or the default of its Connect schema. */
	struct span null_text;
	/* Union: all members, each null. */
	struct span members;
	/* Why any value of it is refused, or NULL: a text that lasts for ever. */
	const char *refused;
};

/*
 * A part of a node. Record: `{"name":` or `,"name":` and the field's type. Enum: the symbol
 * in quotes. Union: where the member's value stands within `members`, and the branch.
 */
struct slot {
	uint32_t node;
	struct span text;
};

/* An entry of a map that is being printed: offsets within what the datum has printed. */
struct entry {
	uint32_t key, key_end, end;
};

struct avro_schema {
	struct node *nodes;
	struct slot *slots;
	uint32_t n_nodes, n_slots, room_nodes, room_slots, root;
	struct buf texts;
	struct connect_form form;
	/* The reader's memory, kept between records. */
	struct entry *entries;
	uint32_t n_entries, room_entries, room_table;
	uint32_t *table;
	struct buf scratch;
};

static inline struct slice plan_text(const struct avro_schema *plan, struct span span)
{
	return (struct slice){plan->texts.p + span.at, span.n};
}

#endif
