/*
 * Rules and their targets, which are files: NAME=PATTERN, events that match the pattern
 * are appended to NAME.ndjson.
 */
#ifndef KEB_KEBMOCK_TARGETS_H
#define KEB_KEBMOCK_TARGETS_H

#include "base/err.h"
#include "base/slice.h"
#include "cli/opt.h"

struct targets;

/* NULL with err: a pattern that is refused (EXIT_USAGE), a file that cannot be opened. */
struct targets *targets_open(const struct opt_list *rules, struct err *err);
void targets_free(struct targets *t);

/* Events as they arrive at a target, whole lines. 0, or -1 with err (EXIT_LOCAL). */
int targets_put(struct targets *t, struct slice lines, struct err *err);

#endif
