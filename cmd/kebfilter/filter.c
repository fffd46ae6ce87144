#include "filter.h"

#include "annotate.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/visible.h"
#include "cli/program.h"
#include "event/fault.h"
#include "gzip.h"
#include "split.h"
#include "stream.h"
#include "together.h"
#include "unwrap.h"
#include "json/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct filter {
	const struct options *options;
	const struct rules *rules;
	struct judge *judge;
	struct stream *stream; /* NULL: an object a line */
	struct unwrap *unwrap; /* NULL: the object is the event */
	struct split *split;   /* NULL: what is selected goes to stdout */
	struct stage *stage;
	struct buf text; /* without line breaks */
	struct marks marks;
	int failed;		   /* the status of the first file that cannot be read, or 0 */
	bool any;		   /* --whole: an event of the line at hand is selected */
	struct together *together; /* --whole: the rules of its events; NULL otherwise */
	struct slice line;	   /* at hand */
	bool pieces;		   /* there were lines that look like parts of JSON */
	uint64_t events, selected, none;
	uint64_t *matches; /* by rule, if they are counted; NULL otherwise */
};

struct filter *filter_new(const struct options *o, size_t max_line, const struct rules *rules,
			  struct judge *judge, struct err *err)
{
	struct filter *f = mem_alloc(sizeof *f);

	f->options = o;
	f->rules = rules;
	f->judge = judge;
	if (o->count && o->rules.many.n)
		f->matches = mem_array(patterns_count(rules->patterns), sizeof *f->matches);
	if (o->whole)
		f->together = together_new(patterns_count(rules->patterns));
	if (o->stream)
		f->stream = stream_new(max_line);
	if (o->each || o->field)
		f->unwrap = unwrap_new(o->each, o->field, err);
	if (o->split && (f->unwrap || !(o->each || o->field)))
		f->split = split_new(o->split, rules->patterns, err);
	if ((f->unwrap || !(o->each || o->field)) && (f->split || !o->split))
		return f;
	filter_free(f);
	return NULL;
}

void filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	stream_free(f->stream);
	unwrap_free(f->unwrap);
	split_free(f->split);
	together_free(f->together);
	buf_free(&f->text);
	free(f->matches);
	free(f);
}

/* --- what goes out ---------------------------------------------------------------- */

/* In valid JSON line breaks stand between tokens only. */
static struct slice on_one_line(struct filter *f, struct slice text)
{
	if (!memchr(text.p, '\n', text.n))
		return text;
	buf_reset(&f->text);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			buf_addc(&f->text, text.p[i]);
	return buf_slice(&f->text);
}

/* What goes out for a line, or an event in it, that is selected. */
static void pass(struct filter *f, struct slice line)
{
	const char *name = f->options->annotate;
	struct buf *out = stage_out(f->stage);
	size_t from = out->len, n;
	const uint32_t *rules =
		f->together ? together_rules(f->together, &n) : judge_rules(f->judge, &n);
	struct err err;

	line = on_one_line(f, line);
	if (f->split) {
		if (split_add(f->split, line, rules, n, &err) != 0)
			stage_fail(f->stage, &err);
	} else if (name == NULL) {
		buf_adds(out, line);
		buf_addc(out, '\n');
		stage_line(f->stage);
	} else {
		annotate_add(out, line, *name ? slice_of(name) : SLICE("_rules"),
			     f->rules->patterns, rules, n);
		buf_addc(out, '\n');
		stage_line_from(f->stage, from, &f->marks);
	}
}

static void explain_text(struct filter *f, struct slice event, struct buf *out)
{
	const struct patterns *all = f->rules->patterns;
	struct buf fields = {0};

	for (size_t i = 0; i < patterns_count(all); i++) {
		bool match;

		buf_reset(&fields);
		match = explainer_text(f->rules->explainers[i], event, "  ", &fields);
		buf_addf(out, "event %llu: ", (unsigned long long)f->events);
		visible_add(out, patterns_name(all, i));
		buf_addf(out, ": %s\n", match ? "match" : "no match");
		buf_adds(out, buf_slice(&fields));
	}
	buf_free(&fields);
}

static void explain_json(struct filter *f, struct slice event, struct buf *out)
{
	const struct patterns *all = f->rules->patterns;

	buf_addf(out, "{\"event\":%llu,\"rules\":[", (unsigned long long)f->events);
	for (size_t i = 0; i < patterns_count(all); i++) {
		buf_adds(out, i ? SLICE(",{\"name\":") : SLICE("{\"name\":"));
		json_add_string(out, patterns_name(all, i));
		buf_addc(out, ',');
		explainer_json(f->rules->explainers[i], event, out);
		buf_addc(out, '}');
	}
	BUF_LIT(out, "]}\n");
}

/* Why each rule matches the event or not. */
static void explain(struct filter *f, struct slice event)
{
	if (strcmp(f->options->explain, "json") == 0)
		explain_json(f, event, stage_out(f->stage));
	else
		explain_text(f, event, stage_out(f->stage));
	stage_line(f->stage);
}

/* Of an event that is a line, or written as one. */
static void count_rules(struct filter *f)
{
	size_t n;
	const uint32_t *rules = judge_rules(f->judge, &n);

	if (f->together) {
		together_add(f->together, rules, n);
		return;
	}
	for (size_t i = 0; f->matches && i < n; i++)
		f->matches[rules[i]]++;
}

/* Of a line with the events in it, as --whole has it. */
static void count_together(struct filter *f)
{
	size_t n;
	const uint32_t *rules = together_rules(f->together, &n);

	if (f->matches && f->options->invert)
		for (size_t i = 0; i < patterns_count(f->rules->patterns); i++)
			f->matches[i] += together_missed(f->together, i);
	else if (f->matches)
		for (size_t i = 0; i < n; i++)
			f->matches[rules[i]]++;
}

/* --- what comes in ---------------------------------------------------------------- */

/* A line of JSON that goes over several, or an array. */
static bool is_piece(struct slice line)
{
	line = json_trim(line);
	return line.n && (*line.p == '[' || strchr("{[,", line.p[line.n - 1]) != NULL);
}

/* In a line of its own, or in one with others: the fault is in the line then. */
static void bad(struct filter *f, struct slice object, const struct json_fault *fault)
{
	struct json_fault placed = *fault;
	char what[LINE_FAULT_MAX];
	uint64_t number;

	if (f->stream == NULL) {
		f->pieces |= is_piece(f->line);
		stage_bad(f->stage, fault);
		return;
	}
	placed.what = line_fault(object, fault, what);
	number = stream_place(f->stream, &placed.at);
	stage_bad_at(f->stage, number, &placed);
}

static bool take_event(struct filter *f, struct slice event, bool inner)
{
	const struct options *o = f->options;
	struct json_fault fault;
	int matched = judge_line(f->judge, event, &f->marks, &fault);

	if (matched < 0) {
		if (inner) /* an object, but keb's own members in it are none */
			f->none++;
		else
			bad(f, event, &fault);
		return true;
	}
	f->events++;
	count_rules(f);
	if (o->explain)
		explain(f, judge_event(f->judge, event));
	if ((matched > 0) == o->invert) {
		stage_filtered(f->stage, &f->marks);
		return true;
	}
	if (inner && o->whole) {
		f->any = true;
		return true;
	}
	if (o->trust && (o->annotate || o->stream) && json_check(event, &fault) == JSON_NONE) {
		bad(f, event, &fault);
		return true;
	}
	f->selected++;
	if (!o->count && !o->quiet && !o->explain)
		pass(f, event);
	return !o->quiet && f->selected != o->most;
}

static bool take_inner(void *ctx, struct slice event)
{
	return take_event(ctx, event, true);
}

static bool take_object(void *ctx, struct slice object)
{
	struct filter *f = ctx;
	const struct options *o = f->options;
	struct json_fault fault;
	int more;

	if (f->unwrap == NULL)
		return take_event(f, object, false);
	f->any = false;
	if (f->together)
		together_begin(f->together);
	more = unwrap_line(f->unwrap, object, take_inner, f, &f->none, &fault);
	if (more < 0)
		bad(f, object, &fault);
	if (f->together && more >= 0)
		count_together(f);
	if (!f->any)
		return more != 0;
	f->selected++;
	if (!o->count && !o->quiet && !o->explain)
		pass(f, object);
	return !o->quiet && f->selected != o->most;
}

static bool take_line(void *ctx, struct stage *stage, struct slice line)
{
	struct filter *f = ctx;
	struct json_fault fault;

	f->stage = stage;
	f->line = line;
	if (f->stream == NULL)
		return take_object(f, line);
	switch (stream_line(f->stream, line, stage_number(stage), take_object, f, &fault)) {
	case STREAM_STOP:
		return false;
	case STREAM_FAULT:
		stage_bad(stage, &fault);
		break;
	default:
		break;
	}
	return true;
}

/* --- files ------------------------------------------------------------------------ */

/* Alone the files behind it are read all the same, as grep(1) does. */
static bool fail_file(struct filter *f, struct stage *stage, const struct err *err)
{
	if (stage_wired(stage)) {
		stage_fail(stage, err);
		return false;
	}
	program_fail(err);
	if (!f->failed)
		f->failed = err->status;
	return true;
}

/* Of an object that goes on over lines the end may be missing. */
static void end_stream(struct filter *f, struct stage *stage, bool whole)
{
	struct json_fault fault;

	if (f->stream && stream_end(f->stream, &fault) == STREAM_FAULT && whole)
		stage_bad_at(stage, stream_number(f->stream), &fault);
}

static bool filter_fd(struct filter *f, struct stage *stage, int fd, const char *name)
{
	bool more = stage_run(stage, fd, name, take_line, f);

	end_stream(f, stage, more);
	return more;
}

static bool filter_gzip(struct filter *f, struct stage *stage, int fd, const char *name)
{
	struct gzip *z = gzip_new(fd);
	const char *fault;
	struct err err;
	bool more;

	stage_source(stage, gzip_read, z);
	more = stage_run(stage, fd, name, take_line, f);
	fault = more ? gzip_fault(z) : NULL;
	end_stream(f, stage, more && !fault);
	if (fault) {
		err_set(&err, EXIT_INPUT, "'%s' %s (gzip -t)", name, fault);
		more = fail_file(f, stage, &err);
	}
	gzip_free(z);
	return more;
}

/* As open(2), but a folder is none. */
static int open_file(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
		return fd;
	close(fd);
	errno = EISDIR;
	return -1;
}

bool filter_file(struct filter *f, struct stage *stage, const char *name)
{
	struct err err;
	bool more;
	int fd;

	if (strcmp(name, "-") == 0)
		return filter_fd(f, stage, STDIN_FILENO, "stdin");
	fd = open_file(name);
	if (fd < 0) {
		err_errno(&err, EXIT_USAGE, "cannot open '%s'", name);
		return fail_file(f, stage, &err);
	}
	more = gzip_is(fd) ? filter_gzip(f, stage, fd, name) : filter_fd(f, stage, fd, name);
	close(fd);
	return more;
}

static void write_count(const struct filter *f, struct stage *stage)
{
	struct buf *out = stage_out(stage);

	if (f->matches == NULL) {
		buf_add_u64(out, f->selected);
		buf_addc(out, '\n');
		stage_line(stage);
		return;
	}
	for (size_t i = 0; i < patterns_count(f->rules->patterns); i++) {
		uint64_t n = f->matches[i];

		visible_add(out, patterns_name(f->rules->patterns, i));
		buf_addc(out, '\t');
		buf_add_u64(out, f->options->invert && !f->together ? f->events - n : n);
		buf_addc(out, '\n');
		stage_line(stage);
	}
}

int filter_finish(struct filter *f, struct stage *stage)
{
	bool wired = stage_wired(stage);
	struct err err;
	int status;

	if (f->options->count)
		write_count(f, stage);
	if (f->split && split_flush(f->split, &err) != 0)
		stage_fail(stage, &err);
	if (f->none)
		msg_warning("no event at %s: %llu",
			    f->options->field ? f->options->field : f->options->each,
			    (unsigned long long)f->none);
	status = stage_finish(stage);
	if (f->pieces && f->events + f->none == 0 && !wired)
		msg_warning("no line is a JSON object: for objects over several lines, or in "
			    "arrays, there is --json-stream");
	if (status == EXIT_OK)
		status = f->failed;
	if (f->options->quiet && f->selected && (f->failed || status == EXIT_INPUT))
		return EXIT_OK;
	if (status == EXIT_OK && f->selected == 0 && !wired)
		return EXIT_NEGATIVE;
	return status;
}
