/*
 * What a reader has to know of each message and enum of a schema: made once, from
 * descriptors whose type names are found in the scope they stand in.
 */
#ifndef KEB_PROTOBUF_PLAN_H
#define KEB_PROTOBUF_PLAN_H

#include "connect/form.h"
#include "files.h"

#include <stdint.h>

#define PROFILES 2 /* of enum connect_profile */

/* The numbers are those of FieldDescriptorProto.Type. */
enum proto_type {
	PROTO_DOUBLE = 1,
	PROTO_FLOAT,
	PROTO_INT64,
	PROTO_UINT64,
	PROTO_INT32,
	PROTO_FIXED64,
	PROTO_FIXED32,
	PROTO_BOOL,
	PROTO_STRING,
	PROTO_GROUP,
	PROTO_MESSAGE,
	PROTO_BYTES,
	PROTO_UINT32,
	PROTO_ENUM,
	PROTO_SFIXED32,
	PROTO_SFIXED64,
	PROTO_SINT32,
	PROTO_SINT64,
};

/* Messages that stand for something else where they are a field. */
enum proto_special {
	SPECIAL_NONE,
	SPECIAL_WRAPPER,
	SPECIAL_TIMESTAMP,
	SPECIAL_DATE,
	SPECIAL_TIME,
	SPECIAL_CONFLUENT_DECIMAL,
	SPECIAL_GLUE_DECIMAL,
};
#define SPECIAL_PARTS 4

struct proto_value {
	int32_t number;
	struct slice label; /* in quotes */
};

struct proto_enum {
	struct slice name;	    /* without its scope */
	struct proto_value *values; /* by number, of equal ones the first declared */
	uint32_t n;
	int32_t first; /* the number declared first: what an unset field is */
	bool closed;
};

struct proto_field {
	struct slice name, label; /* label: in quotes, with its colon */
	uint32_t number;
	enum proto_type type;
	bool repeated;
	bool required;
	bool nullable; /* unset it is null, not a default */
	bool strict;   /* a string must be UTF-8 */
	bool closed;   /* an enum's unknown numbers are as if they were not there */
	bool map[PROFILES];
	uint8_t narrow[PROFILES]; /* 8 or 16: printed as a number of so many bits */
	int32_t scale[PROFILES];  /* of a decimal */
	int32_t oneof;		  /* index, or -1 */
	const struct proto_message *message;
	const struct proto_enum *values;
};

struct proto_oneof {
	struct slice label[PROFILES];
	uint32_t *members;
	uint32_t n;
	bool synthetic;
};

/* What is printed next: a field, or a oneof with its members. */
struct proto_part {
	bool oneof;
	uint32_t index;
};

struct proto_parts {
	struct proto_part *p;
	uint32_t n;
};

struct proto_numbered {
	uint32_t number, index;
};

struct proto_message {
	struct slice name; /* with its scope */
	struct proto_field *fields;
	uint32_t n_fields;
	struct proto_oneof *oneofs;
	uint32_t n_oneofs;
	struct proto_parts boxed[PROFILES], flat;
	bool has_required;
	bool entry; /* of a map */
	bool group; /* declared by a group field */
	enum proto_special special;
	int32_t part[SPECIAL_PARTS]; /* the fields that a special one is made of, or -1 */
	uint32_t *by_number;	     /* of each number below n_by_number: index + 1, or 0 */
	uint32_t n_by_number;
	struct proto_numbered *sorted; /* the others, by number */
	uint32_t n_sorted;
	struct proto_message **nested; /* without groups and entries of maps */
	uint32_t n_nested;
	uint32_t file; /* which one of the schema's */
};

/* The message or enum of a full name. */
struct symbol {
	struct slice name;
	struct proto_message *message;
	struct proto_enum *values;
	uint32_t order;
};

struct plan {
	struct symbol *symbols; /* by name */
	uint32_t n, cap;
	struct proto_message top; /* nested: the messages of the first file */
};

/* False with CODEC_SCHEMA when a type is not found. list: plan->symbols is the caller's to free. */
bool plan_make(struct plan *plan, const struct proto_files *files, struct arena *arena,
	       struct codec_fault *fault);

const struct symbol *plan_find(const struct plan *plan, struct slice name);

/* The index of the field with this number, or -1. */
int64_t plan_field(const struct proto_message *message, uint32_t number);

/* The label of a number; absent if the enum has none. */
struct slice plan_label(const struct proto_enum *values, int32_t number);

#endif
