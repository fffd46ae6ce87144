/*
 * The one retry policy: which errors of AWS are worth another try, and when. Source:
 * AWS SDKs and Tools Reference Guide, "Retry behavior" (the rules of 2026): full
 * jitter over an exponential step, 50 ms for transient errors, 1 s for throttling,
 * 20 s at most.
 */
#ifndef KEB_AWS_RETRY_H
#define KEB_AWS_RETRY_H

#include "base/slice.h"

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

#endif
