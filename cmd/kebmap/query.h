/*
 * A jq program (libjq), compiled once, run on the text of an event. What it produces is
 * text again: arrays and objects that it only hands on, and numbers and strings that it
 * leaves where they are, keep their text byte for byte; the rest has jq's precision.
 *
 * A program sees nothing but its input: no environment ($ENV and env are {}), no files
 * (import and include are refused, ~/.jq is not read), no other inputs (inputs is empty,
 * input fails), and cannot end the run (halt fails).
 */
#ifndef KEB_KEBMAP_QUERY_H
#define KEB_KEBMAP_QUERY_H

#include "base/buf.h"
#include "refusal.h"

struct query;

/* `option` ("--jq") is for messages. NULL with err (EXIT_USAGE): what jq says of it. */
struct query *query_new(const char *program, const char *option, struct err *err);
void query_free(struct query *q); /* NULL is fine */

/* Begins with a checked object, which lives until the last result. False with why. */
bool query_start(struct query *q, struct slice event, struct refusal *why);

enum query_result { QUERY_END, QUERY_VALUE, QUERY_FAILED };

/* Appends the next result; QUERY_FAILED with why (invalid). */
enum query_result query_next(struct query *q, struct buf *to, struct refusal *why);

#endif
