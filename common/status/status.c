#include "status/status.h"

#include "base/env.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "json/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define FREE_TEXT_MAX 1024 /* bytes of code, id or error, escaped: a line stays below PIPE_BUF */
#define FLUSH_AT      (PIPE_BUF * 4)

static const char *const outcomes[] = {
	[OUTCOME_UNKNOWN] = "",
	[OUTCOME_DELIVERED] = "delivered",
	[OUTCOME_FILTERED] = "filtered",
	[OUTCOME_REJECTED] = "rejected",
	[OUTCOME_DISCARDED] = "discarded",
};

static const char *const classes[] = {
	[REJECT_DECODE] = "decode",	  [REJECT_INVALID] = "invalid",
	[REJECT_TOO_LARGE] = "too-large", [REJECT_EXPIRED] = "expired",
	[REJECT_REFUSED] = "refused",
};

const char *outcome_name(enum outcome outcome)
{
	return outcomes[outcome];
}

const char *reject_class_name(enum reject_class class)
{
	return classes[class];
}

bool reject_class_parse(struct slice name, enum reject_class *class)
{
	for (int i = 0; i < REJECT_CLASSES; i++) {
		if (slice_is(name, classes[i])) {
			*class = (enum reject_class)i;
			return true;
		}
	}
	return false;
}

/* --- writing ----------------------------------------------------------------- */

/* ,"name":"text": cut before it is escaped, an escape being at most six bytes for one. */
static void add_text(struct buf *to, const char *name, struct slice text, size_t max)
{
	size_t start, keep;

	if (!text.n)
		return;
	if (!utf8_valid(text.p, text.n))
		text = SLICE("(not UTF-8)");
	BUF_LIT(to, ",\"");
	buf_adds(to, slice_of(name));
	BUF_LIT(to, "\":\"");
	start = to->len;
	keep = utf8_cut(text.p, text.n, max);
	json_add_escaped(to, (struct slice){text.p, keep});
	while (to->len - start > max) {
		keep = utf8_cut(text.p, keep, keep - (to->len - start - max + 5) / 6);
		to->len = start;
		json_add_escaped(to, (struct slice){text.p, keep});
	}
	buf_addc(to, '"');
}

void status_add_reason(struct buf *to, const struct settlement *s, size_t text_max)
{
	if (s->outcome == OUTCOME_DELIVERED)
		add_text(to, "id", s->id, text_max);
	if (s->outcome != OUTCOME_REJECTED)
		return;
	buf_addf(to, ",\"class\":\"%s\"", classes[s->class]);
	add_text(to, "code", s->code, text_max);
	add_text(to, "error", s->error, text_max);
	if (s->attempts) {
		BUF_LIT(to, ",\"attempts\":");
		buf_add_u64(to, s->attempts);
	}
}

/* For one token as it stands in a line (raw, no quotes). */
static void add_line(struct buf *to, struct slice token, const struct settlement *s, const char *by)
{
	BUF_LIT(to, "{\"ack\":\"");
	buf_adds(to, token);
	BUF_LIT(to, "\",\"status\":\"");
	buf_adds(to, slice_of(outcomes[s->outcome]));
	buf_addc(to, '"');
	if (s->outcome != OUTCOME_DELIVERED)
		buf_addf(to, ",\"by\":\"%s\"", by);
	status_add_reason(to, s, FREE_TEXT_MAX);
	BUF_LIT(to, "}\n");
}

void status_add(struct buf *to, const struct marks *marks, const struct settlement *s,
		const char *by)
{
	struct json_member m;
	struct json_walk w;

	if (marks->ack.p)
		add_line(to, marks->ack, s, by);
	if (!marks->acks.p)
		return;
	for (json_walk(&w, marks->acks); json_next(&w, &m);)
		add_line(to, json_raw(m.value), s, by);
}

struct status {
	int fd;
	const char *by;
	struct buf buf;
	int failed; /* errno of the first failure: nothing is written after it */
};

static int fd_of_environment(int *fd, struct err *err)
{
	const char *env = env_text("KEB_STATUS_FD");
	uint64_t v;

	if (!env)
		return 0;
	if (!num_u64(slice_of(env), &v) || v < 3 || v > 9)
		return err_set(err, EXIT_USAGE, "KEB_STATUS_FD is '%s': give a number from 3 to 9",
			       env);
	*fd = (int)v;
	return 0;
}

static int check_fd(int fd, struct err *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return err_set(err, EXIT_USAGE,
			       "status fd %d is not open: start this program under kebrun, or give "
			       "--status-fd an open pipe",
			       fd);
	if (!fd_is_pipe(fd) || (flags & O_ACCMODE) == O_RDONLY)
		return err_set(err, EXIT_USAGE, "status fd %d is no pipe open for writing", fd);
	return fd_cloexec(fd) == 0 ? 0 : err_errno(err, EXIT_LOCAL, "status fd %d", fd);
}

struct status *status_open(int fd, const char *by, struct err *err)
{
	struct status *st;

	if (fd < 0 && fd_of_environment(&fd, err) != 0)
		return NULL;
	if (fd >= 0 && check_fd(fd, err) != 0)
		return NULL;
	st = mem_alloc(sizeof *st);
	st->fd = fd;
	st->by = by;
	return st;
}

bool status_wired(const struct status *st)
{
	return st->fd >= 0;
}

int status_fd(const struct status *st)
{
	return st->fd;
}

void status_settle(struct status *st, const struct marks *marks, const struct settlement *s)
{
	if (st->fd < 0 || st->failed)
		return;
	status_add(&st->buf, marks, s, st->by);
	if (st->buf.len >= FLUSH_AT)
		(void)status_flush(st); /* a failure is kept for the next flush to tell */
}

/* As many whole lines as fit into PIPE_BUF: the kernel never mixes such writes. */
static size_t chunk(struct slice rest)
{
	const char *lf;

	if (rest.n <= PIPE_BUF)
		return rest.n;
	lf = memrchr(rest.p, '\n', PIPE_BUF);
	return lf ? (size_t)(lf - rest.p) + 1 : rest.n;
}

int status_flush(struct status *st)
{
	size_t at = 0;

	while (!st->failed && at < st->buf.len) {
		size_t n = chunk((struct slice){st->buf.p + at, st->buf.len - at});

		if (fd_write_all(st->fd, st->buf.p + at, n) != 0)
			st->failed = errno;
		at += n;
	}
	buf_reset(&st->buf);
	errno = st->failed;
	return st->failed ? -1 : 0;
}

void status_free(struct status *st)
{
	if (!st)
		return;
	if (st->fd >= 0)
		close(st->fd);
	buf_free(&st->buf);
	free(st);
}

/* --- reading ------------------------------------------------------------------ */

static enum outcome parse_outcome(struct slice name)
{
	for (int i = OUTCOME_DELIVERED; i <= OUTCOME_DISCARDED; i++)
		if (slice_is(name, outcomes[i]))
			return (enum outcome)i;
	return OUTCOME_UNKNOWN;
}

struct parse {
	struct status_line *out;
	bool has_status;
};

/* Members of another type than ours are of a later version: ignored like unknown ones. */
static bool take(void *ctx, const struct json_member *m)
{
	struct parse *parse = ctx;
	struct status_line *out = parse->out;
	struct slice text = json_raw(m->value);
	uint64_t attempts;

	if (m->type == JSON_NUMBER && json_is(m->name, SLICE("attempts")) &&
	    num_u64(m->value, &attempts) && attempts <= UINT32_MAX)
		out->attempts = (uint32_t)attempts;
	if (m->type != JSON_STRING)
		return true;
	if (json_is(m->name, SLICE("ack"))) {
		out->ack = text;
	} else if (json_is(m->name, SLICE("status"))) {
		out->outcome = parse_outcome(text);
		parse->has_status = true;
	} else if (json_is(m->name, SLICE("class"))) {
		out->has_class = reject_class_parse(text, &out->class);
	} else if (json_is(m->name, SLICE("by"))) {
		out->by = text;
	} else if (json_is(m->name, SLICE("code"))) {
		out->code = text;
	} else if (json_is(m->name, SLICE("error"))) {
		out->error = text;
	} else if (json_is(m->name, SLICE("id"))) {
		out->id = text;
	}
	return true;
}

bool status_parse(struct status_line *out, struct slice line, struct json_fault *fault)
{
	struct parse parse = {.out = out};

	*out = (struct status_line){0};
	if (!json_check_object(line, take, &parse, fault))
		return false;
	if (out->ack.p && parse.has_status)
		return true;
	if (fault)
		*fault = (struct json_fault){0, out->ack.p ? "no status" : "no ack"};
	return false;
}
