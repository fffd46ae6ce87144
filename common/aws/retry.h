/*
 * The one retry policy: which errors of AWS are worth another try, and when. Source:
 * AWS SDKs and Tools Reference Guide, "Retry behavior" (the rules of 2026): full
 * jitter over an exponential step, 50 ms for transient errors, 1 s for throttling,
 * 20 s at most, and a quota for each service, which a service in trouble uses up.
 *
 * The SDKs give up when the quota is spent; here it is then the turn of a slower
 * pace, until calls succeed again or --retry-for is over.
 */
#ifndef KEB_AWS_RETRY_H
#define KEB_AWS_RETRY_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum retry {
	RETRY_NEVER,
	RETRY_TRANSIENT,
	RETRY_THROTTLED,
};

/* By the code of an error, whatever the status; an absent one is RETRY_NEVER. */
enum retry retry_code(struct slice code);
/* By the HTTP status, where there is no code that says more. */
enum retry retry_status(int status);

/* Where the chance comes from; seeded from the system. */
struct retry_chance {
	uint64_t state;
};
void retry_seed(struct retry_chance *chance);

/* A number from 0 to below `most` > 0. */
int64_t retry_jitter(int64_t most, struct retry_chance *chance);

/* How long to wait before the next try after `failures` >= 1 in a row. At least 1 ms. */
int64_t retry_delay_ms(enum retry kind, unsigned failures, struct retry_chance *chance);

/* The same, with what x-amz-retry-after says (ms, absent if nothing): between delay and delay + 5
 * s. */
int64_t retry_hint_ms(int64_t delay_ms, struct slice hint);

/* 500 tokens less those that are taken; zero is full. */
struct retry_quota {
	unsigned taken;
};

/* Takes for another try: 14 tokens after a transient failure, 5 after throttling; false: spent. */
bool retry_take(struct retry_quota *quota, enum retry kind);
/* A call went well: `last` is why it was tried again, RETRY_NEVER if it was not. */
void retry_give(struct retry_quota *quota, enum retry last);

/*
 * retry_take, retry_delay_ms and retry_hint_ms together: how long to wait before the next try, not
 * below a second or so when the quota is spent.
 */
int64_t retry_wait_ms(struct retry_quota *quota, enum retry kind, unsigned failures,
		      struct slice hint, struct retry_chance *chance);

#endif
