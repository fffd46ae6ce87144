/*
 * Numbers and dates among the texts of headers: the part of header.h that needs no parser.
 */
#ifndef KEB_CONNECT_GUESS_H
#define KEB_CONNECT_GUESS_H

#include "base/slice.h"

#include <stdint.h>

/* In the order in which Connect widens numbers. */
enum guess_kind {
	GUESS_NONE, /* a null */
	GUESS_INT8,
	GUESS_INT16,
	GUESS_INT32,
	GUESS_INT64,
	GUESS_FLOAT,
	GUESS_DOUBLE,
	GUESS_DECIMAL,
	GUESS_BOOLEAN,
	GUESS_DATE,
	GUESS_TIME,
	GUESS_TIMESTAMP,
	GUESS_STRING,
	GUESS_ARRAY,
	GUESS_MAP,
};

struct guess {
	enum guess_kind kind;
	int64_t integer; /* days, ms, 0 or 1 for a boolean */
	double real;
	struct slice text; /* of a string; the digits of a decimal */
	bool negative;	   /* decimal */
	/* Of arrays and maps: the first element, and of each the next; keys and values in turn. */
	struct guess *first, *next;
	bool pairs; /* a map whose keys are no strings */
};

/* A number by Java's BigDecimal, in the smallest type that holds it. */
bool guess_number(struct slice token, struct guess *g);

/* ISO 8601 with the very lengths that Connect knows; overflowing parts run over, as in Java. */
bool guess_temporal(struct slice token, struct guess *g);

#endif
