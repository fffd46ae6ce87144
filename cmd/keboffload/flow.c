#include "flow.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "cli/stop.h"
#include "event/input.h"
#include "lines/writer.h"
#include "json/text.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ITEMS	     512		/* lines that are read and not yet written */
#define BYTES	     ((size_t)64 << 20) /* of them, one line more at most */
#define LINES_A_TURN 64
#define KEPT	     ((size_t)64 << 10) /* room that an unused buffer may keep */
#define IDLE_MS	     60000

/* A line on its way. */
struct item {
	struct flow *flow;
	uint64_t number;
	struct buf line;  /* what goes out; with restore first what came in */
	struct buf came;  /* what came in, for --reject-file */
	struct buf marks; /* the tokens of marks below, while line may change */
	struct marks tokens;
	struct claim_ref refs[CLAIM_FIELDS_MAX];
	struct claim_object objects[CLAIM_FIELDS_MAX]; /* body and name */
	struct store_job jobs[CLAIM_FIELDS_MAX];
	size_t n, open; /* objects; those not yet there */
	size_t bytes, arrived;
	bool rejected;
	enum reject_class class;
	uint32_t attempts;
	char code[64], text[256];
};

struct flow {
	struct flow_conf conf;
	struct input *in;
	struct writer *out;
	struct item *items; /* a ring */
	size_t first, n, bytes;
	size_t arrived; /* of bytes: objects that are there and wait for their turn */
	bool starved, ended, stopping, left;
	struct flow_counts counts;
};

struct flow *flow_new(const struct flow_conf *conf)
{
	struct flow *f = mem_alloc(sizeof(*f));

	f->conf = *conf;
	f->in = input_new(conf->max_line, report_wired(conf->report));
	input_open(f->in, STDIN_FILENO, "stdin");
	f->out = writer_new(STDOUT_FILENO);
	f->items = mem_array(ITEMS, sizeof(*f->items));
	for (size_t i = 0; i < ITEMS; i++)
		f->items[i].flow = f;
	return f;
}

static void free_item(struct item *item)
{
	buf_free(&item->line);
	buf_free(&item->came);
	buf_free(&item->marks);
	for (size_t i = 0; i < CLAIM_FIELDS_MAX; i++) {
		buf_free(&item->objects[i].body);
		buf_free(&item->objects[i].name);
	}
}

void flow_free(struct flow *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < ITEMS; i++)
		free_item(&f->items[i]);
	free(f->items);
	input_free(f->in);
	writer_free(f->out);
	free(f);
}

bool flow_reader_left(const struct flow *f)
{
	return f->left || report_lost(f->conf.report);
}

const struct flow_counts *flow_counts(const struct flow *f)
{
	return &f->counts;
}

uint64_t flow_bad(const struct flow *f)
{
	return input_bad_lines(f->in);
}

/* --- one line ---------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static void reject(struct item *item, enum reject_class class,
							 const char *code, const char *format, ...)
{
	va_list args;

	if (item->rejected)
		return;
	item->rejected = true;
	item->class = class;
	snprintf(item->code, sizeof(item->code), "%s", code);
	va_start(args, format);
	vsnprintf(item->text, sizeof(item->text), format, args);
	va_end(args);
}

static void keep_tokens(struct item *item, const struct marks *marks)
{
	buf_reset(&item->marks);
	buf_adds(&item->marks, marks->ack);
	buf_adds(&item->marks, marks->acks);
	item->tokens = (struct marks){0};
	if (marks->ack.p)
		item->tokens.ack = (struct slice){buf_text(&item->marks), marks->ack.n};
	if (marks->acks.p)
		item->tokens.acks =
			(struct slice){buf_text(&item->marks) + marks->ack.n, marks->acks.n};
}

static enum reject_class class_of(enum store_outcome outcome)
{
	switch (outcome) {
	case STORE_TOO_LARGE:
		return REJECT_TOO_LARGE;
	case STORE_EXPIRED:
		return REJECT_EXPIRED;
	default:
		return REJECT_REFUSED;
	}
}

static void job_done(struct store_job *job, enum store_outcome outcome, struct slice body,
		     struct slice code, const char *text)
{
	struct item *item = job->ctx;
	struct claim_object *o = &item->objects[job - item->jobs];
	struct slice name = buf_slice(&o->name);

	item->open--;
	if (outcome != STORE_DONE) {
		char code_text[64];

		snprintf(code_text, sizeof(code_text), "%.*s", SLICE_ARG(code));
		if (!item->rejected)
			item->attempts = job->sent;
		reject(item, class_of(outcome), code_text, "object '%.*s': %s",
		       name.n > 150 ? 150 : (int)name.n, name.p, text);
	} else if (job->get) {
		buf_reset(&o->body);
		buf_adds(&o->body, body);
		item->arrived += body.n;
		item->flow->arrived += body.n;
	} else {
		struct slice hex = {name.p + name.n - DIGEST_HEX, DIGEST_HEX};

		reuse_add(item->flow->conf.reuse, hex, clock_ms());
	}
}

static void start_job(struct flow *f, struct item *item, size_t i, size_t bucket, bool get)
{
	struct claim_object *o = &item->objects[i];

	item->jobs[i] = (struct store_job){.get = get,
					   .bucket = bucket,
					   .name = buf_slice(&o->name),
					   .body = buf_slice(&o->body),
					   .sha256 = o->sha256,
					   .text = o->text,
					   .done = job_done,
					   .ctx = item};
	item->open++;
	store_start(f->conf.store, &item->jobs[i]);
}

static void offload(struct flow *f, struct item *item, const struct event *event)
{
	int64_t now = clock_ms();

	item->n = claim_move(f->conf.claim, event, item->objects, &item->line);
	if (item->n == 0)
		buf_adds(&item->line, event->line);
	for (size_t i = 0; i < item->n; i++) {
		struct slice name = buf_slice(&item->objects[i].name);

		f->counts.moved++;
		item->bytes += item->objects[i].body.len;
		if (reuse_has(f->conf.reuse,
			      (struct slice){name.p + name.n - DIGEST_HEX, DIGEST_HEX}, now))
			f->counts.reused++;
		else
			start_job(f, item, i, 0, false);
	}
}

/* Whether the object may be fetched; then item->objects[i] has its name. */
static bool locate(struct flow *f, struct item *item, size_t i, size_t *bucket)
{
	const struct claim_ref *ref = &item->refs[i];
	struct buf arn = {0};
	struct slice where, name;
	bool found = false;

	json_unescape(ref->arn, &arn);
	if (!claim_locate(buf_slice(&arn), &where, &name)) {
		reject(item, REJECT_INVALID, "BadReference",
		       "the reference is no ARN of an object in S3");
	} else {
		for (size_t b = 0; b < f->conf.n_buckets && !found; b++) {
			if (slice_is(where, f->conf.buckets[b])) {
				*bucket = b;
				found = true;
			}
		}
		if (!found)
			reject(item, REJECT_REFUSED, "ForeignBucket",
			       "the reference is to bucket '%.*s' (see --bucket)",
			       where.n > 63 ? 63 : (int)where.n, where.p);
	}
	if (found && ref->has_size && ref->size > f->conf.max_object) {
		reject(item, REJECT_TOO_LARGE, "EntityTooLarge",
		       "the object has %llu bytes, more than --max-object",
		       (unsigned long long)ref->size);
		found = false;
	}
	buf_reset(&item->objects[i].name);
	if (found)
		buf_adds(&item->objects[i].name, name);
	buf_free(&arn);
	return found;
}

/* The line is copied first: what is parsed of it must live until its objects are there. */
static void restore(struct flow *f, struct item *item, struct slice line)
{
	size_t buckets[CLAIM_FIELDS_MAX];
	struct claim_fault fault;
	struct json_fault unused;
	struct event event;
	int n;

	buf_adds(&item->line, line);
	(void)event_parse(&event, buf_slice(&item->line), &unused); /* it was good before */
	n = claim_refs(&event, item->refs, &fault);
	if (n < 0)
		reject(item, REJECT_INVALID, "BadReference", "%s", fault.text);
	item->n = n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < item->n; i++) {
		if (!locate(f, item, i, &buckets[i]))
			return;
	}
	for (size_t i = 0; i < item->n; i++) {
		item->bytes += item->refs[i].has_size ? item->refs[i].size : 0;
		start_job(f, item, i, buckets[i], true);
	}
}

/* All objects are there. */
static void put_back(struct flow *f, struct item *item)
{
	struct slice bodies[CLAIM_FIELDS_MAX];
	struct buf line = {0};
	struct claim_fault fault;
	struct json_fault unused;
	struct event event;

	for (size_t i = 0; i < item->n; i++)
		bodies[i] = buf_slice(&item->objects[i].body);
	(void)event_parse(&event, buf_slice(&item->line), &unused);
	if (!claim_restore(f->conf.claim, &event, item->refs, bodies, item->n, &line, &fault))
		reject(item, REJECT_REFUSED, "BadObject", "%s", fault.text);
	buf_free(&item->line);
	item->line = line;
}

/* --- out ------------------------------------------------------------------- */

static void settle_rejected(struct flow *f, struct item *item)
{
	struct report_origin origin = {.marks = item->tokens,
				       .input = input_name(f->in),
				       .line = item->number,
				       .text = buf_slice(&item->came)};
	struct settlement s = {.outcome = OUTCOME_REJECTED,
			       .class = item->class,
			       .code = slice_of(item->code),
			       .error = slice_of(item->text),
			       .attempts = item->attempts};

	report_settle(f->conf.report, &origin, &s, SLICE_NONE);
}

static void trim(struct buf *b)
{
	if (b->cap > KEPT)
		buf_free(b);
}

static int broken(struct flow *f, struct err *err)
{
	f->left |= errno == EPIPE;
	return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
}

static int write_item(struct flow *f, struct item *item, struct err *err)
{
	int result = 0;

	if (f->conf.restore && item->n && !item->rejected)
		put_back(f, item);
	if (!item->rejected && item->line.len > f->conf.max_line)
		reject(item, REJECT_TOO_LARGE, "LineTooLong",
		       "the line it makes has %zu bytes, over the limit of %zu (see --max-line)",
		       item->line.len, f->conf.max_line);
	if (item->rejected) {
		settle_rejected(f, item);
	} else {
		buf_adds(writer_buf(f->out), buf_slice(&item->line));
		buf_addc(writer_buf(f->out), '\n');
		if (writer_line(f->out) != 0)
			result = broken(f, err);
	}
	trim(&item->line);
	trim(&item->came);
	for (size_t i = 0; i < item->n; i++)
		trim(&item->objects[i].body);
	return result;
}

static int write_ready(struct flow *f, struct err *err)
{
	while (f->n && f->items[f->first].open == 0) {
		struct item *item = &f->items[f->first];

		if (write_item(f, item, err) != 0)
			return -1;
		f->bytes -= item->bytes;
		f->arrived -= item->arrived;
		f->first = (f->first + 1) % ITEMS;
		f->n--;
	}
	return 0;
}

/* --- in -------------------------------------------------------------------- */

static bool has_room(const struct flow *f)
{
	return f->n < ITEMS && f->bytes < BYTES;
}

static void keep_line(const struct flow *f, struct item *item, struct slice line)
{
	buf_reset(&item->came);
	if (!f->conf.keep_lines)
		return;
	buf_adds(&item->came, line);
	item->bytes += line.n;
}

static int take_line(struct flow *f, struct slice line, struct err *err)
{
	struct item *item = &f->items[(f->first + f->n) % ITEMS];
	struct json_fault fault;
	struct event event;

	if (!event_parse(&event, line, &fault))
		return input_bad(f->in, &fault, err);
	f->counts.lines++;
	item->number = input_number(f->in);
	item->n = item->open = 0;
	item->rejected = false;
	item->attempts = 0;
	buf_reset(&item->line);
	keep_tokens(item, &event.marks);
	item->bytes = line.n;
	keep_line(f, item, event.line);
	item->arrived = 0;
	if (f->conf.restore)
		restore(f, item, event.line);
	else
		offload(f, item, &event);
	f->bytes += item->bytes;
	f->n++;
	return 0;
}

static int read_lines(struct flow *f, struct err *err)
{
	struct slice line;
	int result = 0;

	for (int i = 0; i < LINES_A_TURN && result == 0 && !f->ended && !f->starved && has_room(f);
	     i++) {
		switch (input_next(f->in, &line, err)) {
		case INPUT_LINE:
			result = take_line(f, line, err);
			break;
		case INPUT_MORE:
			f->starved = true;
			f->ended = f->stopping;
			break;
		case INPUT_END:
			f->ended = true;
			break;
		case INPUT_FAILED:
			result = -1;
			break;
		}
	}
	return result;
}

/* --- waiting --------------------------------------------------------------- */

enum { FD_INPUT, FD_STATUS, FD_OUTPUT, FD_STOP, FD_KEYS, FDS };

static int timeout_ms(const struct flow *f, int64_t now)
{
	int64_t due = store_due(f->conf.store);

	if (!f->ended && !f->starved && has_room(f))
		return 0;
	if (due < 0 || due > now + IDLE_MS)
		return IDLE_MS;
	return due > now ? (int)(due - now) : 0;
}

/* In a loop the first signal is for the source; alone it ends the reading. */
static int check_stop(struct flow *f, struct err *err)
{
	if (stop_count() == 0)
		return 0;
	stop_clear();
	if (stop_count() > 1)
		return err_set(err, EXIT_LOCAL, "stopped by a second signal");
	if (!report_wired(f->conf.report)) {
		f->stopping = true;
		f->ended |= f->starved;
	}
	return 0;
}

static int flush(struct flow *f, struct err *err)
{
	if (writer_flush(f->out) != 0)
		return broken(f, err);
	return report_flush(f->conf.report, err);
}

/* A reader that has left ends the run as it would end a filter, of SIGPIPE. */
static int check_readers(struct flow *f, const struct pollfd *all, struct err *err)
{
	if (all[FD_OUTPUT].revents && fd_reader_gone(STDOUT_FILENO)) {
		f->left = true;
		return err_set(err, EXIT_LOCAL, "the reader of stdout has left");
	}
	return all[FD_STATUS].revents ? report_readers(f->conf.report, err) : 0;
}

static int await(struct flow *f, struct err *err)
{
	bool reading = !f->ended && f->starved;
	struct pollfd all[FDS] = {
		[FD_INPUT] = {.fd = reading ? STDIN_FILENO : -1, .events = POLLIN},
		[FD_STATUS] = {.fd = report_status_fd(f->conf.report)},
		[FD_OUTPUT] = {.fd = fd_is_pipe(STDOUT_FILENO) ? STDOUT_FILENO : -1},
		[FD_STOP] = {.fd = stop_fd(), .events = POLLIN},
		[FD_KEYS] = {.fd = credentials_fd(f->conf.credentials), .events = POLLIN},
	};

	if (http_wait(f->conf.http, all, FDS, timeout_ms(f, clock_ms()), err) != 0)
		return -1;
	if (all[FD_INPUT].revents) {
		f->starved = false;
		if (input_fill(f->in, err) != 0)
			return -1;
	}
	/* Only while no input comes: when a loop ends well, its source goes as the input ends. */
	if (!all[FD_INPUT].revents && check_readers(f, all, err) != 0)
		return -1;
	return check_stop(f, err);
}

static int turn(struct flow *f, struct err *err)
{
	/* What is there waits for the first line: only that one's objects may still come. */
	store_hold(f->conf.store, f->arrived < BYTES ? NULL : &f->items[f->first]);
	if (read_lines(f, err) != 0 || store_step(f->conf.store, clock_ms(), err) != 0 ||
	    write_ready(f, err) != 0)
		return -1;
	if ((f->ended && f->n == 0) || (!f->ended && !f->starved && has_room(f)))
		return 0;
	return flush(f, err) != 0 ? -1 : await(f, err);
}

int flow_run(struct flow *f, struct err *err)
{
	struct err unused;

	while (!f->ended || f->n) {
		if (turn(f, err) != 0) {
			if (!flow_reader_left(f) && write_ready(f, &unused) == 0)
				(void)flush(f, &unused); /* what was finished before is kept */
			return -1;
		}
	}
	if (flush(f, err) != 0)
		return -1;
	return writer_close(f->out, err);
}
