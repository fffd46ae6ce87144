#include "aws/retry.h"

#include "base/clock.h"
#include "base/num.h"

#include <sys/random.h>

#define TRANSIENT_MS 50
#define THROTTLED_MS 1000
#define LONGEST_MS   20000
#define HINT_MORE_MS 5000
#define SLOW_MS	     1000 /* between this ... */
#define SLOW_MORE_MS 4000 /* ... and so much more, once the quota is spent */
#define QUOTA	     500

enum retry retry_code(struct slice code)
{
	static const char *const throttled[] = {
		"Throttling",
		"ThrottlingException",
		"ThrottledException",
		"RequestThrottledException",
		"RequestThrottled",
		"TooManyRequestsException",
		"ProvisionedThroughputExceededException",
		"TransactionInProgressException",
		"RequestLimitExceeded",
		"BandwidthLimitExceeded",
		"LimitExceededException",
		"SlowDown",
		"PriorRequestNotComplete",
		"EC2ThrottledException",
		NULL,
	};
	static const char *const transient[] = {
		"InternalFailure",
		"InternalException",
		"InternalError",
		"InternalServerError",
		"InternalServiceException",
		"InternalServerException",
		"ServiceUnavailable",
		"ServiceUnavailableException",
		"RequestTimeout",
		"RequestTimeoutException",
		NULL,
	};

	if (!code.p)
		return RETRY_NEVER;
	if (slice_in(code, throttled))
		return RETRY_THROTTLED;
	return slice_in(code, transient) ? RETRY_TRANSIENT : RETRY_NEVER;
}

enum retry retry_status(int status)
{
	if (status == 429)
		return RETRY_THROTTLED;
	return status >= 500 || status == 408 ? RETRY_TRANSIENT : RETRY_NEVER;
}

void retry_seed(struct retry_chance *chance)
{
	if (getrandom(&chance->state, sizeof(chance->state), GRND_NONBLOCK) < 0)
		chance->state = (uint64_t)clock_us();
	chance->state |= 1;
}

/* xorshift64*: spreading clients apart asks for no more. */
static uint64_t draw(struct retry_chance *chance)
{
	chance->state ^= chance->state >> 12;
	chance->state ^= chance->state << 25;
	chance->state ^= chance->state >> 27;
	return (chance->state * UINT64_C(0x2545f4914f6cdd1d)) >> 32;
}

int64_t retry_jitter(int64_t most, struct retry_chance *chance)
{
	return (int64_t)(draw(chance) % (uint64_t)most);
}

int64_t retry_delay_ms(enum retry kind, unsigned failures, struct retry_chance *chance)
{
	int64_t step = kind == RETRY_THROTTLED ? THROTTLED_MS : TRANSIENT_MS;

	for (unsigned i = 1; i < failures && step < LONGEST_MS; i++)
		step *= 2;
	if (step > LONGEST_MS)
		step = LONGEST_MS;
	return 1 + retry_jitter(step, chance);
}

int64_t retry_hint_ms(int64_t delay_ms, struct slice hint)
{
	uint64_t ms;

	if (!hint.p || !num_u64(hint, &ms) || ms <= (uint64_t)delay_ms)
		return delay_ms;
	return ms < (uint64_t)delay_ms + HINT_MORE_MS ? (int64_t)ms : delay_ms + HINT_MORE_MS;
}

/* --- the quota --------------------------------------------------------------- */

static unsigned cost(enum retry kind)
{
	return kind == RETRY_THROTTLED ? 5 : kind == RETRY_TRANSIENT ? 14 : 1;
}

bool retry_take(struct retry_quota *quota, enum retry kind)
{
	if (quota->taken + cost(kind) > QUOTA)
		return false;
	quota->taken += cost(kind);
	return true;
}

void retry_give(struct retry_quota *quota, enum retry last)
{
	quota->taken -= quota->taken < cost(last) ? quota->taken : cost(last);
}

int64_t retry_wait_ms(struct retry_quota *quota, enum retry kind, unsigned failures,
		      struct slice hint, struct retry_chance *chance)
{
	int64_t delay = retry_hint_ms(retry_delay_ms(kind, failures, chance), hint);
	int64_t slow = SLOW_MS + retry_jitter(SLOW_MORE_MS, chance);

	return retry_take(quota, kind) || delay > slow ? delay : slow;
}
