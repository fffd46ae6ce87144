/*
 * What a pattern asks of key and value depends on their form, so the patterns are
 * compiled once for each pair of forms that records come with, without the parts that
 * do not count for it.
 */
#include "records.h"

#include "base/b64.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "event/record.h"
#include "reduce.h"
#include "json/text.h"

#include <stdlib.h>

/* The patterns for one pair of forms. */
struct variant {
	struct patterns *patterns; /* NULL: not yet needed */
	struct matcher *matcher;
	uint32_t *rule;	  /* of each pattern */
	uint32_t *always; /* rules of which nothing is left to ask */
	size_t always_n;
};

struct records {
	bool lambda;
	unsigned flags;
	const struct buf *text; /* the patterns */
	size_t n;
	struct variant variant[FORMS][FORMS]; /* by key and value */
	struct buf key, value;		      /* decoded */
	struct buf event, pattern;
	uint32_t *matched;
	size_t matched_n;
};

/* --- patterns --------------------------------------------------------------------- */

static int check(struct slice pattern, bool lambda, struct pattern_fault *fault)
{
	struct slice name;

	if (reduce_check(pattern, lambda, &name) == 0)
		return 0;
	return pattern_fault_set(fault, pattern, (size_t)(name.p - pattern.p) - 1, name.n + 2, "%s",
				 lambda ? "Lambda filters records of Kafka by 'value' only"
					: "a pipe filters by topic, partition, offset, timestamp, "
					  "timestampType, key, value and headers only");
}

int records_check_pipe(struct slice pattern, struct pattern_fault *fault)
{
	return check(pattern, false, fault);
}

int records_check_lambda(struct slice pattern, struct pattern_fault *fault)
{
	return check(pattern, true, fault);
}

struct records *records_new(const struct rules *rules, unsigned flags, bool lambda)
{
	struct records *r = mem_alloc(sizeof *r);

	r->lambda = lambda;
	r->flags = flags;
	r->text = rules->texts;
	r->n = patterns_count(rules->patterns);
	r->matched = mem_array(r->n + 1, sizeof *r->matched);
	return r;
}

static void make_variant(struct records *r, struct variant *v, enum form key, enum form value)
{
	struct pattern_fault fault;

	v->patterns = patterns_new(r->flags);
	v->rule = mem_array(r->n + 1, sizeof *v->rule);
	v->always = mem_array(r->n + 1, sizeof *v->always);
	for (size_t i = 0; i < r->n; i++) {
		int n;

		buf_reset(&r->pattern);
		switch (reduce_add(&r->pattern, buf_slice(&r->text[i]), key, value, r->lambda)) {
		case REDUCED_SOME:
			n = patterns_add(v->patterns, SLICE(""), buf_slice(&r->pattern), &fault);
			if (n >= 0)
				v->rule[n] = (uint32_t)i;
			break;
		case REDUCED_ALWAYS:
			v->always[v->always_n++] = (uint32_t)i;
			break;
		case REDUCED_NEVER:
			break;
		}
	}
	v->matcher = matcher_new(v->patterns);
}

/* --- records ---------------------------------------------------------------------- */

/* Decodes base64 and says what it is. */
static enum form decode(struct slice base64, bool null, struct buf *to)
{
	ssize_t n;
	enum json_type type;

	buf_reset(to);
	if (null)
		return FORM_NULL;
	buf_room(to, B64_DECODED(base64.n) + 1);
	n = b64_decode(to->p, base64.p, base64.n);
	if (n < 0)
		return FORM_BYTES;
	to->len = (size_t)n;
	type = json_check(buf_slice(to), NULL);
	if (type == JSON_OBJECT || type == JSON_ARRAY)
		return FORM_JSON;
	return utf8_valid(to->p, to->len) ? FORM_TEXT : FORM_BYTES;
}

static void add_part(struct buf *to, const char *name, enum form form, const struct buf *decoded)
{
	if (form == FORM_BYTES)
		return;
	if (to->len > 1)
		buf_addc(to, ',');
	buf_addf(to, "\"%s\":", name);
	if (form == FORM_NULL)
		BUF_LIT(to, "null");
	else if (form == FORM_JSON)
		buf_adds(to, buf_slice(decoded));
	else
		json_add_string(to, buf_slice(decoded));
}

/* As a pipe gets them: an array of objects, name to an array of the value's bytes. */
static bool add_headers(struct buf *to, const struct record *record)
{
	struct record_headers walk;
	struct slice name, base64;
	struct buf bytes = {0};
	bool null, any = false;
	int more;

	buf_adds(to, to->len > 1 ? SLICE(",\"headers\":[") : SLICE("\"headers\":["));
	record_headers(&walk, record);
	while ((more = record_next_header(&walk, &name, &base64, &null)) > 0) {
		buf_adds(to, any ? SLICE(",{\"") : SLICE("{\""));
		any = true;
		buf_adds(to, name);
		BUF_LIT(to, "\":[");
		if (decode(base64, null, &bytes) != FORM_NULL)
			for (size_t i = 0; i < bytes.len; i++)
				buf_addf(to, "%s%u", i ? "," : "", (unsigned char)bytes.p[i]);
		BUF_LIT(to, "]}");
	}
	buf_addc(to, ']');
	buf_free(&bytes);
	return more == 0;
}

/* The members that are as they are in the record. */
static void add_rest(struct buf *to, struct slice line)
{
	static const char *const taken[] = {"topic", "partition", "offset", "timestamp",
					    "timestampType"};
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, json_trim(line)); json_next(&walk, &m);) {
		for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
			if (!json_is(m.name, slice_of(taken[i])))
				continue;
			if (to->len > 1)
				buf_addc(to, ',');
			buf_adds(to, m.whole);
		}
	}
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The rules that the variant's matcher found, and those that it need not ask. */
static void gather(struct records *r, const struct variant *v)
{
	const uint32_t *found;
	size_t n;

	found = matcher_rules(v->matcher, &n);
	r->matched_n = 0;
	for (size_t i = 0; i < n; i++)
		r->matched[r->matched_n++] = v->rule[found[i]];
	for (size_t i = 0; i < v->always_n; i++)
		r->matched[r->matched_n++] = v->always[i];
	if (v->always_n)
		qsort(r->matched, r->matched_n, sizeof *r->matched, by_number);
}

int records_match(struct records *r, struct slice line, struct marks *marks,
		  struct json_fault *fault)
{
	struct record record;
	struct variant *v;
	enum form key, value;

	if (!record_parse(&record, line, fault))
		return -1;
	*marks = record.marks;
	key = r->lambda ? FORM_NULL : decode(record.key, record.key_null, &r->key);
	value = decode(record.value, record.value_null, &r->value);
	v = &r->variant[key][value];
	if (v->patterns == NULL)
		make_variant(r, v, key, value);
	buf_reset(&r->event);
	buf_addc(&r->event, '{');
	if (!r->lambda) {
		add_rest(&r->event, line);
		add_part(&r->event, "key", key, &r->key);
	}
	add_part(&r->event, "value", value, &r->value);
	if (!r->lambda && !add_headers(&r->event, &record)) {
		*fault = (struct json_fault){(size_t)(record.headers.p - line.p),
					     "headers are objects of base64 strings"};
		return -1;
	}
	buf_addc(&r->event, '}');
	if (matcher_match(v->matcher, buf_slice(&r->event), fault) < 0)
		return -1;
	gather(r, v);
	return (int)r->matched_n;
}

const uint32_t *records_rules(const struct records *r, size_t *n)
{
	*n = r->matched_n;
	return r->matched;
}

void records_free(struct records *r)
{
	if (r == NULL)
		return;
	for (int key = 0; key < FORMS; key++) {
		for (int value = 0; value < FORMS; value++) {
			struct variant *v = &r->variant[key][value];

			matcher_free(v->matcher);
			patterns_free(v->patterns);
			free(v->rule);
			free(v->always);
		}
	}
	free(r->matched);
	buf_free(&r->key);
	buf_free(&r->value);
	buf_free(&r->event);
	buf_free(&r->pattern);
	free(r);
}
