/*
 * Numbers as event patterns compare them. A number's text is comparable when its
 * nearest double is finite and the shortest decimal text of that double denotes
 * exactly the same number; comparable numbers compare as doubles, any other equals
 * only its own source text. (Event Ruler's ComparableNumber.)
 */
#ifndef KEB_PATTERN_NUMBER_H
#define KEB_PATTERN_NUMBER_H

#include "base/slice.h"

/* text is a JSON number. False if it is not comparable; *value is never -0. */
bool number_comparable(struct slice text, double *value);

#endif
