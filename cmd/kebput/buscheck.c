#include "buscheck.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

#define EVERY_MS (5 * 60 * 1000)

struct buscheck {
	struct remote *remote;
	struct outage *outage;
	struct retry_chance chance;
	unsigned failures;
	unsigned epoch;
	int64_t began_ms, next_ms;
	bool asking, passed, forbidden;
	bool failed;
	struct err fate;
};

struct buscheck *buscheck_new(struct remote *remote, struct outage *outage)
{
	struct buscheck *b = mem_alloc(sizeof(*b));

	b->remote = remote;
	b->outage = outage;
	retry_seed(&b->chance);
	return b;
}

void buscheck_free(struct buscheck *b)
{
	free(b);
}

bool buscheck_passed(const struct buscheck *b)
{
	return b->passed;
}

bool buscheck_allowed(const struct buscheck *b)
{
	return !b->forbidden;
}

static void pass(struct buscheck *b)
{
	b->passed = true;
	b->failures = 0;
	outage_over(b->outage, clock_ms());
}

static void again(struct buscheck *b, const struct call_outcome *outcome,
		  const struct http_answer *answer)
{
	enum retry kind = outcome->verdict == CALL_THROTTLED ? RETRY_THROTTLED : RETRY_TRANSIENT;
	int64_t now = clock_ms();
	char why[256];

	remote_explain(b->remote, why, sizeof(why), "DescribeEventBus", outcome, answer);
	/* Once it has passed, PutEvents says by itself that the endpoint is away. */
	if (!b->passed)
		outage_hung(b->outage, b->began_ms, now, why);
	b->next_ms = now + retry_wait_ms(remote_quota(b->remote), kind, ++b->failures,
					 answer->retry_after, &b->chance);
}

static bool is_forbidden(const struct call_outcome *outcome)
{
	return slice_is(outcome->error.code, "AccessDeniedException") ||
	       slice_is(outcome->error.code, "AccessDenied");
}

static void forbid(struct buscheck *b)
{
	struct slice bus = remote_bus(b->remote);

	if (!b->forbidden)
		msg_warning("cannot check that bus '%.*s' exists: not allowed to call "
			    "events:DescribeEventBus (allow it, or give --no-bus-check)",
			    SLICE_ARG(bus));
	b->forbidden = true;
	pass(b);
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct buscheck *b = ctx;
	struct call_outcome outcome;

	b->asking = false;
	b->next_ms = clock_ms() + EVERY_MS;
	outcome_of_call(&outcome, answer);
	switch (outcome.verdict) {
	case CALL_ANSWERED:
		pass(b);
		return;
	case CALL_AGAIN:
	case CALL_THROTTLED:
		again(b, &outcome, answer);
		return;
	case CALL_EXPIRED:
	case CALL_CLOCK:
		if (remote_recover(b->remote, &outcome, answer, b->epoch)) {
			b->next_ms = 0;
			return;
		}
		break;
	case CALL_SPLIT:
	case CALL_DENIED:
		if (is_forbidden(&outcome)) {
			forbid(b);
			return;
		}
		break;
	}
	b->failed = true;
	remote_denied(b->remote, &b->fate, "DescribeEventBus", outcome.error.code,
		      outcome.error.message, answer->status);
}

int buscheck_step(struct buscheck *b, int64_t now_ms, struct err *err)
{
	if (b->failed) {
		*err = b->fate;
		return -1;
	}
	if (b->asking || b->forbidden || now_ms < b->next_ms)
		return 0;
	b->asking = true;
	b->began_ms = now_ms;
	return remote_describe(b->remote, outage_time_ms(b->outage, now_ms, REMOTE_TIME_MS),
			       on_answer, b, &b->epoch, err);
}

int64_t buscheck_due(const struct buscheck *b)
{
	return b->asking || b->forbidden ? -1 : b->next_ms;
}
