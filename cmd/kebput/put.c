#include "put.h"

#include "base/clock.h"
#include "base/mem.h"
#include "circuit.h"
#include "cli/stop.h"
#include "fate.h"
#include "gauges.h"
#include "request.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define QUEUE_REQUESTS                                                                             \
	40 /* entries for each request in flight: so that groups do not empty them                 \
	    */
#define QUEUE_BYTES  ((size_t)12 << 20)
#define LINES_A_TURN 64	  /* read before requests get their turn */
#define BEHIND_MS    100  /* the entries of a failed probe, behind the others */
#define DRAIN_MS     5000 /* for requests in flight when the run has to stop */
#define IDLE_MS	     60000

struct put {
	struct put_conf conf;
	struct window *window;
	struct entry_pool *pool;
	struct fate *fate;
	struct circuit circuit;
	struct entry *spare; /* for the next line */
	struct request *requests, *unused;
	bool ended;    /* no more lines */
	bool stopping; /* nothing more is read, but lines that were are taken */
	bool keyless;  /* requests wait for new keys */
	bool starved;  /* no whole line is there: wait for the input */
	struct retry_chance chance;
	enum retry last; /* why a call failed last */
	bool failed;
	int64_t failed_ms;
	struct err why;
	struct put_counts counts;
};

/* How many entries may be read and unsettled at a time, for so many requests in flight. */
static size_t entries_of(unsigned in_flight)
{
	return (size_t)in_flight * QUEUE_REQUESTS + WINDOW_ENTRIES;
}

struct put *put_new(const struct put_conf *conf)
{
	size_t entries = entries_of(conf->in_flight);
	struct window_conf window = {
		.order = conf->order,
		.width = conf->in_flight,
		.max_bytes = conf->max_request,
		.linger_ms = conf->linger_ms,
		.max_items = entries,
	};
	struct put *p = mem_alloc(sizeof(*p));

	p->conf = *conf;
	p->window = window_new(&window);
	p->pool = entry_pool_new(entries);
	retry_seed(&p->chance);
	p->fate = fate_new(&(struct fate_conf){.max_age_ms = conf->max_age_ms,
					       .max_attempts = conf->max_attempts,
					       .window = p->window,
					       .pool = p->pool,
					       .report = conf->report,
					       .outage = conf->outage});
	p->requests = mem_array(conf->in_flight, sizeof(*p->requests));
	for (unsigned i = conf->in_flight; i-- > 0;) {
		p->requests[i].put = p;
		p->requests[i].next = p->unused;
		p->unused = &p->requests[i];
	}
	return p;
}

void put_free(struct put *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->conf.in_flight; i++)
		buf_free(&p->requests[i].body);
	free(p->requests);
	fate_free(p->fate);
	entry_pool_free(p->pool);
	window_free(p->window);
	free(p);
}

struct put_counts put_counts(const struct put *p)
{
	struct put_counts counts = p->counts;

	counts.retried = fate_counts(p->fate)->retried;
	counts.blocked = fate_counts(p->fate)->blocked;
	counts.unsettled = window_items(p->window);
	counts.maybe =
		fate_counts(p->fate)->maybe + request_unknown(p->requests, p->conf.in_flight);
	counts.in_flight = window_in_flight(p->window);
	counts.limit = window_width(p->window);
	counts.outage_since_ms = p->conf.outage->since_ms;
	return counts;
}

/* The first reason to stop counts; what is in flight may still end well. */
static void fail(struct put *p, const struct err *err)
{
	if (p->failed)
		return;
	p->failed = true;
	p->failed_ms = clock_ms();
	p->why = *err;
}

static struct entry *entry_of(struct window_item *item)
{
	return (struct entry *)((char *)item - offsetof(struct entry, item));
}

/* --- answers --------------------------------------------------------------- */

static void slow_down(struct put *p, int64_t now)
{
	window_throttled(p->window, now);
	rate_throttled(&p->conf.rate, now);
}

static void denied(struct put *p, struct slice code, struct slice message, int status)
{
	struct err err;

	remote_denied(p->conf.remote, &err, "PutEvents", code, message, status);
	fail(p, &err);
}

static void entry_done(struct put *p, struct entry *e, const struct entry_outcome *outcome,
		       int64_t now)
{
	e->tries++;
	switch (outcome->verdict) {
	case ENTRY_DELIVERED:
		fate_delivered(p->fate, e, outcome->id, now);
		break;
	case ENTRY_THROTTLED:
		slow_down(p, now);
		/* fall through */
	case ENTRY_AGAIN:
		fate_failed(p->fate, e, outcome, now);
		break;
	case ENTRY_DENIED:
		denied(p, outcome->code, outcome->message, 200);
		fate_again_at(p->fate, e, now + IDLE_MS); /* it stays unsettled: the run ends */
		break;
	case ENTRY_REJECTED:
		fate_rejected(p->fate, e, REJECT_REFUSED, outcome->code, outcome->message);
		break;
	}
}

/*
 * The call has failed: that takes from the quota once, and its entries wait together, so that they
 * fill a request again. Those of a probe let others go before: it may have failed for what is in
 * it.
 */
static void retry_all(struct put *p, struct request *r, enum retry kind, struct slice hint,
		      int64_t now)
{
	unsigned failures = request_failed(r);
	int64_t at =
		now + retry_wait_ms(remote_quota(p->conf.remote), kind, failures, hint, &p->chance);

	p->last = kind;
	circuit_failed(&p->circuit, r->probe, kind, hint, &p->chance, now);
	if (r->probe)
		at = p->circuit.next_ms + BEHIND_MS;
	for (size_t i = 0; i < r->n; i++)
		fate_again_at(p->fate, r->entries[i], at);
}

static void retry_now(struct put *p, struct request *r, int64_t now)
{
	for (size_t i = 0; i < r->n; i++)
		fate_again_at(p->fate, r->entries[i], now);
}

/* After an outage requests begin with few at a time, as after throttling. */
static void went_well(struct put *p)
{
	if (circuit_answered(&p->circuit))
		window_restart(p->window);
}

static void call_failed(struct put *p, struct request *r, const struct call_outcome *outcome,
			const struct http_answer *answer, int64_t now)
{
	bool throttled = outcome->verdict == CALL_THROTTLED;
	char why[256];

	if (throttled)
		slow_down(p, now);
	if (answer->failure != HTTP_ANSWERED ? answer->sent : outcome->verdict == CALL_ANSWERED)
		for (size_t i = 0; i < r->n; i++)
			fate_unknown(p->fate, r->entries[i]);
	remote_explain(p->conf.remote, why, sizeof(why), "PutEvents", outcome, answer);
	outage_hung(p->conf.outage, r->began_ms, now, why);
	retry_all(p, r, throttled ? RETRY_THROTTLED : RETRY_TRANSIENT, answer->retry_after, now);
}

/* The service is there and works, it only will not have this: halves, down to the one to blame. */
static void call_split(struct put *p, struct request *r, const struct call_outcome *outcome,
		       int64_t now)
{
	outage_over(p->conf.outage, now);
	went_well(p);
	for (size_t i = 0; i < r->n; i++)
		r->entries[i]->tries++;
	if (r->n > 1) {
		for (size_t i = 0; i < r->n; i++)
			window_halve(&r->entries[i]->item, (r->n + 1) / 2);
		retry_now(p, r, now);
	} else if (outcome->too_large) {
		fate_rejected(p->fate, r->entries[0], REJECT_TOO_LARGE,
			      outcome->error.code.p ? outcome->error.code : SLICE("413"),
			      outcome->error.message.p ? outcome->error.message
						       : SLICE("the request is too large"));
	} else {
		fate_rejected(p->fate, r->entries[0], REJECT_REFUSED, outcome->error.code,
			      outcome->error.message);
	}
}

static void call_answered(struct put *p, struct request *r, const struct http_answer *answer,
			  int64_t now)
{
	struct entry_outcome outcomes[WINDOW_ENTRIES];

	if (!outcome_of_entries(outcomes, r->n, answer->body)) {
		call_failed(p, r, &(struct call_outcome){.verdict = CALL_ANSWERED}, answer, now);
		return;
	}
	outage_over(p->conf.outage, now);
	window_went_well(p->window);
	retry_give(remote_quota(p->conf.remote), r->again ? p->last : RETRY_NEVER);
	if (outcome_none_taken(outcomes, r->n))
		circuit_failed(&p->circuit, r->probe, RETRY_THROTTLED, SLICE_NONE, &p->chance, now);
	else
		went_well(p);
	fate_answer(p->fate);
	for (size_t i = 0; i < r->n; i++)
		entry_done(p, r->entries[i], &outcomes[i], now);
}

static void give_request(struct put *p, struct request *r)
{
	request_clear(r);
	r->next = p->unused;
	p->unused = r;
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct request *r = ctx;
	struct put *p = r->put;
	int64_t now = clock_ms();
	struct call_outcome outcome;

	outcome_of_call(&outcome, answer);
	switch (outcome.verdict) {
	case CALL_ANSWERED:
		call_answered(p, r, answer, now);
		break;
	case CALL_AGAIN:
	case CALL_THROTTLED:
		call_failed(p, r, &outcome, answer, now);
		break;
	case CALL_SPLIT:
		call_split(p, r, &outcome, now);
		break;
	case CALL_EXPIRED:
	case CALL_CLOCK:
		if (!remote_recover(p->conf.remote, &outcome, answer, r->epoch))
			denied(p, outcome.error.code, outcome.error.message, answer->status);
		retry_now(p, r, now);
		break;
	case CALL_DENIED:
		denied(p, outcome.error.code, outcome.error.message, answer->status);
		retry_now(p, r, now);
		break;
	}
	window_end(p->window);
	give_request(p, r);
}

/* --- requests -------------------------------------------------------------- */

/* Takes the entries of the next request, without those that have become too old. */
static struct request *next_request(struct put *p, int64_t now)
{
	struct window_item *items[WINDOW_ENTRIES];
	size_t n = window_take(p->window, now, p->ended, items);
	struct request *r = p->unused;

	if (n == 0)
		return NULL;
	r->n = r->size = 0;
	r->again = false;
	for (size_t i = 0; i < n; i++) {
		struct entry *e = entry_of(items[i]);

		if (fate_expired(p->fate, e, now))
			continue;
		r->entries[r->n++] = e;
		r->size += e->item.size;
		r->again = r->again || e->in_row;
	}
	p->unused = r->next;
	return r;
}

static int start(struct put *p, struct request *r, int64_t now, struct err *err)
{
	request_build(r, remote_endpoint_id(p->conf.remote));
	r->began_ms = now;
	r->probe = circuit_sent(&p->circuit, now);
	rate_spend(&p->conf.rate, 1, r->n, r->size);
	p->counts.requests++;
	p->counts.bytes += r->size;
	return remote_put(p->conf.remote, buf_slice(&r->body),
			  outage_time_ms(p->conf.outage, now, REMOTE_TIME_MS), on_answer, r,
			  &r->epoch, err);
}

/* Whatever there is to send. */
static int64_t wait_ms(struct put *p, int64_t now)
{
	int64_t rate = rate_wait(&p->conf.rate, now), circuit = circuit_wait(&p->circuit, now);

	return rate > circuit ? rate : circuit;
}

static int send_ready(struct put *p, int64_t now, struct err *err)
{
	struct request *r;
	int ready = credentials_ready(remote_credentials(p->conf.remote), p->conf.outage, now, err);

	p->keyless = ready == 0;
	if (ready <= 0)
		return ready;
	if (p->conf.buscheck) {
		if (buscheck_step(p->conf.buscheck, now, err) != 0)
			return -1;
		if (!buscheck_passed(p->conf.buscheck))
			return 0;
	}
	while (wait_ms(p, now) == 0 && (r = next_request(p, now))) {
		if (r->n == 0) {
			window_end(p->window);
			give_request(p, r);
		} else if (start(p, r, now, err) != 0) {
			return -1;
		}
	}
	return 0;
}

/* --- reading --------------------------------------------------------------- */

static bool has_room(struct put *p)
{
	size_t most = p->conf.max_request * 2 > QUEUE_BYTES ? p->conf.max_request * 2 : QUEUE_BYTES;

	if (!p->spare)
		p->spare = entry_pool_take(p->pool);
	return p->spare && fate_counts(p->fate)->queued < most;
}

static int take_line(struct put *p, struct err *err)
{
	struct entry *e = p->spare;

	switch (intake_next(p->conf.intake, e, err)) {
	case INTAKE_ENTRY:
		p->spare = NULL;
		fate_begin(p->fate, e);
		break;
	case INTAKE_REJECTED:
		break;
	case INTAKE_MORE:
		p->starved = true;
		p->ended = p->stopping;
		break;
	case INTAKE_END:
		p->ended = true;
		break;
	case INTAKE_FAILED:
		return -1;
	}
	return 0;
}

static int read_lines(struct put *p, struct err *err)
{
	for (int i = 0; i < LINES_A_TURN && !p->ended && !p->starved && has_room(p); i++) {
		if (take_line(p, err) != 0)
			return -1;
	}
	return 0;
}

/* --- waiting --------------------------------------------------------------- */

enum { FD_INPUT, FD_STATUS, FD_RESULTS, FD_STOP, FD_KEYS, FDS };

static int64_t sooner(int64_t a, int64_t b)
{
	return b < 0 ? a : a < 0 || b < a ? b : a;
}

/* How long nothing can happen by itself. */
static int timeout_ms(struct put *p, int64_t now)
{
	bool checked = !p->conf.buscheck || buscheck_passed(p->conf.buscheck);
	int64_t limited = wait_ms(p, now), due = outage_due(p->conf.outage);

	if (p->failed)
		return DRAIN_MS / 10;
	if (!p->ended && !p->starved && has_room(p))
		return 0;
	if (p->conf.metrics)
		due = sooner(due, metrics_deadline(p->conf.metrics));
	due = sooner(due, credentials_due(remote_credentials(p->conf.remote)));
	if (p->conf.buscheck && !p->keyless)
		due = sooner(due, buscheck_due(p->conf.buscheck));
	if (checked && !p->keyless) {
		int64_t next = window_due(p->window, now, p->ended);

		if (next >= 0 && next < now + limited)
			next = now + limited;
		due = sooner(due, next);
	}
	if (due < 0 || due > now + IDLE_MS)
		return IDLE_MS;
	return due > now ? (int)(due - now) : 0;
}

/* In a loop the first signal is for the source; alone it ends the reading. */
static int check_stop(struct put *p, struct err *err)
{
	if (stop_count() == 0)
		return 0;
	stop_clear();
	if (stop_count() > 1)
		return err_set(err, EXIT_LOCAL, "stopped by a second signal");
	if (!report_wired(p->conf.report)) {
		p->stopping = true;
		p->ended |= p->starved;
	}
	return 0;
}

static int await(struct put *p, struct err *err)
{
	bool reading = !p->ended && p->starved && !p->failed;
	struct pollfd all[FDS] = {
		[FD_INPUT] = {.fd = reading ? STDIN_FILENO : -1, .events = POLLIN},
		[FD_STATUS] = {.fd = report_status_fd(p->conf.report)},
		[FD_RESULTS] = {.fd = report_results_fd(p->conf.report)},
		[FD_STOP] = {.fd = stop_fd(), .events = POLLIN},
		[FD_KEYS] = {.fd = credentials_fd(remote_credentials(p->conf.remote)),
			     .events = POLLIN},
	};

	if (http_wait(p->conf.http, all, FDS, timeout_ms(p, clock_ms()), err) != 0)
		return -1;
	if (all[FD_INPUT].revents) {
		p->starved = false;
		if (input_fill(p->conf.intake->input, err) != 0)
			return -1;
	}
	/* Only while no input comes: when a loop ends well, its source goes as the input ends. */
	if (!all[FD_INPUT].revents && (all[FD_STATUS].revents || all[FD_RESULTS].revents) &&
	    report_readers(p->conf.report, err) != 0)
		return -1;
	return check_stop(p, err);
}

/* --- the loop -------------------------------------------------------------- */

static bool done(const struct put *p)
{
	if (p->failed)
		return http_under_way(p->conf.http) == 0 || clock_ms() - p->failed_ms > DRAIN_MS;
	return p->ended && window_items(p->window) == 0;
}

static int turn(struct put *p, struct err *err)
{
	int64_t now;

	if (!p->failed && read_lines(p, err) != 0)
		return -1;
	now = clock_ms();
	if (!p->failed && send_ready(p, now, err) != 0)
		return -1;
	if (outage_spent(p->conf.outage, now, err))
		return -1;
	if (metrics_due(p->conf.metrics, now)) {
		struct put_counts counts = put_counts(p);

		gauges_fill(p->conf.metrics, &counts, report_counts(p->conf.report), now);
		metrics_end_warn(p->conf.metrics, now);
	}
	return 0;
}

int put_run(struct put *p, struct err *err)
{
	while (!done(p)) {
		if (turn(p, err) != 0)
			fail(p, err);
		/* What cannot be written any more is no reason to wait for the rest. */
		if (report_flush(p->conf.report, err) != 0) {
			fail(p, err);
			break;
		}
		if (!done(p) && await(p, err) != 0) {
			fail(p, err);
			if (err->status == EXIT_LOCAL)
				break;
		}
	}
	if (!p->failed)
		return 0;
	*err = p->why;
	return -1;
}
