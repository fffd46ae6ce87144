/*
 * Parts of a token: a program that makes n lines of one appends ~1/n ... ~n/n. They
 * are read from the right and nest: "t/0/5/e~2/3~1/2" is part 1 of 2 of part 2 of 3.
 */
#ifndef KEB_STATUS_PART_H
#define KEB_STATUS_PART_H

#include "base/buf.h"

#include <stdint.h>

/* Splits the last part off: true if there was one (1 <= index <= of <= 1,000,000). */
bool part_split(struct slice token, struct slice *whole, uint32_t *index, uint32_t *of);
/* Appends the token with "~index/of". */
void part_add(struct buf *to, struct slice token, uint32_t index, uint32_t of);

#endif
