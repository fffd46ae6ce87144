#include "filter.h"

#include "base/clock.h"
#include "base/msg.h"
#include "child.h"
#include "lines/reader.h"
#include "lines/writer.h"
#include "pairing.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define AHEAD	      (128u << 10) /* bytes taken from the input before the command has read them */
#define HELD_MAX      (64u << 20)  /* bytes of answers to one line, if lines are not longer */
#define SOON_MS	      20
#define START_COST_MS 30   /* of the first run, until it is known */
#define LEFT_MS	      5000 /* for what the command has left behind, without output */
#define NAME_SHOWN    60   /* of a command, in messages */

struct filter {
	const struct filter_conf *conf;
	struct input *in;
	struct ends *ends;
	struct child *child;
	struct pairing *pairing;
	struct writer *out;
	struct reader *came; /* the command's output; NULL: no run */
	bool came_ended;
	bool cut; /* the last line that came is at fault: perhaps since its writer has died */
	struct err fault;
	bool closing;	       /* this run gets no more lines */
	int64_t start_ms;      /* of this run */
	int64_t quiet_ms;      /* since when it has said nothing */
	int64_t gone_ms;       /* since when its output is held by others only; 0: it runs */
	bool starved;	       /* no line is there for it */
	int64_t start_cost_ms; /* CPU time of the cheapest run: what a start costs, or less */
	bool has_line;	       /* taken from the input, not given to a run yet */
	struct slice line;
	struct marks marks;
	bool input_ended;
	int failed; /* errno of a write to stdout */
};

/* --- what pairing decides ----------------------------------------------------- */

static void settle(struct filter *f, const struct marks *marks, const struct settlement *s)
{
	struct report_origin origin = {.marks = *marks, .input = "stdin"};

	report_settle(f->ends->report, &origin, s, SLICE_NONE);
}

static void goes_on(void *ctx, struct slice line, const struct marks *marks)
{
	struct filter *f = ctx;
	struct buf *out = writer_buf(f->out);

	/* The number of a part has made it too long. */
	if (line.n > f->conf->max_line) {
		settle(f, marks,
		       &(struct settlement){.outcome = OUTCOME_REJECTED,
					    .class = REJECT_TOO_LARGE,
					    .code = SLICE("LineTooLong"),
					    .error = SLICE("the line is longer than --max-line")});
		return;
	}
	buf_adds(out, line);
	buf_addc(out, '\n');
	if (writer_line(f->out) != 0)
		f->failed = errno;
}

static void filtered(void *ctx, const struct marks *marks)
{
	settle(ctx, marks, &(struct settlement){.outcome = OUTCOME_FILTERED});
}

/* --- to the command ----------------------------------------------------------- */

static int give(struct filter *f, struct err *err)
{
	struct buf *to = child_input(f->child);

	if (!child_running(f->child)) {
		if (child_start(f->child, err) != 0)
			return -1;
		f->came = reader_new(child_output_fd(f->child), f->conf->max_line);
		f->came_ended = f->cut = f->closing = false;
		f->start_ms = f->quiet_ms = clock_ms();
		f->gone_ms = 0;
		to = child_input(f->child);
	}
	buf_adds(to, f->line);
	buf_addc(to, '\n');
	pairing_sent(f->pairing, &f->marks);
	f->has_line = false;
	f->starved = false;
	return 0;
}

static bool has_room(const struct filter *f)
{
	return !f->closing && child_pending(f->child) < AHEAD;
}

/* Gives the command all that is here and that it may have. */
static int feed(struct filter *f, struct err *err)
{
	while (has_room(f) && !f->input_ended) {
		if (!f->has_line) {
			enum input_got got = line_next(f->in, &f->line, &f->marks, err);

			if (got == INPUT_FAILED)
				return -1;
			f->input_ended = got == INPUT_END;
			f->starved = got == INPUT_MORE;
			f->has_line = got == INPUT_LINE;
			if (!f->has_line)
				break;
		}
		if (!pairing_fits(f->pairing, &f->marks)) {
			f->closing = true;
			break;
		}
		if (give(f, err) != 0)
			return -1;
		if (pairing_count(f->pairing) >= f->conf->window)
			f->closing = true;
	}
	return 0;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * When the input of the run is ended. A command that has read everything and for which
 * nothing is there is not waited for so long, as nobody can send more until it is
 * settled what became of these lines: but starting it again shall not take more than a
 * tenth of the time.
 */
static int64_t end_of_run(const struct filter *f)
{
	int64_t soon = f->quiet_ms + 10 * f->start_cost_ms + SOON_MS;
	int64_t end = least(f->quiet_ms + f->conf->idle_ms, f->start_ms + f->conf->window_ms);

	if (f->starved && (soon > clock_ms() || child_read_all(f->child)))
		return least(soon, end);
	return end;
}

/* The end of a run begins: when there is no more input, the window is full or its time over, or
 * nothing comes. */
static void push(struct filter *f)
{
	if (!child_running(f->child))
		return;
	if (f->input_ended || clock_ms() >= end_of_run(f))
		f->closing = true;
	child_write(f->child);
	if (f->closing && child_pending(f->child) == 0)
		child_close_input(f->child);
}

/* --- from the command --------------------------------------------------------- */

static int bad_output(struct filter *f, const char *what, struct err *err)
{
	return err_set(err, EXIT_INPUT, "line %llu of the output of '%.*s': %s",
		       (unsigned long long)reader_number(f->came), NAME_SHOWN, f->conf->command,
		       what);
}

static const char *wrong(enum pairing_came came)
{
	switch (came) {
	case PAIRING_GOOD:
		break;
	case PAIRING_NO_TOKEN:
		return "it has lost its _ack, so nobody can say what became of its record (the "
		       "command has to pass on the members that start with an underscore)";
	case PAIRING_UNKNOWN:
		return "its _ack is not that of a line that was given to this run of the command "
		       "(it has to be passed on as it is)";
	case PAIRING_TOO_LATE:
		return "it comes after the answer to a later line (the command has to keep the "
		       "order of the lines)";
	case PAIRING_TOO_MUCH:
		return "too many bytes were made of one line";
	}
	return NULL;
}

static int take_line(struct filter *f, struct slice line, struct err *err)
{
	struct json_fault fault;
	struct marks marks;
	const char *what;
	char text[160];

	if (!line_parse(&marks, line, &fault)) {
		snprintf(text, sizeof text, "byte %zu: %s", fault.at + 1, fault.what);
		return bad_output(f, text, err);
	}
	what = wrong(pairing_came(f->pairing, line, &marks));
	return what ? bad_output(f, what, err) : 0;
}

static int take_output(struct filter *f, struct err *err)
{
	struct slice line;

	while (!f->came_ended) {
		switch (reader_next(f->came, &line)) {
		case READ_LINE:
			if (take_line(f, line, err) == 0)
				break;
			f->came_ended = f->cut = reader_next(f->came, &line) == READ_END;
			f->fault = *err;
			return f->cut ? 0 : -1;
		case READ_TOO_LONG:
			return bad_output(f, "it is longer than --max-line", err);
		case READ_MORE:
			errno = EAGAIN;
			if (reader_fill(f->came) <= 0)
				return errno == EAGAIN || errno == EINTR
					       ? 0
					       : err_errno(err, EXIT_LOCAL,
							   "cannot read from '%.*s'", NAME_SHOWN,
							   f->conf->command);
			f->quiet_ms = clock_ms();
			break;
		case READ_END:
			f->came_ended = true;
			break;
		}
	}
	return 0;
}

/* --- the end of a run --------------------------------------------------------- */

static int ended_badly(const struct filter *f, const char *why, struct err *err)
{
	int status = child_status(f->child);

	if (status == 126 || status == 127)
		return err_set(err, EXIT_USAGE, "'%.*s' %s (see --filter)", NAME_SHOWN,
			       f->conf->command, status == 127 ? "was not found" : "cannot be run");
	if (status > 128)
		return err_set(err, EXIT_LOCAL,
			       "'%.*s' was ended by signal %d: what it had not answered comes "
			       "again",
			       NAME_SHOWN, f->conf->command, status - 128);
	return err_set(err, EXIT_LOCAL,
		       "'%.*s' ended with status %d%s: what it had not answered comes again",
		       NAME_SHOWN, f->conf->command, status, why);
}

static int end_run(struct filter *f, struct err *err)
{
	bool in_time = child_closed_input(f->child);

	reader_free(f->came);
	f->came = NULL;
	if (!codes_have(&f->conf->ok, child_status(f->child)))
		return ended_badly(f, in_time ? " (see --ok)" : "", err);
	if (!in_time || child_left(f->child))
		return ended_badly(f, " before it had read all of its input", err);
	if (f->cut) {
		*err = f->fault;
		return -1;
	}
	msg_debug("a run of %zu lines has ended", pairing_count(f->pairing));
	pairing_end(f->pairing);
	if (child_cost_ms(f->child) < f->start_cost_ms)
		f->start_cost_ms = child_cost_ms(f->child);
	f->closing = false;
	return 0;
}

/* What it has started may still write what it has made of these lines; or never end. */
static int64_t left_until(const struct filter *f)
{
	return (f->gone_ms > f->quiet_ms ? f->gone_ms : f->quiet_ms) + LEFT_MS;
}

static int check_left(const struct filter *f, struct err *err)
{
	if (!f->gone_ms || f->came_ended || clock_ms() < left_until(f))
		return 0;
	return err_set(err, EXIT_LOCAL,
		       "'%.*s' has ended, but a process that it left behind holds its output: "
		       "what it had not answered comes again (let that close its stdout, or wait "
		       "for it)",
		       NAME_SHOWN, f->conf->command);
}

/* --- the loop ----------------------------------------------------------------- */

static int flush(struct filter *f, struct err *err)
{
	if (!f->failed && writer_flush(f->out) != 0)
		f->failed = errno;
	if (f->failed) {
		errno = f->failed;
		f->ends->lost = f->ends->lost || errno == EPIPE;
		return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
	}
	if (report_flush(f->ends->report, err) == 0)
		return 0;
	f->ends->lost = f->ends->lost || report_lost(f->ends->report);
	return -1;
}

static int patience(const struct filter *f)
{
	int64_t until = INT64_MAX, left;

	if (child_running(f->child) && !f->closing)
		until = end_of_run(f);
	if (child_running(f->child) && f->gone_ms && !f->came_ended)
		until = least(until, left_until(f));
	if (until == INT64_MAX)
		return -1;
	left = until - clock_ms();
	return left < 0 ? 0 : (int)left;
}

enum { ON_INPUT = ENDS_POLLS, ON_WRITE, ON_READ, ON_END, POLLS };

static int await(struct filter *f, struct err *err)
{
	bool running = child_running(f->child);
	struct pollfd polls[POLLS] = {
		[ON_INPUT] = {.fd = -1, .events = POLLIN},
		[ON_WRITE] = {.fd = -1, .events = POLLOUT},
		[ON_READ] = {.fd = -1, .events = POLLIN},
		[ON_END] = {.fd = -1, .events = POLLIN},
	};

	ends_poll(f->ends, polls);
	if (has_room(f) && !f->has_line && !f->input_ended)
		polls[ON_INPUT].fd = STDIN_FILENO;
	if (running && child_pending(f->child) > 0)
		polls[ON_WRITE].fd = child_input_fd(f->child);
	if (running && !f->came_ended)
		polls[ON_READ].fd = child_output_fd(f->child);
	if (running && (f->came_ended || !f->gone_ms))
		polls[ON_END].fd = child_end_fd(f->child);
	if (poll(polls, POLLS, patience(f)) < 0 && errno != EINTR)
		return err_errno(err, EXIT_LOCAL, "cannot wait");
	if (polls[ON_END].revents && !f->came_ended)
		f->gone_ms = clock_ms();
	/* When a loop ends well, its source goes as the input ends. */
	if (polls[ON_INPUT].revents)
		return input_fill(f->in, err);
	return ends_check(f->ends, polls, err);
}

static int step(struct filter *f, struct err *err)
{
	if (feed(f, err) != 0)
		return -1;
	push(f);
	if (child_running(f->child) && take_output(f, err) != 0)
		return -1;
	if (f->came_ended && child_ended(f->child))
		return end_run(f, err);
	if (check_left(f, err) != 0 || flush(f, err) != 0)
		return -1;
	return f->input_ended && !child_running(f->child) ? 0 : await(f, err);
}

static int run(struct filter *f, struct err *err)
{
	while (!f->input_ended || child_running(f->child))
		if (step(f, err) != 0)
			return -1;
	if (flush(f, err) != 0)
		return -1;
	return writer_close(f->out, err);
}

int filter_run(const struct filter_conf *conf, struct input *in, struct ends *ends, struct err *err)
{
	struct filter f = {.conf = conf, .in = in, .ends = ends, .start_cost_ms = START_COST_MS};
	struct pairing_to to = {.line = goes_on, .filtered = filtered, .ctx = &f};
	struct err ignored;
	int result;

	f.child = child_new(conf->command, true);
	f.pairing = pairing_new(&to, conf->max_line > HELD_MAX ? conf->max_line : HELD_MAX);
	f.out = writer_new(STDOUT_FILENO);
	result = run(&f, err);
	if (result != 0)
		(void)flush(&f, &ignored); /* what was decided may arrive */
	child_free(f.child);
	pairing_free(f.pairing);
	reader_free(f.came);
	writer_free(f.out);
	return result;
}
