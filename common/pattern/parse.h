/*
 * A pattern's text as a tree of tests, with `$or` multiplied out: a rule matches if
 * one of its alternatives does, an alternative if each of its paths has a value that
 * one of the path's tests accepts.
 */
#ifndef KEB_PATTERN_PARSE_H
#define KEB_PATTERN_PARSE_H

#include "base/arena.h"
#include "pattern/address.h"
#include "pattern/pattern.h"

#include <stdint.h>

enum test_kind {
	TEST_EXACT,   /* a string, byte for byte */
	TEST_ADDRESS, /* a string that is an IP address: any spelling of it */
	TEST_NUMBER,  /* a comparable number */
	TEST_DIGITS,  /* a number that is not: its source text */
	TEST_NULL,
	TEST_FALSE,
	TEST_TRUE,
	TEST_PREFIX,
	TEST_SUFFIX,
	TEST_EQUALS_ANYCASE,
	TEST_PREFIX_ANYCASE,
	TEST_SUFFIX_ANYCASE,
	TEST_WILDCARD,
	TEST_RANGE,
	TEST_NETWORK,
	TEST_EXISTS,   /* any value */
	TEST_POSITIVE, /* how many kinds look at one value; those below look at it otherwise */
	TEST_ABSENT = TEST_POSITIVE, /* no value there */
	TEST_NOT,		     /* anything-but: none of `items` accepts the value */
};

struct range {
	double low, high;	      /* infinite where open */
	uint32_t with_low, with_high; /* no padding: equal ranges are equal bytes */
};

struct test {
	enum test_kind kind;
	struct slice text; /* string kinds: unescaped; TEST_ADDRESS, TEST_DIGITS: as written */
	double number;
	struct range range;
	struct network network; /* TEST_ADDRESS: base */
	struct test *items;	/* TEST_NOT */
	size_t n;
	struct slice source; /* where it stands in the pattern's text */
};

struct tests {
	struct test *test;
	size_t n;
	bool absent;	     /* one of them is TEST_ABSENT */
	struct slice source; /* the array */
	unsigned complexity; /* of its wildcards, unless PATTERN_LIBRARY is set */
	uint32_t compiled;   /* for the machine: what they became, 0 at first */
	bool lost;	     /* in an alternative at least their field was written again */
	struct tests *next_lost;
};

struct condition {
	struct slice path; /* names joined with '.', unescaped */
	struct tests *tests;
};

struct alternative {
	struct condition *condition; /* sorted by path, UTF-16 units, each path once */
	size_t n;
};

struct rule {
	struct alternative *alternative;
	size_t n;
	struct slice or_name; /* a `$or` that was taken as a field name; absent if none */
	struct tests *lost;   /* tests of fields that are written again, in no order */
};

/* Limits of the service and our own. */
#define PATTERN_TEXT_MAX	 4096
#define PATTERN_COMBINATIONS_MAX 1000
#define PATTERN_COMPLEXITY_MAX	 10
#define PATTERN_PATHS_MAX	 256

/* Characters of a pattern, without white space between its tokens. */
size_t pattern_length(struct slice text);

/* Everything in *rule lives in the arena or in the text. 0, or -1 with fault set. */
int pattern_parse(struct slice text, unsigned flags, struct arena *arena, struct rule *rule,
		  struct pattern_fault *fault);

#endif
