/*
 * One test of a pattern's leaf array: a plain value or an object with one operator.
 */
#ifndef KEB_PATTERN_OPERATORS_H
#define KEB_PATTERN_OPERATORS_H

#include "pattern/parse.h"

#include "json/scan.h"

struct reading {
	struct slice text; /* the whole pattern, checked JSON */
	unsigned flags;
	bool plain_or; /* `$or` is an ordinary name, as for the service's older parser */
	struct arena *arena;
	struct pattern_fault *fault;
	struct buf scratch;
};

/* Sets the fault at `where`, a slice of the text; returns -1. */
int reading_fault(struct reading *r, struct slice where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What a raw string (no quotes) stands for, in the arena. */
struct slice reading_unescape(struct reading *r, struct slice raw);

/* 0 or -1. */
int operators_read(struct reading *r, const struct json_member *element, struct test *test);

#endif
