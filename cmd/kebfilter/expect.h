/*
 * --expect: contract tests. Each line of the file is an example event with the rules
 * that it must match and must not match; the outcome is TAP.
 */
#ifndef KEB_KEBFILTER_EXPECT_H
#define KEB_KEBFILTER_EXPECT_H

#include "judge.h"
#include "stage/stage.h"

/* The exit status: 0 all held, 1 one failed, 2 a line is no test, or names an unknown rule. */
int expect_run(const struct options *o, const struct rules *rules, struct judge *judge,
	       struct stage *stage);

#endif
