#include "stage/stage.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "cli/program.h"
#include "cli/stop.h"
#include "event/input.h"
#include "report/rejects.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct stage {
	struct stage_conf conf;
	struct writer *out;
	struct status *status;
	struct input *in;
	reader_read_fn *source; /* of the next one; NULL: read(2) */
	void *source_ctx;
	stage_idle_fn *idle; /* NULL: nothing is held back */
	void *idle_ctx;
	struct rejects *rejects; /* NULL without --reject-file */
	uint64_t rejected;
	bool lost;	 /* who reads stdout or the status fd has left */
	bool stop;	 /* a failure, or a bad line in a loop: end now */
	struct err fate; /* which, if stop */
};

static int open_rejects(struct stage *s, struct err *err)
{
	if (!s->conf.reject_file)
		return 0;
	s->rejects = rejects_open(s->conf.reject_file, s->conf.program, stage_wired(s), err);
	return s->rejects ? 0 : -1;
}

struct stage *stage_new(const struct stage_conf *conf, struct err *err)
{
	struct stage *s = mem_alloc(sizeof *s);

	s->conf = *conf;
	s->out = writer_new(STDOUT_FILENO);
	s->status = status_open(conf->status_fd, conf->program, err);
	if (!s->status || open_rejects(s, err) != 0) {
		stage_free(s);
		return NULL;
	}
	s->in = input_new(conf->max_line, stage_wired(s));
	if (stage_wired(s))
		stop_install(); /* a first signal is for the source: its end of input ends us */
	return s;
}

void stage_free(struct stage *s)
{
	if (!s)
		return;
	input_free(s->in);
	writer_free(s->out);
	rejects_free(s->rejects);
	status_free(s->status);
	free(s);
}

bool stage_wired(const struct stage *s)
{
	return status_wired(s->status);
}

struct buf *stage_out(struct stage *s)
{
	return writer_buf(s->out);
}

static void stop_with(struct stage *s, enum exit_status status, const char *what)
{
	if (s->stop)
		return;
	s->stop = true;
	s->lost = errno == EPIPE;
	err_errno(&s->fate, status, "%s", what);
}

void stage_line(struct stage *s)
{
	if (writer_line(s->out) != 0)
		stop_with(s, EXIT_LOCAL, "cannot write to stdout");
}

void stage_line_from(struct stage *s, size_t from, const struct marks *marks)
{
	struct buf *out = stage_out(s);
	size_t n = out->len - from - 1;

	if (n > s->conf.max_line) {
		out->len = from;
		stage_reject(s, marks, REJECT_TOO_LARGE, "LineTooLong",
			     "the line it makes has %zu bytes, over the limit of %zu (see "
			     "--max-line)",
			     n, s->conf.max_line);
		return;
	}
	stage_line(s);
}

void stage_filtered(struct stage *s, const struct marks *marks)
{
	struct settlement filtered = {.outcome = OUTCOME_FILTERED};

	status_settle(s->status, marks, &filtered);
}

void stage_reject(struct stage *s, const struct marks *marks, enum reject_class class,
		  const char *code, const char *format, ...)
{
	struct settlement rejected = {
		.outcome = OUTCOME_REJECTED, .class = class, .code = slice_of(code)};
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	rejected.error = (struct slice){text, strlen(text)};
	s->rejected++;
	status_settle(s->status, marks, &rejected);
	if (s->rejects)
		rejects_add(s->rejects, input_line(s->in), &rejected);
	else if (!stage_wired(s))
		msg_error("%s:%llu: rejected (%s): %s", input_name(s->in),
			  (unsigned long long)input_number(s->in), reject_class_name(class), text);
}

void stage_bad_at(struct stage *s, uint64_t number, const struct json_fault *fault)
{
	struct err err;

	if (input_bad_at(s->in, number, fault, &err) != 0)
		stage_fail(s, &err);
}

void stage_fail(struct stage *s, const struct err *err)
{
	if (s->stop)
		return;
	s->stop = true;
	s->fate = *err;
}

void stage_bad(struct stage *s, const struct json_fault *fault)
{
	struct err err;

	if (input_bad(s->in, fault, &err) != 0)
		stage_fail(s, &err);
}

/* Before a wait nothing may be held back. */
static void flush(struct stage *s)
{
	struct err err;

	if (writer_flush(s->out) != 0)
		stop_with(s, EXIT_LOCAL, "cannot write to stdout");
	if (status_flush(s->status) != 0)
		stop_with(s, EXIT_LOCAL, "cannot write to the status fd");
	if (rejects_flush(s->rejects, &err) != 0)
		stage_fail(s, &err);
}

int64_t stage_watch(struct stage *s, struct pollfd fds[STAGE_WATCHED])
{
	int64_t wait = s->idle ? s->idle(s->idle_ctx) : -1;

	flush(s);
	fds[0] = (struct pollfd){.fd = fd_is_pipe(STDOUT_FILENO) ? STDOUT_FILENO : -1};
	fds[1] = (struct pollfd){.fd = status_fd(s->status)};
	fds[2] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
	return wait;
}

bool stage_watched(struct stage *s, const struct pollfd fds[STAGE_WATCHED])
{
	errno = EPIPE;
	if (fds[0].fd >= 0 && fds[0].revents)
		stop_with(s, EXIT_LOCAL, "the reader of stdout has left");
	if (fds[1].fd >= 0 && fds[1].revents)
		stop_with(s, EXIT_LOCAL, "the reader of the status fd has left");
	if (stop_count() > 1) {
		errno = EINTR;
		stop_with(s, EXIT_LOCAL, "stopped by a second signal");
	}
	stop_clear();
	return !s->stop;
}

/* Waits for input; in a loop also for the ends that others hold to go away. */
static void await(struct stage *s, int fd)
{
	struct pollfd fds[1 + STAGE_WATCHED] = {{.fd = fd, .events = POLLIN}};

	while (!s->stop) {
		int64_t wait = stage_watch(s, fds + 1);

		if (poll(fds, 1 + STAGE_WATCHED, wait > INT_MAX ? INT_MAX : (int)wait) < 0 &&
		    errno != EINTR)
			return;
		/* First of all: when a loop ends well, its source goes as the input ends. */
		if (fds[0].revents)
			return;
		stage_watched(s, fds + 1);
	}
}

void stage_on_idle(struct stage *s, stage_idle_fn *fn, void *ctx)
{
	s->idle = fn;
	s->idle_ctx = ctx;
}

void stage_source(struct stage *s, reader_read_fn *source, void *ctx)
{
	s->source = source;
	s->source_ctx = ctx;
}

uint64_t stage_number(const struct stage *s)
{
	return input_number(s->in);
}

bool stage_run(struct stage *s, int fd, const char *name, stage_fn *fn, void *ctx)
{
	bool go_on = true, ended = false;
	struct slice line;
	struct err err;

	input_open(s->in, fd, name);
	input_source(s->in, s->source, s->source_ctx);
	s->source = NULL;
	while (go_on && !ended && !s->stop) {
		switch (input_next(s->in, &line, &err)) {
		case INPUT_LINE:
			go_on = fn(ctx, s, line);
			break;
		case INPUT_MORE:
			await(s, fd);
			if (!s->stop && input_fill(s->in, &err) != 0)
				stage_fail(s, &err);
			break;
		case INPUT_END:
			ended = true;
			break;
		case INPUT_FAILED:
			stage_fail(s, &err);
			break;
		}
	}
	return go_on && !s->stop;
}

int stage_finish(struct stage *s)
{
	struct err err;

	flush(s);
	rejects_tell(s->rejects);
	if (s->lost)
		program_die_of_sigpipe(); /* as a write would have ended us */
	if (s->stop)
		return program_fail(&s->fate);
	if (writer_close(s->out, &err) != 0)
		return program_fail(&err);
	if (input_bad_lines(s->in))
		return EXIT_INPUT;
	return s->rejected && !stage_wired(s) ? EXIT_NEGATIVE : EXIT_OK;
}
