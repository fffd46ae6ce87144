/*
 * Whether one test accepts one value: the plain form of what the machine does for all
 * tests at once, for explaining.
 */
#ifndef KEB_PATTERN_ACCEPTS_H
#define KEB_PATTERN_ACCEPTS_H

#include "pattern/parse.h"
#include "json/scan.h"

/* raw: the value's text as it stands in the event; text: what it stands for, if a string. */
bool accepts_value(const struct test *test, enum json_type type, struct slice raw,
		   struct slice text);

#endif
