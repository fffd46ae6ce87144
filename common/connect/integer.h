/*
 * Integers of any length, from their digits to the bytes of Java's BigInteger.
 */
#ifndef KEB_CONNECT_INTEGER_H
#define KEB_CONNECT_INTEGER_H

#include "base/buf.h"

/* The most digits that are converted: the work grows with the square of their number. */
#define INTEGER_DIGITS_MAX 10000

/*
 * Appends the shortest two's complement, big endian, of the digits in the text; a point
 * between them is passed over. False if there are too many.
 */
bool integer_add(struct buf *to, struct slice digits, bool negative);

#endif
