#include "sink.h"

#include "aws/outage.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "batch.h"
#include "child.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define NAME_SHOWN 60 /* of a command, in messages */

struct sink {
	const struct sink_conf *conf;
	struct input *in;
	struct ends *ends;
	struct child *child;
	struct batch *batch;
	struct outage outage;
	struct retry_chance chance;
	unsigned failures; /* of the turn, in a row */
	bool has_line;	   /* taken from the input, too much for this batch */
	struct slice line;
	struct marks marks;
	bool input_ended;
};

/* --- waiting ------------------------------------------------------------------ */

/*
 * Waits for one descriptor, or none, and for the ends. 1: it is ready, 0: the time is
 * over (or a signal came), -1 with err.
 */
static int await(struct sink *s, int fd, short events, int64_t until_ms, struct err *err)
{
	struct pollfd polls[ENDS_POLLS + 1] = {[ENDS_POLLS] = {.fd = fd, .events = events}};
	int64_t left = until_ms - clock_ms();
	int timeout = until_ms < 0 ? -1 : left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;

	if (report_flush(s->ends->report, err) != 0) {
		s->ends->lost = report_lost(s->ends->report);
		return -1;
	}
	ends_poll(s->ends, polls);
	if (poll(polls, ENDS_POLLS + 1, timeout) < 0 && errno != EINTR)
		return err_errno(err, EXIT_LOCAL, "cannot wait");
	/* When a loop ends well, its source goes as the input ends. */
	if (polls[ENDS_POLLS].revents)
		return 1;
	return ends_check(s->ends, polls, err);
}

/* --- a batch ------------------------------------------------------------------ */

static bool is_full(const struct sink *s)
{
	return batch_lines(s->batch) >= s->conf->lines || batch_bytes(s->batch) >= s->conf->bytes;
}

/* Puts the line at hand into the batch; false if it is for the next one. */
static bool takes_line(struct sink *s)
{
	if (batch_lines(s->batch) > 0 && batch_bytes(s->batch) + s->line.n + 1 > s->conf->bytes)
		return false;
	batch_add(s->batch, s->line, &s->marks, input_number(s->in));
	s->has_line = false;
	return true;
}

/* What can be taken without waiting. 1: the batch is complete; 0: more may come; -1: err. */
static int take_lines(struct sink *s, struct err *err)
{
	while (!is_full(s)) {
		if (!s->has_line) {
			enum input_got got = line_next(s->in, &s->line, &s->marks, err);

			if (got == INPUT_FAILED)
				return -1;
			s->input_ended = got == INPUT_END;
			if (got != INPUT_LINE)
				return s->input_ended;
			s->has_line = true;
		}
		if (!takes_line(s))
			return 1;
	}
	return 1;
}

/* Collects the next batch; it is empty when the input has ended. */
static int collect(struct sink *s, struct err *err)
{
	int64_t until = -1;
	int got;

	batch_reset(s->batch);
	while ((got = take_lines(s, err)) == 0) {
		if (batch_lines(s->batch) > 0 && until < 0)
			until = clock_ms() + s->conf->linger_ms;
		got = await(s, STDIN_FILENO, POLLIN, until, err);
		if (got < 0 || (got > 0 && input_fill(s->in, err) != 0))
			return -1;
		if (got == 0 && until >= 0 && clock_ms() >= until)
			return 0;
	}
	return got < 0 ? -1 : 0;
}

/* --- what became of it -------------------------------------------------------- */

static void settle(struct sink *s, const struct batch_line *line,
		   const struct settlement *settlement)
{
	struct report_origin origin = {
		.marks = line->marks, .input = "stdin", .line = line->number, .text = line->text};

	report_settle(s->ends->report, &origin, settlement, SLICE_NONE);
}

static void delivered(void *ctx, const struct batch_line *line)
{
	settle(ctx, line, &(struct settlement){.outcome = OUTCOME_DELIVERED});
}

static void rejected(void *ctx, const struct batch_line *line)
{
	struct sink *s = ctx;
	int status = child_status(s->child);
	char code[24], error[NAME_SHOWN + 40];

	snprintf(code, sizeof code, "Exit%d", status);
	snprintf(error, sizeof error, "'%.*s' ended with status %d", NAME_SHOWN, s->conf->command,
		 status);
	settle(s, line,
	       &(struct settlement){.outcome = OUTCOME_REJECTED,
				    .class = REJECT_REFUSED,
				    .code = slice_of(code),
				    .error = slice_of(error),
				    .attempts = s->failures + 1});
}

/* --- turns -------------------------------------------------------------------- */

/* Runs the command once, on the lines of the turn, to its end. */
static int run_command(struct sink *s, struct err *err)
{
	if (child_start(s->child, err) != 0)
		return -1;
	buf_adds(child_input(s->child), batch_turn(s->batch));
	while (!child_ended(s->child)) {
		int got;

		child_write(s->child);
		if (child_pending(s->child) == 0)
			child_close_input(s->child);
		/* A command that ends without reading is noticed in a tenth of a second. */
		if (child_closed_input(s->child))
			got = await(s, child_end_fd(s->child), POLLIN, -1, err);
		else
			got = await(s, child_input_fd(s->child), POLLOUT, clock_ms() + 100, err);
		if (got < 0)
			return -1;
	}
	return 0;
}

static int try_again(struct sink *s, struct err *err)
{
	char why[NAME_SHOWN + 60];
	int status = child_status(s->child);
	int64_t until;

	if (status > 128)
		snprintf(why, sizeof why, "'%.*s' was ended by signal %d", NAME_SHOWN,
			 s->conf->command, status - 128);
	else
		snprintf(why, sizeof why, "'%.*s' ended with status %d", NAME_SHOWN,
			 s->conf->command, status);
	outage_failed(&s->outage, clock_ms(), why);
	until = clock_ms() + retry_delay_ms(RETRY_TRANSIENT, ++s->failures, &s->chance);
	if (outage_due(&s->outage) >= 0 && outage_due(&s->outage) < until)
		until = outage_due(&s->outage);
	while (clock_ms() < until)
		if (await(s, -1, 0, until, err) < 0)
			return -1;
	return outage_spent(&s->outage, clock_ms(), err) ? -1 : 0;
}

static int judge(struct sink *s, struct err *err)
{
	int status = child_status(s->child);

	if (status == 0) {
		outage_over(&s->outage, clock_ms());
		batch_taken(s->batch, delivered, s);
	} else if (codes_have(&s->conf->reject, status)) {
		outage_over(&s->outage, clock_ms());
		batch_refused(s->batch, rejected, s);
	} else if (status == 126 || status == 127) {
		return err_set(err, EXIT_USAGE, "'%.*s' %s (see --sink)", NAME_SHOWN,
			       s->conf->command, status == 127 ? "was not found" : "cannot be run");
	} else {
		return try_again(s, err);
	}
	s->failures = 0;
	return 0;
}

static int run(struct sink *s, struct err *err)
{
	do {
		if (collect(s, err) != 0)
			return -1;
		while (batch_turn(s->batch).p)
			if (run_command(s, err) != 0 || judge(s, err) != 0)
				return -1;
	} while (!s->input_ended || s->has_line);
	return report_close(s->ends->report, err);
}

int sink_run(const struct sink_conf *conf, struct input *in, struct ends *ends, struct err *err)
{
	struct sink s = {.conf = conf, .in = in, .ends = ends, .outage.limit_ms = conf->retry_ms};
	struct err ignored;
	int result;

	retry_seed(&s.chance);
	s.child = child_new(conf->command, false);
	s.batch = batch_new();
	result = run(&s, err);
	if (result != 0)
		(void)report_flush(ends->report, &ignored); /* what was settled may be told */
	child_free(s.child);
	batch_free(s.batch);
	return result;
}
