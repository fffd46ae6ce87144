/*
 * The memory of one matcher, shared by the parts of matching: the walk over the
 * event's text (match.c), what a value means (values.c), and whether values agree on
 * array elements (agree.c).
 */
#ifndef KEB_PATTERN_MATCH_H
#define KEB_PATTERN_MATCH_H

#include "pattern/machine.h"
#include "pattern/token.h"

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

/* The same, kept for the rest of the event. */
struct element {
	uint32_t around; /* NONE: outermost */
	uint32_t array, index;
};

/* A value that made a condition hold, or is at a field whose absence is asked for. */
struct hit {
	uint32_t element; /* NONE: in no array */
	uint32_t next;
};

/* Stamps say which event a state is of: nothing is cleared between events. */
struct condition_state {
	uint32_t stamp;
	uint32_t first, last; /* hits */
	bool free;	      /* holds by a value outside of all arrays */
	bool done;	      /* further values change nothing */
};

struct field_state {
	uint32_t stamp; /* equal: there is a value */
	uint32_t done;	/* conditions that are */
	uint32_t first, last;
	bool free;
};

struct chosen {
	uint32_t stamp;
	uint32_t index;
	uint32_t level;
};

struct matcher {
	const struct machine *machine;
	int (*hide)(void *ctx, const struct json_member *member);
	void *hide_ctx;
	struct text text;
	uint32_t stamp;	      /* of the event */
	uint32_t value_stamp; /* of the value */
	struct condition_state *condition;
	struct field_state *field;
	uint32_t *negated;	   /* value_stamp at which an anything-but was refused */
	uint32_t *rule;		   /* stamp at which a rule matched */
	LIST_OF(uint32_t) touched; /* conditions that hold */
	LIST_OF(uint32_t) matched; /* rules */
	LIST_OF(struct hit) hits;
	LIST_OF(struct element) elements;
	uint32_t arrays;
	struct buf name, value; /* unescaped */
	/* agree.c */
	LIST_OF(struct chosen) chosen; /* by array */
	LIST_OF(uint32_t) undo;
	uint32_t choice_stamp;
};

/*
 * A value at a field: raw is its text, the content of a string without the quotes.
 * What it makes hold is noted.
 */
void values_take(struct matcher *m, uint32_t field, enum json_type type, struct slice raw,
		 bool escaped, struct place *place);

/* Whether the conditions of an alternative hold for one choice of array elements. */
bool agree(struct matcher *m, const struct alt *alt);

#endif
