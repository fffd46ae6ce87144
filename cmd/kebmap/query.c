#include "query.h"

#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "json/scan.h"
#include "json/text.h"

#include <jq.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

/*
 * What stands around a program, on its line: so jq's messages count from 1. In jq 1.6 an
 * error of null is no error but the end of the results, by which a record would be lost.
 */
static const char before[] =
	"def _keb_error: error; "
	"def error: if . == null then \"null (not a string)\" | _keb_error else _keb_error end; "
	"def error(m): m | error; "
	"def env: {}; def input: error(\"there is no other input\"); def inputs: empty; "
	"def input_filename: null; def input_line_number: 0; def debug: .; def stderr: .; "
	"def halt: error(\"halt is not for here\"); def halt_error: halt; "
	"def halt_error($status): halt; def modulemeta: null; def get_search_list: []; "
	"{} as $ENV | (";
static const char after[] = "\n)";

/* A container of the input, and its text. */
struct known {
	jv value; /* borrowed from the input */
	struct slice text;
};

/* A member of an object of the input. */
struct named {
	uint64_t hash;
	uint32_t order;
	struct slice text;
};

struct query {
	const char *option;
	jq_state *jq;
	struct slice event;
	jv input; /* kept, so that jq changes nothing of it in place */
	bool mapped;
	LIST_OF(struct known) known; /* by address, once mapped */
	LIST_OF(struct named) named; /* of all objects that are being printed */
	unsigned depth;		     /* of brackets, while printing */
	struct buf plain;
	struct buf complaint; /* while compiling */
};

/* --- compiling -------------------------------------------------------------------- */

/* The first message is what is wrong, the others follow from it. */
static void on_error(void *ctx, jv message)
{
	struct query *q = ctx;
	jv text = jq_format_error(message);

	if (q->complaint.len == 0)
		buf_adds(&q->complaint, slice_of(jv_string_value(text)));
	jv_free(text);
}

/*
 * libjq aborts when memory, or its own stack, is at an end; what it calls before
 * (jq_set_nomem_handler) it does not call everywhere. So the signal says what has happened.
 */
static volatile sig_atomic_t in_jq;

static void on_abort(int number)
{
	(void)number;
	if (!in_jq)
		return; /* abort() goes on */
	mem_end("a jq program takes more memory than there is, so its record is not settled and "
		"comes again (does --jq or --set recurse, or collect, without an end?)");
}

/* libjq reads ~/.jq, and puts the environment into programs: there is none for it. */
static bool compile(struct query *q, const char *program)
{
	static char *nothing[] = {NULL};
	char **kept = environ;
	struct buf text = {0};
	bool good;

	buf_add(&text, before, sizeof before - 1);
	buf_adds(&text, slice_of(program));
	buf_add(&text, after, sizeof after - 1);
	environ = nothing;
	good = jq_compile(q->jq, buf_text(&text));
	environ = kept;
	buf_free(&text);
	return good;
}

struct query *query_new(const char *program, const char *option, struct err *err)
{
	struct query *q = mem_alloc(sizeof *q);
	struct slice why;

	q->option = option;
	q->input = jv_invalid();
	q->jq = jq_init();
	signal(SIGABRT, on_abort);
	jq_set_error_cb(q->jq, on_error, q);
	if (compile(q, program))
		return q;
	why = buf_slice(&q->complaint);
	if (slice_starts(why, SLICE("jq: error: ")))
		why = (struct slice){why.p + 11, why.n - 11};
	if (memchr(why.p, '\n', why.n))
		why.n = (size_t)((const char *)memchr(why.p, '\n', why.n) - why.p);
	err_set(err, EXIT_USAGE, "%s '%.200s' is no program for jq: %.*s", option, program,
		SLICE_ARG(why));
	query_free(q);
	return NULL;
}

void query_free(struct query *q)
{
	if (!q)
		return;
	jv_free(q->input);
	jq_teardown(&q->jq);
	list_free(&q->known);
	list_free(&q->named);
	buf_free(&q->plain);
	buf_free(&q->complaint);
	free(q);
}

/* --- the texts of the input ------------------------------------------------------- */

static bool is_container(jv value)
{
	return jv_get_kind(value) == JV_KIND_ARRAY || jv_get_kind(value) == JV_KIND_OBJECT;
}

static struct slice unescaped(struct query *q, struct slice raw)
{
	if (!memchr(raw.p, '\\', raw.n))
		return raw;
	buf_reset(&q->plain);
	json_unescape(raw, &q->plain);
	return buf_slice(&q->plain);
}

/* Notes the value, which is the caller's, and all containers in it. */
static void map(struct query *q, jv value, struct slice text)
{
	struct json_walk walk;
	struct json_member m;
	int i = 0;

	list_add(&q->known, ((struct known){value, text}));
	for (json_walk(&walk, text); json_next(&walk, &m); i++) {
		struct slice name;
		jv inner;

		if (m.type < JSON_ARRAY)
			continue;
		if (jv_get_kind(value) == JV_KIND_ARRAY) {
			inner = jv_array_get(jv_copy(value), i);
		} else {
			name = unescaped(q, m.name);
			inner = jv_object_get(jv_copy(value), jv_string_sized(name.p, (int)name.n));
		}
		if (is_container(inner))
			map(q, inner, m.value);
		jv_free(inner); /* the input holds it */
	}
}

static int by_address(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return (x->value.u.ptr > y->value.u.ptr) - (x->value.u.ptr < y->value.u.ptr);
}

static struct slice find_known(struct query *q, jv value)
{
	struct known key = {.value = value}, *found;

	if (!q->mapped) {
		q->known.n = 0;
		map(q, q->input, q->event);
		qsort(q->known.p, q->known.n, sizeof *q->known.p, by_address);
		q->mapped = true;
	}
	found = bsearch(&key, q->known.p, q->known.n, sizeof *q->known.p, by_address);
	if (!found || !jv_identical(jv_copy(found->value), jv_copy(value)))
		return SLICE_NONE;
	return found->text;
}

static int by_hash(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->order < y->order) - (x->order > y->order);
}

static uint64_t hash_of(struct slice name)
{
	return hash_end(hash_add(HASH_START, name.p, name.n));
}

/* Notes the members of an object of the input, by name, the last of a name first. */
static void name_members(struct query *q, struct slice text)
{
	uint32_t first = q->named.n;
	struct json_walk walk;
	struct json_member m;

	for (json_walk(&walk, text); json_next(&walk, &m);)
		list_add(&q->named,
			 ((struct named){hash_of(unescaped(q, m.name)), q->named.n, m.value}));
	if (q->named.n > first)
		qsort(q->named.p + first, q->named.n - first, sizeof *q->named.p, by_hash);
}

/* Two names of one hash do no harm: what is found is compared before it is used. */
static struct slice find_named(const struct query *q, uint32_t first, uint32_t end,
			       struct slice name)
{
	uint64_t hash = hash_of(name);
	uint32_t last = end;

	while (first < end) {
		uint32_t middle = first + (end - first) / 2;

		if (q->named.p[middle].hash < hash)
			first = middle + 1;
		else
			end = middle;
	}
	return first < last && q->named.p[first].hash == hash ? q->named.p[first].text : SLICE_NONE;
}

/* --- printing --------------------------------------------------------------------- */

static bool add(struct query *q, jv value, struct slice was, struct buf *to);

static void add_scalar(jv value, struct slice was, struct buf *to)
{
	jv text;

	if (was.p && json_type_of(was) < JSON_ARRAY &&
	    jv_equal(jv_parse_sized(was.p, (int)was.n), jv_copy(value))) {
		buf_adds(to, was);
		return;
	}
	text = jv_dump_string(jv_copy(value), 0);
	buf_add(to, jv_string_value(text), (size_t)jv_string_length_bytes(jv_copy(text)));
	jv_free(text);
}

static bool add_array(struct query *q, jv value, struct slice was, struct buf *to)
{
	struct json_walk walk;
	struct json_member m;
	bool good = true;

	json_walk(&walk, was.p && json_type_of(was) == JSON_ARRAY ? was : SLICE("[]"));
	buf_addc(to, '[');
	for (int i = 0, n = jv_array_length(jv_copy(value)); good && i < n; i++) {
		jv inner = jv_array_get(jv_copy(value), i);
		bool there = json_next(&walk, &m);

		if (i)
			buf_addc(to, ',');
		good = add(q, inner, there ? m.value : SLICE_NONE, to);
		jv_free(inner);
	}
	buf_addc(to, ']');
	return good;
}

static bool add_object(struct query *q, jv value, struct slice was, struct buf *to)
{
	uint32_t first = q->named.n, end;
	bool any = false, good = true;

	if (was.p && json_type_of(was) == JSON_OBJECT)
		name_members(q, was);
	end = q->named.n;
	buf_addc(to, '{');
	for (int i = jv_object_iter(value); good && jv_object_iter_valid(value, i);
	     i = jv_object_iter_next(value, i)) {
		jv key = jv_object_iter_key(value, i), inner = jv_object_iter_value(value, i);
		struct slice name = {jv_string_value(key),
				     (size_t)jv_string_length_bytes(jv_copy(key))};

		if (any)
			buf_addc(to, ',');
		any = true;
		json_add_string(to, name);
		buf_addc(to, ':');
		good = add(q, inner, find_named(q, first, end, name), to);
		jv_free(key);
		jv_free(inner);
	}
	buf_addc(to, '}');
	q->named.n = first;
	return good;
}

/* `was`: what stood in the same place of the input, absent if nothing did. False: too deep. */
static bool add(struct query *q, jv value, struct slice was, struct buf *to)
{
	struct slice known;
	bool good;

	if (!is_container(value)) {
		add_scalar(value, was, to);
		return true;
	}
	known = find_known(q, value);
	if (known.p) {
		buf_adds(to, known);
		return true;
	}
	if (q->depth == JSON_DEPTH_MAX)
		return false;
	q->depth++;
	good = jv_get_kind(value) == JV_KIND_ARRAY ? add_array(q, value, was, to)
						   : add_object(q, value, was, to);
	q->depth--;
	return good;
}

/* --- running ---------------------------------------------------------------------- */

static bool fail(struct query *q, jv failure, struct refusal *why)
{
	jv message = jv_invalid_get_msg(failure);

	if (jv_get_kind(message) != JV_KIND_STRING)
		message = jv_dump_string(message, 0);
	refuse(why, REJECT_INVALID, "jq: %.200s (%s)", jv_string_value(message), q->option);
	for (char *p = why->text; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	jv_free(message);
	return false;
}

bool query_start(struct query *q, struct slice event, struct refusal *why)
{
	jv input = event.n > INT_MAX ? jv_invalid() : jv_parse_sized(event.p, (int)event.n);

	if (!jv_is_valid(input)) {
		jv_free(input);
		return refuse(why, REJECT_INVALID,
			      "jq cannot read the event: nested too deeply, or too long (%s)",
			      q->option);
	}
	jv_free(q->input);
	q->input = input;
	q->event = event;
	q->mapped = false;
	jq_start(q->jq, jv_copy(input), 0);
	return true;
}

enum query_result query_next(struct query *q, struct buf *to, struct refusal *why)
{
	jv value;
	bool good;

	in_jq = 1;
	value = jq_next(q->jq);
	in_jq = 0;
	if (jv_is_valid(value)) {
		q->named.n = 0;
		good = add(q, value, q->event, to);
		jv_free(value);
		if (good)
			return QUERY_VALUE;
		refuse(why, REJECT_INVALID, "the result is nested too deeply (%s)", q->option);
		return QUERY_FAILED;
	}
	if (!jv_invalid_has_msg(jv_copy(value))) {
		jv_free(value);
		return QUERY_END;
	}
	fail(q, value, why);
	return QUERY_FAILED;
}
