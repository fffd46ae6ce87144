/*
 * Whether one test, list of tests, alternative or rule accepts all that another one
 * does. True is certain, false is not: nothing is tried out.
 */
#ifndef KEB_PATTERN_COVERS_H
#define KEB_PATTERN_COVERS_H

#include "pattern/parse.h"

bool covers_test(const struct test *wide, const struct test *narrow);
bool covers_alternative(const struct alternative *wide, const struct alternative *narrow);
bool covers_rule(const struct rule *wide, const struct rule *narrow);

#endif
