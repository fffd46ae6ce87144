/*
 * Which rules a line matches: as an event, as an event that a bus has dressed, or as a
 * record that a pipe or Lambda filters.
 */
#ifndef KEB_KEBFILTER_JUDGE_H
#define KEB_KEBFILTER_JUDGE_H

#include "aws/arn.h"
#include "event/marks.h"
#include "options.h"

struct judge;

/* What --bus says: the ARN of a bus. 0, or -1 with err (EXIT_USAGE). */
int judge_bus(const char *arn, struct bus *bus, struct err *err);

/* Borrows all of them. NULL with err. */
struct judge *judge_new(const struct options *o, const struct rules *rules, struct err *err);
void judge_free(struct judge *j);

/* How many rules match, or -1 with fault; *marks are the line's. */
int judge_line(struct judge *j, struct slice line, struct marks *marks, struct json_fault *fault);

/* The event of that line as the rules saw it: with what a bus adds. */
struct slice judge_event(const struct judge *j, struct slice line);

/* The rules that matched last, in order. */
const uint32_t *judge_rules(const struct judge *j, size_t *n);

#endif
