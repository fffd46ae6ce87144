/*
 * Whether the bus is there. PutEvents to a bus that does not exist answers success
 * and the events are gone (aws-sdk issue 186), so it is asked for with
 * DescribeEventBus before the first entry is sent, and every five minutes.
 */
#ifndef KEB_KEBPUT_BUSCHECK_H
#define KEB_KEBPUT_BUSCHECK_H

#include "aws/outage.h"
#include "remote.h"

struct buscheck;

/* outage: told about calls that fail. Both are borrowed. */
struct buscheck *buscheck_new(struct remote *remote, struct outage *outage);
void buscheck_free(struct buscheck *b);

/* Asks, if it is time to. 0, or -1 with err (EXIT_REFUSED: there is no such bus). */
int buscheck_step(struct buscheck *b, int64_t now_ms, struct err *err);
int64_t buscheck_due(
	const struct buscheck *b); /* when to step again; -1: never, or an answer is due */

/* Entries may be sent: the bus is there, or it is not allowed to ask. */
bool buscheck_passed(const struct buscheck *b);
bool buscheck_allowed(const struct buscheck *b); /* it was allowed to ask */

#endif
