/*
 * All rules compiled to one structure.
 *
 *   names    the member names that lead to a tested field, as a trie; a name that
 *	      holds dots counts as several
 *   fields   the tested fields, each with its atoms
 *   atoms    what a value can be tested for, each kind once a field: a hash table for
 *	      what is equal, sorted tables for prefixes and suffixes, lists for the rest
 *   nots     anything-but tests: each accepts unless one of their atoms does
 *   conditions  a list of tests of one field; equal lists are one condition
 *   alternatives  the conditions that must hold together
 *
 * A value makes atoms accept, atoms make conditions hold, and of each alternative only
 * the condition that fewest others need is watched.
 */
#ifndef KEB_PATTERN_MACHINE_H
#define KEB_PATTERN_MACHINE_H

#include "base/list.h"
#include "pattern/parse.h"
#include "pattern/table.h"

#define NONE UINT32_MAX

struct name {
	uint32_t parent;
	uint32_t text, len;   /* in machine.bytes */
	uint32_t child, next; /* first child, next sibling: NONE at the end */
	uint32_t children;
	uint32_t field;	  /* NONE: only on the way to one */
	uint64_t lengths; /* bit n: a child's name has n bytes (63: or more) */
	uint64_t firsts;  /* bit c % 64: see machine_may_lead */
};

struct field {
	/* Atoms of kind k are machine.order[first[k]] to machine.order[first[k + 1] - 1]. */
	uint32_t first[TEST_POSITIVE + 1];
	uint32_t nots; /* first in machine.nots, linked */
	uint32_t conditions;
	bool presence; /* some condition asks for absence */
};

struct atom {
	uint32_t field;
	uint32_t kind;
	uint32_t key, len; /* in machine.bytes: text, or a number, range, network as bytes */
	uint32_t uses;	   /* first in machine.uses, linked */
	/*
	 * TEST_PREFIX, TEST_SUFFIX: where in order the longest one stands that this one
	 * begins (ends) with; TEST_WILDCARD: index in globs; TEST_EQUALS_ANYCASE: hash.
	 */
	uint32_t more;
};

/* What an atom that accepts a value means. */
struct use {
	uint32_t target; /* condition, or negation */
	uint32_t next;
	bool negated;
};

struct negation {
	uint32_t condition;
	uint32_t next; /* of the same field */
};

struct glob {
	uint32_t bytes, ends, pieces; /* in machine.bytes and machine.ends */
};

/* Which of the values that make a condition hold must be remembered. */
enum need {
	NEED_FIRST,	 /* no other field has to agree with it on array elements */
	NEED_UNTIL_FREE, /* up to the first outside of all arrays */
	NEED_ALL,	 /* all: which elements are chosen decides about absence */
};

struct compiled {
	uint32_t field;
	uint32_t key, len; /* in machine.keys: the tests, for finding equal ones */
	uint32_t users;	   /* alternatives that need it */
	uint32_t watch;	   /* first alternative that watches it, linked */
	enum need need;
	bool absent; /* holds when no value is there */
	bool broad;  /* many values make it hold */
};

struct alt {
	uint32_t rule;
	uint32_t first, n; /* in machine.needs, sorted by path */
	uint32_t watch;	   /* next that watches the same condition */
	bool absent;	   /* one of its conditions is about absence */
};

struct machine {
	struct buf bytes;
	LIST_OF(struct name) names; /* 0 is the event itself */
	LIST_OF(struct field) fields;
	LIST_OF(struct atom) atoms;
	LIST_OF(struct use) uses;
	LIST_OF(struct negation) nots;
	LIST_OF(struct glob) globs;
	LIST_OF(uint32_t) ends;
	LIST_OF(struct compiled) conditions;
	LIST_OF(struct alt) alts;
	LIST_OF(uint32_t) needs;
	LIST_OF(uint32_t) order;
	LIST_OF(uint32_t) always; /* alternatives with nothing to watch */
	struct table name_table, atom_table, condition_table;
	struct buf keys; /* of the conditions */
};

void machine_init(struct machine *m);
void machine_free(struct machine *m);
void machine_add(struct machine *m, uint32_t rule, const struct rule *parsed);
/* Sorts and links what was added; nothing can be added after it. */
void machine_finish(struct machine *m);

/* --- look-ups while matching ------------------------------------------------- */

/* The child of a name, NONE if no rule names it: no child has a dot in it. */
uint32_t machine_child(const struct machine *m, uint32_t name, struct slice text);
/*
 * Whether a name in the text may lead anywhere: by the byte behind its opening quote. The
 * name holds no escape.
 */
static inline bool machine_may_lead(const struct machine *m, uint32_t name, char first)
{
	return m->names.p[name].firsts >> (first & 63) & 1;
}

/* The atom of this kind and key, NONE if there is none. */
uint32_t machine_atom(const struct machine *m, uint32_t field, enum test_kind kind,
		      struct slice key);

/* Orders texts by their bytes from the last on, as suffixes are. */
int machine_compare_back(struct slice a, struct slice b);

static inline struct slice machine_key(const struct machine *m, const struct atom *atom)
{
	return (struct slice){m->bytes.p + atom->key, atom->len};
}

#endif
