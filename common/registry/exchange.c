#include "exchange.h"

#include "base/clock.h"

#include <stdio.h>

#define TICK_MS 60000

void exchange_free(struct exchange *x)
{
	buf_free(&x->body);
	buf_free(&x->error_type);
	buf_free(&x->date);
	buf_free(&x->hint);
}

static void keep(struct buf *to, struct slice text)
{
	buf_reset(to);
	buf_adds(to, text);
}

void exchange_done(void *ctx, const struct http_answer *answer)
{
	struct exchange *x = ctx;

	x->done = true;
	x->failure = answer->failure;
	x->status = answer->failure == HTTP_ANSWERED ? answer->status : 0;
	snprintf(x->why, sizeof(x->why), "%s", answer->why ? answer->why : "");
	keep(&x->body, answer->body);
	keep(&x->error_type, answer->error_type);
	keep(&x->date, answer->date);
	keep(&x->hint, answer->retry_after);
}

/* One wait for anything to happen, at most until `due_ms`. */
static int wait_once(struct exchange *x, int64_t due_ms, struct err *err)
{
	struct pollfd fds[REGISTRY_WATCHED + 1];
	int64_t now = clock_ms(), left = due_ms - now, most = -1;
	size_t n = x->wait->before ? x->wait->before(x->wait->ctx, fds, &most) : 0;

	if (x->credentials) {
		int64_t due = credentials_due(x->credentials);

		fds[n] = (struct pollfd){credentials_fd(x->credentials), POLLIN, 0};
		if (due >= 0 && due - now < left)
			left = due - now;
	}
	if (most >= 0 && most < left)
		left = most;
	left = left < 0 ? 0 : left;
	if (http_wait(x->http, fds, n + (x->credentials != NULL), (int)left, err) != 0)
		return -1;
	if (x->credentials)
		credentials_step(x->credentials);
	if (!x->wait->after || x->wait->after(x->wait->ctx, fds))
		return 0;
	err->status = EXIT_LOCAL;
	err->text[0] = '\0';
	return -1;
}

int exchange_await(struct exchange *x, struct err *err)
{
	while (!x->done) {
		if (wait_once(x, clock_ms() + TICK_MS, err) != 0)
			return -1;
	}
	x->done = false;
	return 0;
}

int exchange_pause(struct exchange *x, int64_t ms, struct err *err)
{
	int64_t due = clock_ms() + ms;

	do {
		if (wait_once(x, due, err) != 0)
			return -1;
	} while (clock_ms() < due);
	return 0;
}

int exchange_again(struct exchange *x, enum retry kind, const char *why, struct err *err)
{
	struct slice hint = x->hint.len ? buf_slice(&x->hint) : SLICE_NONE;
	int64_t now = clock_ms(), ms, due;

	outage_failed(x->outage, now, why);
	if (outage_spent(x->outage, now, err))
		return -1;
	ms = retry_wait_ms(&x->quota, kind, ++x->failures, hint, &x->chance);
	x->last = kind;
	due = outage_due(x->outage);
	return exchange_pause(x, due >= 0 && due - now < ms ? due - now : ms, err);
}

void exchange_good(struct exchange *x)
{
	retry_give(&x->quota, x->last);
	x->last = RETRY_NEVER;
	x->failures = 0;
	outage_over(x->outage, clock_ms());
}
