#include "acks.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "lines/reader.h"
#include "json/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define STATUS_LINE_MAX (64u << 10) /* a writer keeps to PIPE_BUF */

struct acks {
	struct acks_conf conf;
	struct reader *in;
	bool ended, decided;
	struct err verdict;
	uint64_t bad;
	bool told_unknown, told_bad;
	struct buf by, code, error, text; /* reused */
};

/* --- the descriptor ---------------------------------------------------------------- */

/* 1 and *fd, 0 if the variable is not set, -1 if it is no such number. */
static int fd_of(const char *variable, int *fd)
{
	const char *env = getenv(variable);
	uint64_t v;

	if (!env || !*env)
		return 0;
	if (!num_u64(slice_of(env), &v) || v < 3 || v > 9)
		return -1;
	*fd = (int)v;
	return 1;
}

static void close_inherited_writer(int ack_fd)
{
	int fd, flags;

	if (fd_of("KEB_STATUS_FD", &fd) != 1 || fd == ack_fd || !fd_is_pipe(fd))
		return;
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY)
		close(fd);
}

int acks_find_fd(int option, int *fd, struct err *err)
{
	int flags;

	*fd = option;
	if (option < 0 && fd_of("KEB_ACK_FD", fd) < 0)
		return err_set(err, EXIT_USAGE, "KEB_ACK_FD is '%s': give a number from 3 to 9",
			       getenv("KEB_ACK_FD"));
	if (*fd < 0)
		return 0;
	flags = fcntl(*fd, F_GETFL);
	if (flags < 0)
		return err_set(err, EXIT_USAGE,
			       "ack fd %d is not open: start kebread under kebrun, or open a pipe "
			       "there",
			       *fd);
	if (!fd_is_pipe(*fd) || (flags & O_ACCMODE) == O_WRONLY)
		return err_set(err, EXIT_USAGE, "ack fd %d is no pipe open for reading", *fd);
	if ((flags & O_ACCMODE) == O_RDWR)
		return err_set(err, EXIT_USAGE,
			       "ack fd %d is open for writing too, so the end of its writers could "
			       "not be seen (use %d<FIFO)",
			       *fd, *fd);
	if (fd_cloexec(*fd) != 0)
		return err_errno(err, EXIT_LOCAL, "ack fd %d", *fd);
	close_inherited_writer(*fd);
	return 0;
}

/* --- the lines --------------------------------------------------------------------- */

struct acks *acks_new(const struct acks_conf *conf)
{
	struct acks *acks = mem_alloc(sizeof *acks);

	acks->conf = *conf;
	acks->in = reader_new(conf->fd, STATUS_LINE_MAX);
	return acks;
}

void acks_free(struct acks *acks)
{
	if (!acks)
		return;
	reader_free(acks->in);
	buf_free(&acks->by);
	buf_free(&acks->code);
	buf_free(&acks->error);
	buf_free(&acks->text);
	free(acks);
}

static struct slice unescaped(struct buf *to, struct slice raw)
{
	buf_reset(to);
	if (!raw.n)
		return SLICE_NONE;
	json_unescape(raw, to);
	return buf_slice(to);
}

/* The texts live until the next status. */
static struct context why_of(struct acks *acks, const struct status_line *s)
{
	return (struct context){
		.has_class = s->has_class,
		.class = s->class,
		.by = unescaped(&acks->by, s->by),
		.code = unescaped(&acks->code, s->code),
		.error = unescaped(&acks->error, s->error),
		.attempts = s->attempts,
	};
}

/* "orders/0/17/k3f9.2 was rejected by kebput: refused: MalformedDetail: Detail is malformed." */
static const char *describe(struct acks *acks, const struct status_line *s,
			    const struct context *why)
{
	struct slice by = why->by.n ? why->by : SLICE("a program that gives no name");

	buf_reset(&acks->text);
	buf_addf(&acks->text, "record %.*s was %s by %.*s", SLICE_ARG(s->ack),
		 outcome_name(s->outcome), SLICE_ARG(by));
	if (why->has_class)
		buf_addf(&acks->text, ": %s", reject_class_name(why->class));
	if (why->code.n)
		buf_addf(&acks->text, ": %.*s", SLICE_ARG(why->code));
	if (why->error.n)
		buf_addf(&acks->text, ": %.*s", SLICE_ARG(why->error));
	return buf_text(&acks->text);
}

static void on_discarded(struct acks *acks, const struct status_line *s)
{
	struct context why = why_of(acks, s);

	if (acks->decided || !acks->conf.refuse_discarded)
		return;
	acks->decided = true;
	err_set(&acks->verdict, EXIT_USAGE,
		"%.700s, but kebread commits: leave out -G and --checkpoint, or that program's "
		"--dry-run",
		describe(acks, s, &why));
}

/* A status took part in rejecting a record. */
static void on_rejected(struct acks *acks, const struct status_line *s, enum ledger_got got,
			const struct ledger_status *status, int64_t now)
{
	struct rejected rejected = {.token = s->ack};
	struct context why;

	if (s->outcome == OUTCOME_REJECTED) {
		why = why_of(acks, s);
		rejected.why = &why;
		rejected.text = describe(acks, s, &why);
	}
	rejects_take(acks->conf.rejects, &rejected, got, status, now);
}

static void on_bad_line(struct acks *acks, const char *what)
{
	acks->bad++;
	if (!acks->told_bad)
		msg_warning("ack fd %d: line %llu is no status line (%s): does something else "
			    "write there?",
			    acks->conf.fd, (unsigned long long)reader_number(acks->in), what);
	acks->told_bad = true;
}

static void on_unknown(struct acks *acks, struct slice token)
{
	if (!acks->told_unknown)
		msg_warning("token '%.*s' is none that was handed out: ignored, as others like it",
			    (int)(token.n < 200 ? token.n : 200), token.p);
	acks->told_unknown = true;
}

static enum ledger_fate fate_of(const struct acks *acks, const struct status_line *s, int64_t now)
{
	if (s->outcome == OUTCOME_REJECTED)
		return rejects_fate(acks->conf.rejects, s->has_class, s->class, now);
	return s->outcome == OUTCOME_DISCARDED && acks->conf.refuse_discarded ? FATE_HELD
									      : FATE_SETTLED;
}

static void take(struct acks *acks, struct slice line, int64_t now)
{
	struct json_fault fault = {0, ""};
	struct ledger_status status;
	struct status_line s;
	enum ledger_got got;

	if (!status_parse(&s, line, &fault)) {
		on_bad_line(acks, fault.what);
		return;
	}
	if (s.outcome == OUTCOME_UNKNOWN)
		return;
	status.outcome = s.outcome;
	status.fate = fate_of(acks, &s, now);
	got = ledger_settle(acks->conf.ledger, s.ack, &status);
	if (got == LEDGER_UNKNOWN)
		on_unknown(acks, s.ack);
	if (got != LEDGER_SETTLED && got != LEDGER_PART)
		return; /* stale or again: the record's new owner, or its first status, counts */
	if (s.outcome == OUTCOME_DISCARDED)
		on_discarded(acks, &s);
	if (s.outcome == OUTCOME_REJECTED ||
	    (got == LEDGER_SETTLED && status.outcome == OUTCOME_REJECTED))
		on_rejected(acks, &s, got, &status, now);
}

int64_t acks_read(struct acks *acks, struct err *err)
{
	const struct ledger_counts *counts = ledger_counts(acks->conf.ledger);
	uint64_t before = counts->records;
	int64_t now = clock_ms();
	struct slice line;
	enum read_got got;

	if (reader_fill(acks->in) < 0)
		return err_errno(err, EXIT_LOCAL, "cannot read from ack fd %d", acks->conf.fd);
	while ((got = reader_next(acks->in, &line)) != READ_MORE && got != READ_END) {
		if (got == READ_TOO_LONG) {
			on_bad_line(acks, "too long");
		} else {
			take(acks, line, now);
		}
	}
	acks->ended = got == READ_END;
	return (int64_t)(before - counts->records);
}

bool acks_ended(const struct acks *acks)
{
	return acks->ended;
}

const struct err *acks_verdict(const struct acks *acks)
{
	return acks->decided ? &acks->verdict : NULL;
}

uint64_t acks_bad(const struct acks *acks)
{
	return acks->bad;
}
