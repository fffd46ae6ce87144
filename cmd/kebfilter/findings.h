/*
 * --lint: all that is wrong with the patterns, and what will be regretted, as lines on
 * stdout, each with its place below it.
 */
#ifndef KEB_KEBFILTER_FINDINGS_H
#define KEB_KEBFILTER_FINDINGS_H

#include "options.h"

/* The exit status: 0 nothing was found, 1 warnings only, 2 errors. */
int findings_report(const struct options *o);

#endif
