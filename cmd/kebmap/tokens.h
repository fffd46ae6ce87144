/*
 * The tokens of lines that are not one for one: several lines made of one carry parts of
 * its tokens, one line made of several carries all of theirs.
 */
#ifndef KEB_KEBMAP_TOKENS_H
#define KEB_KEBMAP_TOKENS_H

#include "event/marks.h"

#include <stdint.h>

/* How many tokens the line carries. */
size_t tokens_count(const struct marks *marks);

/* The n-th token, raw, without quotes. */
struct slice tokens_nth(const struct marks *marks, size_t n);

/* The marks of part i of n, from 1; what is new is in room of `text`. */
struct marks tokens_part(const struct marks *whole, uint32_t i, uint32_t n, struct buf *text);

/* Appends the tokens as elements of an array, with commas between them. */
void tokens_add(struct buf *to, const struct marks *marks);

#endif
