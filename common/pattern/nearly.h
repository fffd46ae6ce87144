/*
 * Why a value is not accepted by a test, for people.
 */
#ifndef KEB_PATTERN_NEARLY_H
#define KEB_PATTERN_NEARLY_H

#include "pattern/parse.h"

#include "json/scan.h"

/* As accepts_value, which it was not. Both return NULL where there is nothing to say. */

/* A value that looks right: another type, upper and lower case, white space. */
const char *nearly_right(const struct test *test, enum json_type type, struct slice raw,
			 struct slice text);

/* What the test asks for that the value is not. */
const char *nearly_wanted(const struct test *test, enum json_type type, struct slice raw,
			  struct slice text);

#endif
