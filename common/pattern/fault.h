/*
 * Why a pattern is refused, and where in its text.
 */
#ifndef KEB_PATTERN_FAULT_H
#define KEB_PATTERN_FAULT_H

#include "base/buf.h"

struct pattern_fault {
	size_t at, len;	 /* the offending bytes; len may be 0 */
	unsigned line;	 /* from 1 */
	unsigned column; /* in characters, from 1 */
	bool service;	 /* well formed, but over a limit of the service */
	char text[400];	 /* cause and next step, in one line */
};

/* Returns -1. Fills line and column from `at`. */
int pattern_fault_set(struct pattern_fault *fault, struct slice text, size_t at, size_t len,
		      const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Appends the line of the text with carets below the offending bytes, two lines with LF. */
void pattern_fault_show(struct buf *to, struct slice text, const struct pattern_fault *fault);

#endif
