/*
 * Why a pattern is refused, and where in its text.
 */
#ifndef KEB_PATTERN_FAULT_H
#define KEB_PATTERN_FAULT_H

#include "base/buf.h"
#include "json/scan.h"

#include <stdbool.h>

struct pattern_fault {
	size_t at, len; /* the offending bytes; len may be 0 */
	bool service;	/* well formed, but over a limit of the service */
	char text[400]; /* cause and next step, in one line */
};

/* Returns -1. */
int pattern_fault_set(struct pattern_fault *fault, struct slice text, size_t at, size_t len,
		      const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A text that is no JSON: with what is meant where it shows. Returns -1. */
int pattern_fault_json(struct pattern_fault *fault, struct slice text,
		       const struct json_fault *json);

/* Where a byte of a text is: line and column, in characters, from 1. */
struct pattern_place {
	size_t at;
	unsigned line, column;
};

/*
 * Finds byte `at`, beginning at *place if that is not behind it: so all places of a text,
 * in order, cost one pass. A text is begun with {0}.
 */
void pattern_place_find(struct pattern_place *place, struct slice text, size_t at);

/*
 * Appends the line of the text, or what is near in a long one, with carets below the
 * offending bytes: two lines with LF, fit for a terminal.
 */
void pattern_fault_show(struct buf *to, struct slice text, const struct pattern_fault *fault);

#endif
