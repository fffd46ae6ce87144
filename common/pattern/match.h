/*
 * The memory of one matcher, shared by the parts of matching: the walk over the
 * event's text (walk.c), what a value means (values.c), and whether values agree on
 * array elements (agree.c).
 */
#ifndef KEB_PATTERN_MATCH_H
#define KEB_PATTERN_MATCH_H

#include "pattern/machine.h"
#include "json/index.h"

/* An array that is being walked; its number is given when a value in it matters. */
struct array_place {
	uint32_t number; /* NONE: none yet */
};

/* The element of an array around the values at hand, innermost first. */
struct place {
	struct place *around;
	struct array_place *array;
	uint32_t index;
	uint32_t element; /* in matcher.elements; NONE: none yet */
};

/* The same, kept for the rest of the event. Hits come in the order of the text. */
struct element {
	uint32_t around; /* NONE: outermost */
	uint32_t array, index;
	uint32_t first, end; /* the hits within it */
};

/* A value that made a condition hold, or is at a field whose absence is asked for. */
struct hit {
	uint32_t element; /* NONE: in no array */
	uint32_t next;
};

/* Hits that belong together, linked; in order also side by side, once agree.c asked. */
struct hits {
	uint32_t first, last; /* in matcher.hits, NONE: none */
	uint32_t at, n;	      /* in matcher.sorted; n is 0: not yet there */
};

/* Stamps say which event a state is of: nothing is cleared between events. */
struct condition_state {
	uint32_t stamp;
	bool free; /* holds by a value outside of all arrays */
	bool done; /* further values change nothing */
	struct hits hits;
};

struct field_state {
	uint32_t stamp; /* equal: there is a value */
	uint32_t done;	/* conditions that are */
	bool free;
	struct hits hits;
};

struct array {
	uint32_t end; /* behind the hits within it */
	/* Which element agree.c has chosen, if any, and for which condition. */
	bool chosen;
	uint32_t element, level;
};

/* The conditions of an alternative that have a part in something, a bit each. */
struct blame {
	uint64_t bits[PATTERN_PATHS_MAX / 64];
};

struct matcher {
	const struct machine *machine;
	int (*hide)(void *ctx, const struct json_member *member);
	void *hide_ctx;
	bool trust;
	struct slice event;	 /* at hand */
	struct index index;	 /* of it */
	struct json_fault fault; /* found by the hook */
	uint32_t stamp;		 /* of the event */
	uint32_t value_stamp;	 /* of the value */
	struct condition_state *condition;
	struct field_state *field;
	uint32_t *negated;	   /* value_stamp at which an anything-but was refused */
	uint32_t *rule;		   /* stamp at which a rule matched */
	LIST_OF(uint32_t) touched; /* conditions that hold */
	LIST_OF(uint32_t) matched; /* rules */
	LIST_OF(struct hit) hits;
	LIST_OF(struct element) elements;
	LIST_OF(struct array) arrays;
	struct buf name, value; /* unescaped */
	/* agree.c */
	LIST_OF(uint32_t) sorted;
	LIST_OF(uint32_t) undo;	    /* arrays with a choice, the latest last */
	LIST_OF(struct blame) able; /* by array: the conditions that have hits in it */
};

/* The alternatives of a rule as rules of their own, without names. */
struct patterns *patterns_of_alternatives(const struct rule *rule);

/* Takes the values of an event to the fields. False if it is no JSON, or no object. */
bool walk_event(struct matcher *m, struct slice event);

/*
 * A value at a field: raw is its text, the content of a string without the quotes.
 * What it makes hold is noted.
 */
void values_take(struct matcher *m, uint32_t field, enum json_type type, struct slice raw,
		 bool escaped, struct place *place);

/* Whether the conditions of an alternative hold for one choice of array elements. */
bool agree(struct matcher *m, const struct alt *alt);

#endif
