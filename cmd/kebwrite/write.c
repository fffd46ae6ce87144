#include "write.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cli/stop.h"
#include "event/input.h"
#include "flight.h"
#include "json/text.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define REACH_MS (30 * 1000)
#define DRAIN_MS (5 * 1000) /* for what is in flight, once the run has failed */

struct write {
	const struct write_conf *conf;
	struct producer *producer;
	struct message_maker *maker;
	struct flight flight;
	struct input *in;
	size_t refused; /* given up by the producer, not settled */
	bool stopped;	/* by a signal, alone */
	bool failed;
	struct err failure; /* the first one */
	struct buf place;   /* where the record went, for --results */
};

/* --- reports ------------------------------------------------------------------- */

/* Topic and permission are not the record's fault: it stays unsettled, the run ends. */
static void fail(struct write *w, enum exit_status status, const struct slot *s, const char *text,
		 const char *hint)
{
	w->refused++;
	if (w->failed)
		return;
	w->failed = true;
	err_set(&w->failure, status, "%s:%llu cannot be written: %s%s", s->origin.input,
		(unsigned long long)s->origin.line, text, hint);
}

static void delivered(struct write *w, const struct slot *s, const struct producer_report *report)
{
	struct settlement settlement = {.outcome = OUTCOME_DELIVERED};

	buf_reset(&w->place);
	BUF_LIT(&w->place, ",\"topic\":");
	json_add_string(&w->place, slice_of(report->topic));
	buf_addf(&w->place, ",\"partition\":%d,\"offset\":%lld", (int)report->partition,
		 (long long)report->offset);
	report_settle(w->conf->report, &s->origin, &settlement, buf_slice(&w->place));
}

static void rejected(struct write *w, const struct report_origin *origin, enum reject_class class,
		     const char *code, const char *why)
{
	struct settlement settlement = {.outcome = OUTCOME_REJECTED,
					.class = class,
					.code = slice_of(code),
					.error = slice_of(why)};

	report_settle(w->conf->report, origin, &settlement, SLICE_NONE);
}

static void on_report(void *ctx, const struct producer_report *report)
{
	struct write *w = ctx;
	struct slot *s = report->cookie;

	switch (report->fate) {
	case PRODUCER_DELIVERED:
		delivered(w, s, report);
		break;
	case PRODUCER_TOO_LARGE:
		rejected(w, &s->origin, REJECT_TOO_LARGE, report->code, report->text);
		break;
	case PRODUCER_INVALID:
		rejected(w, &s->origin, REJECT_REFUSED, report->code, report->text);
		break;
	case PRODUCER_DENIED:
		fail(w, EXIT_REFUSED, s, report->text,
		     " (check the topic, its partitions and the permission to write)");
		break;
	case PRODUCER_LOST:
		fail(w, EXIT_UNREACHABLE, s, report->text, "");
		break;
	}
	flight_return(&w->flight, s);
}

struct write *write_new(const struct write_conf *conf, struct kafka_conf *kafka, struct err *err)
{
	struct write *w = mem_alloc(sizeof *w);

	w->conf = conf;
	w->in = input_new(conf->max_line, report_wired(conf->report));
	w->maker = message_maker_new(&conf->message);
	w->producer = producer_new(kafka, on_report, w, err);
	if (w->producer)
		return w;
	write_free(w);
	return NULL;
}

void write_free(struct write *w)
{
	if (!w)
		return;
	producer_free(w->producer);
	message_maker_free(w->maker);
	input_free(w->in);
	flight_free(&w->flight);
	buf_free(&w->place);
	free(w);
}

int write_reach(struct write *w, struct err *err)
{
	/* in a loop a first signal is for the source */
	return producer_reach(w->producer, REACH_MS, report_wired(w->conf->report) ? -1 : stop_fd(),
			      err);
}

/* --- waiting ------------------------------------------------------------------- */

static int check_ends(struct write *w, const struct pollfd *fds, struct err *err)
{
	/* Only while no input comes: when a loop ends well, its source goes as the input ends. */
	if (!fds[4].revents && (fds[1].revents || fds[2].revents) &&
	    report_readers(w->conf->report, err) != 0)
		return -1;
	if (stop_count() > 1)
		return err_set(err, EXIT_LOCAL, "stopped by a second signal");
	if (stop_count() == 1 && !report_wired(w->conf->report))
		w->stopped = true;
	return 0;
}

/*
 * Waits for a report, for input if fd is one (else -1), for a signal, or for an end
 * that others hold to go away. 1: there is input, 0: not, -1: err says what is over.
 */
static int await(struct write *w, int fd, int timeout_ms, struct err *err)
{
	struct pollfd fds[] = {
		{.fd = producer_fd(w->producer), .events = POLLIN},
		{.fd = report_status_fd(w->conf->report)},
		{.fd = report_results_fd(w->conf->report)},
		{.fd = stop_fd(), .events = POLLIN},
		{.fd = fd, .events = POLLIN},
	};

	if (report_flush(w->conf->report, err) != 0)
		return -1;
	if (poll(fds, sizeof fds / sizeof *fds, timeout_ms) < 0 && errno != EINTR)
		return err_errno(err, EXIT_LOCAL, "cannot wait");
	if (fds[3].revents)
		stop_clear();
	if (check_ends(w, fds, err) != 0)
		return -1;
	producer_serve(w->producer);
	if (producer_failure(w->producer) && !w->failed) {
		w->failed = true;
		w->failure = *producer_failure(w->producer);
	}
	if (w->failed) {
		*err = w->failure;
		return -1;
	}
	return fds[4].revents != 0;
}

/* --- lines --------------------------------------------------------------------- */

static int send(struct write *w, const struct record *record, struct producer_message *message,
		const struct report_origin *origin, struct err *err)
{
	size_t bytes = message->key.n + message->value.n + record->headers.n;

	message->cookie = flight_take(&w->flight, origin, bytes);
	while (!producer_send(w->producer, message))
		if (await(w, -1, -1, err) < 0)
			return -1;
	return 0;
}

static int take_line(struct write *w, struct slice line, struct err *err)
{
	struct report_origin origin = {.input = input_name(w->in), .line = input_number(w->in)};
	static const struct json_fault nameless = {0,
						   "the record names no topic (give one with -t)"};
	struct producer_message message;
	struct json_fault fault;
	struct record record;
	const char *wrong;

	if (!record_parse(&record, line, &fault))
		return input_bad(w->in, &fault, err);
	origin.marks = record.marks;
	if (!w->conf->message.topic && !record.topic.p)
		return input_bad(w->in, &nameless, err);
	wrong = message_make(w->maker, &record, &message);
	if (wrong) {
		rejected(w, &origin, REJECT_DECODE, "BadRecord", wrong);
		return 0;
	}
	return send(w, &record, &message, &origin, err);
}

static bool has_room(const struct write *w)
{
	return w->flight.records < w->conf->max_records && w->flight.bytes < w->conf->max_bytes;
}

/* Everything that can be done without waiting for input. 1: more input is needed; 0: its end. */
static int take_lines(struct write *w, struct err *err)
{
	struct slice line;

	while (!w->stopped) {
		if (!has_room(w)) {
			if (await(w, -1, -1, err) < 0)
				return -1;
			continue;
		}
		switch (input_next(w->in, &line, err)) {
		case INPUT_LINE:
			if (take_line(w, line, err) != 0)
				return -1;
			break;
		case INPUT_MORE:
			return 1;
		case INPUT_END:
			return 0;
		case INPUT_FAILED:
			return -1;
		}
	}
	return 0;
}

static int read_lines(struct write *w, int fd, struct err *err)
{
	int got;

	while ((got = take_lines(w, err)) > 0) {
		while ((got = await(w, fd, -1, err)) == 0 && !w->stopped)
			;
		if (got < 0)
			return -1;
		if (w->stopped)
			return 0;
		if (input_fill(w->in, err) != 0)
			return -1;
	}
	return got;
}

int write_input(struct write *w, int fd, const char *name, struct err *err)
{
	int result;

	input_open(w->in, fd, name);
	result = read_lines(w, fd, err);
	if (result < 0 && !w->failed) {
		w->failed = true;
		w->failure = *err;
	}
	return result < 0 ? -1 : !w->stopped;
}

/* What is in flight may still be confirmed, and what is confirmed must be told. */
static void drain(struct write *w)
{
	int64_t end = clock_ms() + DRAIN_MS;
	struct err ignored;

	while (w->flight.records && clock_ms() < end && stop_count() < 2) {
		struct pollfd fd = {producer_fd(w->producer), POLLIN, 0};

		poll(&fd, 1, 100);
		producer_serve(w->producer);
	}
	report_flush(w->conf->report, &ignored);
}

int write_finish(struct write *w, struct err *err)
{
	while (!w->failed && w->flight.records) {
		if (await(w, -1, -1, &w->failure) < 0)
			w->failed = true;
	}
	if (!w->failed)
		return report_close(w->conf->report, err);
	drain(w);
	*err = w->failure;
	return -1;
}

uint64_t write_bad(const struct write *w)
{
	return input_bad_lines(w->in);
}

size_t write_unsettled(const struct write *w)
{
	return w->flight.records + w->refused;
}
