/*
 * Wildcard tests: '*' stands for any bytes, "\*" and "\\" for themselves. A wildcard
 * is kept as the pieces between its stars.
 */
#ifndef KEB_PATTERN_GLOB_H
#define KEB_PATTERN_GLOB_H

#include "base/slice.h"

#include <stdint.h>

/* What is wrong with the text and at which of its bytes (from 0), or NULL. */
const char *glob_check(struct slice text, size_t *at);

/* How many pieces a checked text has: its stars and one. */
unsigned glob_pieces(struct slice text);

/*
 * Splits a checked text: the pieces' bytes, escapes resolved, go to `bytes` (room
 * for text.n), their ends to ends[glob_pieces(text)].
 */
void glob_split(struct slice text, char *bytes, uint32_t *ends);

bool glob_match(const char *bytes, const uint32_t *ends, unsigned pieces, struct slice value);

/*
 * The service's measure for wildcards on one field: the largest number of their
 * prefixes, each with a quote at both ends, that one input can match at a time.
 * Counting stops above `limit`.
 */
unsigned glob_complexity(const struct slice *texts, size_t n, unsigned limit);

#endif
