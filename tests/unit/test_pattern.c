/* links: pattern lines json cli base */
/*
 * Patterns through their public header: many rules at once, places of faults, events
 * that are none, hidden members; and properties that hold for any pattern, tried on
 * those of the corpus.
 */
#include "base/fd.h"
#include "base/mem.h"
#include "pattern/pattern.h"
#include "json/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CASES_MAX 6000
#define EVERY	  40 /* properties are tried with every so many-th event */

struct example {
	struct slice pattern, event;
	bool valid;
};

static struct buf corpus, texts;
static struct example examples[CASES_MAX];
static size_t example_count;

static struct patterns *compile(const char *const *pattern, size_t n)
{
	struct patterns *all = patterns_new(0);
	struct pattern_fault fault;
	char name[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof name, "rule %zu", i);
		if (patterns_add(all, slice_of(name), slice_of(pattern[i]), &fault) != (int)i)
			fail_msg("%s: %s", pattern[i], fault.text);
	}
	return all;
}

static int match_text(struct slice pattern, struct slice event)
{
	struct patterns *all = patterns_new(0);
	struct pattern_fault fault;
	struct matcher *m;
	int n = -2;

	if (patterns_add(all, SLICE("rule"), pattern, &fault) == 0) {
		m = matcher_new(all);
		n = matcher_match(m, event, NULL);
		matcher_free(m);
	}
	patterns_free(all);
	return n;
}

/* --- rules ------------------------------------------------------------------ */

static void test_many_rules(void **state)
{
	static const char *const rule[] = {"{\"a\":[\"x\"]}", "{\"a\":[{\"prefix\":\"x\"}]}",
					   "{\"b\":[1]}", "{\"a\":[\"x\"],\"b\":[1]}",
					   "{\"a\":[{\"exists\":false}]}"};
	struct patterns *all = compile(rule, 5);
	struct matcher *m = matcher_new(all);
	const uint32_t *got;
	size_t n;

	(void)state;
	assert_int_equal(matcher_match(m, SLICE("{\"b\":1,\"a\":\"x\"}"), NULL), 4);
	got = matcher_rules(m, &n);
	assert_int_equal(n, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(got[i], i);
	assert_int_equal(matcher_match(m, SLICE("{}"), NULL), 1);
	assert_int_equal(matcher_rules(m, &n)[0], 4);
	assert_int_equal(matcher_match(m, SLICE("{\"a\":\"xy\"}"), NULL), 1);
	assert_int_equal(matcher_rules(m, &n)[0], 1);
	assert_true(slice_is(patterns_name(all, 3), "rule 3"));
	assert_int_equal(patterns_count(all), 5);
	matcher_free(m);
	patterns_free(all);
}

static void test_thousands_of_rules(void **state)
{
	struct patterns *all = patterns_new(0);
	struct pattern_fault fault;
	struct matcher *m;
	const uint32_t *got;
	char text[100];
	size_t n;

	(void)state;
	for (int i = 0; i < 9000; i++) {
		static const char *const form[][2] = {
			{"\"v-", "\""}, {"{\"prefix\":\"v-", "\"}"}, {"{\"suffix\":\"-", "\"}"}};
		int len = snprintf(text, sizeof text, "{\"s\":[\"x\"],\"v\":[%s%d%s]}",
				   form[i % 3][0], i / 3, form[i % 3][1]);

		assert_int_equal(
			patterns_add(all, SLICE(""), (struct slice){text, (size_t)len}, &fault), i);
	}
	m = matcher_new(all);
	/* v-1234 exactly; prefixes v-1, v-12, v-123, v-1234; suffix -1234 */
	assert_int_equal(matcher_match(m, SLICE("{\"v\":\"v-1234\",\"s\":\"x\"}"), NULL), 6);
	got = matcher_rules(m, &n);
	assert_int_equal(got[0], 3 * 1 + 1);
	assert_int_equal(got[1], 3 * 12 + 1);
	assert_int_equal(got[2], 3 * 123 + 1);
	assert_int_equal(got[3], 3 * 1234);
	assert_int_equal(got[5], 3 * 1234 + 2);
	assert_int_equal(matcher_match(m, SLICE("{\"v\":\"v-1234\",\"s\":\"y\"}"), NULL), 0);
	matcher_free(m);
	patterns_free(all);
}

static int hide_marked(void *ctx, const struct json_member *member)
{
	int *seen = ctx;

	++*seen;
	return json_is(member->name, SLICE("_bad")) ? -1 : json_is(member->name, SLICE("_own"));
}

static void test_hidden_members(void **state)
{
	static const char *const rule[] = {"{\"_own\":[1]}", "{\"_other\":[1]}",
					   "{\"a\":{\"_own\":[1]}}"};
	struct patterns *all = compile(rule, 3);
	struct matcher *m = matcher_new(all);
	struct json_fault fault;
	int seen = 0;

	(void)state;
	matcher_hide(m, hide_marked, &seen);
	assert_int_equal(
		matcher_match(m, SLICE("{\"_own\":1,\"_other\":1,\"a\":{\"_own\":1}}"), NULL), 2);
	assert_int_equal(seen, 2);
	assert_int_equal(matcher_match(m, SLICE("{\"\\u005fown\":1}"), NULL), 0);
	assert_int_equal(matcher_match(m, SLICE("{\"a\":1,\"_bad\":1}"), &fault), -1);
	assert_int_equal(fault.at, 7);
	matcher_free(m);
	patterns_free(all);
}

/* --- faults ------------------------------------------------------------------ */

static void test_fault_places(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *said;
	} bad[] = {
		{"{\n \"a\": [{\"x\": 1}]\n}", 2, 9, "unknown operator 'x'"},
		{"{\"\xc3\xa4\":[{\"prefix\":1}]}", 1, 17, "prefix takes a string"},
		{"[]", 1, 1, "a pattern is an object"},
		{"", 1, 1, ""},
		{"{\"a\":[1]} x", 1, 11, ""},
		{"{\"a\":[{\"numeric\":[\">\",5,\"<\",1]}]}", 1, 18, "lower bound"},
		{"{\"a\":[{\"anything-but\":[\"x\",1]}]}", 1, 28, "all strings or all numbers"},
	};
	struct patterns *all = patterns_new(0);
	struct pattern_fault fault;
	struct pattern_place place;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(patterns_add(all, SLICE(""), slice_of(bad[i].text), &fault), -1);
		place = (struct pattern_place){0};
		pattern_place_find(&place, slice_of(bad[i].text), fault.at);
		if (place.line != bad[i].line || place.column != bad[i].column ||
		    !strstr(fault.text, bad[i].said))
			fail_msg("%s: %u:%u: %s", bad[i].text, place.line, place.column,
				 fault.text);
	}
	patterns_free(all);
}

/* What is shown of `text` with carets under the len bytes at `at`. */
static void assert_excerpt(struct slice text, size_t at, size_t len, const char *expected)
{
	struct pattern_fault fault;
	struct buf shown = {0};

	pattern_fault_set(&fault, text, at, len, "%s", "");
	pattern_fault_show(&shown, text, &fault);
	assert_string_equal(buf_text(&shown), expected);
	buf_free(&shown);
}

static void test_excerpts(void **state)
{
	(void)state;
	assert_excerpt(SLICE("{\n\t\"gr\u00f6\u00dfe\": [{\"x\": 1}]\r\n}"), 16, 3,
		       "     \"gr\u00f6\u00dfe\": [{\"x\": 1}]\n"
		       "                ^^^\n");
	/* Wide characters take two columns, combining ones and joiners none. */
	assert_excerpt(SLICE("{\"\u6771\u4eac\": 1}"), 11, 1,
		       "    {\"\u6771\u4eac\": 1}\n"
		       "             ^\n");
	assert_excerpt(SLICE("[\"\U0001f600e\u0301\", x]"), 12, 1,
		       "    [\"\U0001f600e\u0301\", x]\n"
		       "            ^\n");
	assert_excerpt(SLICE("[\"\u6771\u4eac\"]"), 1, 8,
		       "    [\"\u6771\u4eac\"]\n"
		       "     ^^^^^^\n");
	/* What a terminal would obey, or not show, is shown as an escape. */
	assert_excerpt(SLICE("[\"\x1b[31m\", \"\xff\xc2\x85\"]"), 11, 1,
		       "    [\"\\x1b[31m\", \"\\xff\\u0085\"]\n"
		       "                  ^^^^\n");
	assert_excerpt(SLICE("\xef\xbb\xbf{}"), 0, 3, "    \\ufeff{}\n    ^^^^^^\n");
	/* At the end, over the end of the line, and in nothing. */
	assert_excerpt(SLICE("[1"), 2, 0, "    [1\n      ^\n");
	assert_excerpt(SLICE("[1,\n 2]"), 1, 5, "    [1,\n     ^^\n");
	assert_excerpt(SLICE(""), 0, 0, "    \n    ^\n");
}

/* Of a long line what is near. */
static void test_long_excerpt(void **state)
{
	char text[4000], expected[300];

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text + 2000, "???", 3);
	snprintf(expected, sizeof expected, "    %.36s\?\?\?%.57s\n    %36s^^^\n", text, text, "");
	assert_excerpt((struct slice){text, sizeof text}, 2000, 3, expected);
}

static void test_bad_events(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} bad[] = {
		{"", 0},
		{"[]", 0},
		{"{\"a\":1", 6},
		{"{\"a\":1}}", 7},
		{"{\"a\":1,}", 7},
		{"{\"z\":[1,,2]}", 8},
		{"{\"z\":{\"y\" 1}}", 10},
		{"{\"z\":01}", 6},
		{"{\"z\":1.}", 7},
		{"{\"z\":\"\t\"}", 6},
		{"{\"z\":\"\\x\"}", 6},
		{"{\"z\":\"\xff\"}", 6},
		{"{\"z\":nul}", 5},
		{"{\"a\":[1 2]}", 8},
		{"{\"z\":\"\xed\xa0\x80\"}", 6},
	};
	static const char *const rule[] = {"{\"a\":[1]}"};
	struct patterns *all = compile(rule, 1);
	struct matcher *m = matcher_new(all);
	struct json_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int n = matcher_match(m, slice_of(bad[i].text), &fault);

		if (n != -1 || fault.at != bad[i].at)
			fail_msg("%s: %d at %zu: %s", bad[i].text, n, fault.at, fault.what);
	}
	matcher_free(m);
	patterns_free(all);
}

/* --- properties -------------------------------------------------------------- */

static struct slice unescaped(struct slice raw)
{
	size_t at = texts.len;

	json_unescape(raw, &texts);
	return (struct slice){(const char *)at, texts.len - at}; /* an offset until all are there */
}

static void load(void)
{
	struct err err;

	if (fd_read_file("tests/data/patterns.ndjson", 64 << 20, &corpus, &err))
		fail_msg("%s", err.text);
	for (const char *p = corpus.p, *end = p + corpus.len, *lf; p < end; p = lf + 1) {
		struct example *e = &examples[example_count++];
		struct json_member m;
		struct json_walk walk;

		lf = memchr(p, '\n', (size_t)(end - p));
		for (json_walk(&walk, (struct slice){p, (size_t)(lf - p)}); json_next(&walk, &m);) {
			if (json_is(m.name, SLICE("pattern")))
				e->pattern = unescaped(json_raw(m.value));
			else if (json_is(m.name, SLICE("event")))
				e->event = unescaped(json_raw(m.value));
			else if (json_is(m.name, SLICE("expect")))
				e->valid = !slice_is(json_raw(m.value), "invalid");
		}
	}
	for (size_t i = 0; i < example_count; i++) {
		examples[i].pattern.p = texts.p + (size_t)examples[i].pattern.p;
		examples[i].event.p = texts.p + (size_t)examples[i].event.p;
	}
}

/* All patterns as rules of one machine say what each says alone. */
static void test_together_as_alone(void **state)
{
	struct patterns *all = patterns_new(0);
	struct matcher *m, **one = mem_array(example_count, sizeof(struct matcher *));
	struct patterns **alone = mem_array(example_count, sizeof(struct patterns *));
	struct pattern_fault fault;
	size_t rules = 0;

	(void)state;
	for (size_t i = 0; i < example_count; i++) {
		if (!examples[i].valid)
			continue;
		assert_int_equal(patterns_add(all, SLICE(""), examples[i].pattern, &fault), rules);
		alone[rules] = patterns_new(0);
		patterns_add(alone[rules], SLICE(""), examples[i].pattern, &fault);
		one[rules] = matcher_new(alone[rules]);
		rules++;
	}
	m = matcher_new(all);
	for (size_t i = 0; i < example_count; i += EVERY) {
		const uint32_t *got;
		size_t n, at = 0;

		assert_true(matcher_match(m, examples[i].event, NULL) >= 0);
		got = matcher_rules(m, &n);
		for (uint32_t r = 0; r < rules; r++) {
			bool expected = matcher_match(one[r], examples[i].event, NULL) == 1;

			if (expected != (at < n && got[at] == r))
				fail_msg("rule %u, event %.*s", r, SLICE_ARG(examples[i].event));
			at += expected;
		}
	}
	for (size_t r = 0; r < rules; r++) {
		matcher_free(one[r]);
		patterns_free(alone[r]);
	}
	free(one);
	free(alone);
	matcher_free(m);
	patterns_free(all);
}

/* Writes an object with its members the other way round, at all levels. */
static void add_reversed(struct buf *to, struct slice value)
{
	struct json_member member[256];
	struct json_walk walk;
	size_t n = 0;
	char open = value.p[0];

	if (open != '{' && open != '[') {
		buf_adds(to, value);
		return;
	}
	for (json_walk(&walk, value); n < 256 && json_next(&walk, &member[n]); n++)
		;
	buf_addc(to, open);
	for (size_t i = 0; i < n; i++) {
		const struct json_member *m = &member[open == '{' ? n - 1 - i : i];

		if (i)
			buf_addc(to, ',');
		if (open == '{')
			buf_addf(to, "\"%.*s\": ", SLICE_ARG(m->name));
		add_reversed(to, m->value);
	}
	buf_addc(to, open + 2);
}

static void test_order_of_members(void **state)
{
	struct buf turned = {0};

	(void)state;
	for (size_t i = 0; i < example_count; i++) {
		const struct example *e = &examples[i];

		if (!e->valid)
			continue;
		buf_reset(&turned);
		add_reversed(&turned, json_trim(e->event));
		if (match_text(e->pattern, e->event) != match_text(e->pattern, buf_slice(&turned)))
			fail_msg("%.*s\n%.*s", SLICE_ARG(e->pattern), SLICE_ARG(e->event));
	}
	buf_free(&turned);
}

/* A pattern of an event's own leaves; those in arrays may not agree with each other. */
static bool add_own(struct buf *to, struct slice object)
{
	struct json_member m;
	struct json_walk walk;
	bool any = false;

	buf_addc(to, '{');
	for (json_walk(&walk, object); json_next(&walk, &m);) {
		size_t mark = to->len;

		if (m.type == JSON_ARRAY || m.name.n == 0)
			continue;
		buf_addf(to, "%s\"%.*s\":", any ? "," : "", SLICE_ARG(m.name));
		if (m.type != JSON_OBJECT)
			buf_addf(to, "[%.*s]", SLICE_ARG(m.value));
		else if (!add_own(to, m.value)) {
			to->len = mark;
			continue;
		}
		any = true;
	}
	buf_addc(to, '}');
	return any;
}

static void test_own_pattern(void **state)
{
	struct buf own = {0};
	size_t tried = 0;
	int matched;

	(void)state;
	for (size_t i = 0; i < example_count; i++) {
		buf_reset(&own);
		if (!add_own(&own, json_trim(examples[i].event)))
			continue;
		matched = match_text(buf_slice(&own), examples[i].event);
		if (matched == -2) /* over a limit of the service */
			continue;
		tried++;
		if (matched != 1)
			fail_msg("%s\n%.*s", buf_text(&own), SLICE_ARG(examples[i].event));
	}
	assert_true(tried > 1000);
	buf_free(&own);
}

/* A pattern that is all `$or` matches what one of its branches matches. */
static void test_or_is_any(void **state)
{
	struct buf either = {0};

	(void)state;
	for (size_t i = 0; i + 1 < example_count; i++) {
		const struct example *a = &examples[i], *b = &examples[(i * 7 + 1) % example_count];
		int one, two, any;

		if (!a->valid || !b->valid)
			continue;
		buf_reset(&either);
		buf_addf(&either, "{\"$or\":[%.*s,%.*s]}", SLICE_ARG(a->pattern),
			 SLICE_ARG(b->pattern));
		any = match_text(buf_slice(&either), a->event);
		one = match_text(a->pattern, a->event);
		two = match_text(b->pattern, a->event);
		/* Refused: names that a branch may not use, or over a limit together. */
		if (any >= 0 && any != (one || two))
			fail_msg("%s\n%.*s", buf_text(&either), SLICE_ARG(a->event));
	}
	buf_free(&either);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_rules),	 cmocka_unit_test(test_thousands_of_rules),
		cmocka_unit_test(test_hidden_members),	 cmocka_unit_test(test_fault_places),
		cmocka_unit_test(test_excerpts),	 cmocka_unit_test(test_long_excerpt),
		cmocka_unit_test(test_bad_events),	 cmocka_unit_test(test_together_as_alone),
		cmocka_unit_test(test_order_of_members), cmocka_unit_test(test_own_pattern),
		cmocka_unit_test(test_or_is_any),
	};
	int failed;

	load();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_free(&corpus);
	buf_free(&texts);
	return failed;
}
