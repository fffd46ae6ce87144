#include "expect.h"

#include "base/mem.h"
#include "cli/program.h"
#include "event/fault.h"
#include "json/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct expect {
	const char *path; /* in messages */
	const struct rules *rules;
	struct judge *judge;
	struct buf name, event;
	struct buf why; /* of the failures of the test at hand */
	char *wanted;	/* by rule: 0 free, '+', '-' */
	uint64_t tests, failed;
	struct err err;
	bool broken; /* err says why */
};

/* A test as it stands in its line. */
struct test {
	struct json_member name, event, match, nomatch, exactly;
	struct slice unknown; /* the name of another member; absent if there is none */
};

static bool take_member(void *ctx, const struct json_member *m)
{
	struct test *test = ctx;

	if (json_is(m->name, SLICE("name")))
		test->name = *m;
	else if (json_is(m->name, SLICE("event")))
		test->event = *m;
	else if (json_is(m->name, SLICE("match")))
		test->match = *m;
	else if (json_is(m->name, SLICE("nomatch")))
		test->nomatch = *m;
	else if (json_is(m->name, SLICE("exactly")))
		test->exactly = *m;
	else
		test->unknown = m->name;
	return true;
}

static bool refuse(struct expect *e, struct stage *stage, const char *what, struct slice name)
{
	e->broken = true;
	err_set(&e->err, EXIT_USAGE, "%s:%llu: %s%s%.*s%s", e->path,
		(unsigned long long)stage_number(stage), what, name.p ? " '" : "",
		(int)(name.n < 200 ? name.n : 200), name.p ? name.p : "", name.p ? "'" : "");
	return false;
}

static bool find_rule(const struct expect *e, struct slice raw, size_t *rule)
{
	size_t n = patterns_count(e->rules->patterns);

	for (*rule = 0; *rule < n; ++*rule)
		if (json_is(raw, patterns_name(e->rules->patterns, *rule)))
			return true;
	return false;
}

static bool want(struct expect *e, struct stage *stage, const struct json_member *list, char what)
{
	struct json_member m;
	struct json_walk walk;
	size_t rule;

	if (list->type == JSON_NONE)
		return true;
	if (list->type != JSON_ARRAY)
		return refuse(e, stage, "a list of rules' names is wanted for", list->name);
	for (json_walk(&walk, list->value); json_next(&walk, &m);) {
		struct slice name = m.type == JSON_STRING ? json_raw(m.value) : m.value;

		if (m.type != JSON_STRING || !find_rule(e, name, &rule))
			return refuse(e, stage, "there is no rule", name);
		if (json_is(list->name, SLICE("match")) && e->wanted[rule] == '-')
			return refuse(e, stage, "both 'match' and 'nomatch' name", name);
		e->wanted[rule] = what;
	}
	return true;
}

/* What is wanted of each rule. */
static bool read_wants(struct expect *e, struct stage *stage, const struct test *test)
{
	size_t n = patterns_count(e->rules->patterns);
	bool exactly = test->exactly.type != JSON_NONE;

	if (exactly && (test->match.type != JSON_NONE || test->nomatch.type != JSON_NONE))
		return refuse(e, stage, "'exactly' goes alone, without 'match' and 'nomatch'",
			      SLICE_NONE);
	if (!exactly && test->match.type == JSON_NONE && test->nomatch.type == JSON_NONE)
		return refuse(e, stage, "a test says 'match', 'nomatch' or 'exactly'", SLICE_NONE);
	memset(e->wanted, exactly ? '-' : 0, n);
	return want(e, stage, &test->nomatch, '-') && want(e, stage, &test->match, '+') &&
	       want(e, stage, &test->exactly, '+');
}

static bool read_event(struct expect *e, struct stage *stage, const struct test *test)
{
	buf_reset(&e->event);
	if (test->event.type == JSON_OBJECT)
		buf_adds(&e->event, test->event.value);
	else if (test->event.type == JSON_STRING)
		json_unescape(json_raw(test->event.value), &e->event);
	else
		return refuse(e, stage,
			      "a test has an 'event', an object or a string that holds one",
			      SLICE_NONE);
	return true;
}

/* As comment lines of TAP. */
static void explain(struct expect *e, size_t rule)
{
	bool wanted = e->wanted[rule] == '+';

	BUF_LIT(&e->why, "# ");
	json_add_escaped(&e->why, patterns_name(e->rules->patterns, rule));
	buf_adds(&e->why,
		 wanted ? SLICE(": no match, expected one\n") : SLICE(": match, expected none\n"));
	explainer_text(e->rules->explainers[rule], judge_event(e->judge, buf_slice(&e->event)),
		       "#   ", &e->why);
}

static void compare(struct expect *e)
{
	size_t n, at = 0, all = patterns_count(e->rules->patterns);
	const uint32_t *matched = judge_rules(e->judge, &n);

	buf_reset(&e->why);
	for (size_t rule = 0; rule < all; rule++) {
		bool match = at < n && matched[at] == rule;

		at += match;
		if (e->wanted[rule] && (e->wanted[rule] == '+') != match)
			explain(e, rule);
	}
}

/* One line of TAP, and why it failed. */
static void report(struct expect *e, struct stage *stage, const struct test *test)
{
	struct buf *out = stage_out(stage);
	bool failed = e->why.len > 0;

	e->tests++;
	e->failed += failed;
	buf_addf(out, "%s %llu", failed ? "not ok" : "ok", (unsigned long long)e->tests);
	if (test->name.type == JSON_STRING) {
		BUF_LIT(out, " - ");
		buf_reset(&e->name);
		json_unescape(json_raw(test->name.value), &e->name);
		for (size_t i = 0; i < e->name.len; i++) {
			if (e->name.p[i] == '#' || e->name.p[i] == '\\')
				buf_addc(out, '\\');
			buf_addc(out, (unsigned char)e->name.p[i] < ' ' ? ' ' : e->name.p[i]);
		}
	}
	buf_addc(out, '\n');
	stage_line(stage);
	if (failed) {
		buf_adds(out, buf_slice(&e->why));
		stage_line(stage);
	}
}

static bool test_line(void *ctx, struct stage *stage, struct slice line)
{
	struct expect *e = ctx;
	struct test test = {0};
	struct json_fault fault;
	struct marks marks;

	if (!json_check_object(line, take_member, &test, &fault)) {
		char why[LINE_FAULT_MAX], what[LINE_FAULT_MAX + 32];

		snprintf(what, sizeof what, "byte %zu: %s", fault.at + 1,
			 line_fault(line, &fault, why));
		return refuse(e, stage, what, SLICE_NONE);
	}
	if (test.unknown.p)
		return refuse(
			e, stage,
			"a test has 'name', 'event', 'match', 'nomatch' and 'exactly' only, not",
			test.unknown);
	if (!read_wants(e, stage, &test) || !read_event(e, stage, &test))
		return false;
	if (judge_line(e->judge, buf_slice(&e->event), &marks, &fault) < 0)
		return refuse(e, stage, "the 'event' is no JSON object", SLICE_NONE);
	compare(e);
	report(e, stage, &test);
	return true;
}

static int finish(struct expect *e, struct stage *stage)
{
	int status;

	if (!e->broken && e->tests) {
		buf_addf(stage_out(stage), "1..%llu\n", (unsigned long long)e->tests);
		stage_line(stage);
	}
	status = stage_finish(stage);
	/* A suite that tests nothing holds nothing: it would pass for ever. */
	if (!e->broken && e->tests == 0 && status == EXIT_OK)
		e->broken = err_set(&e->err, EXIT_USAGE, "there is no test in '%s'", e->path) != 0;
	if (e->broken)
		return program_fail(&e->err);
	return status == EXIT_OK && e->failed ? EXIT_NEGATIVE : status;
}

int expect_run(const struct options *o, const struct rules *rules, struct judge *judge,
	       struct stage *stage)
{
	struct expect e = {.path = o->expect, .rules = rules, .judge = judge};
	bool is_stdin = strcmp(o->expect, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(o->expect, O_RDONLY | O_CLOEXEC), status;

	if (is_stdin)
		e.path = "stdin";
	if (fd < 0) {
		err_errno(&e.err, EXIT_USAGE, "cannot open '%s'", o->expect);
		return program_fail(&e.err);
	}
	e.wanted = mem_array(patterns_count(rules->patterns) + 1, 1);
	(void)stage_run(stage, fd, e.path, test_line, &e);
	if (!is_stdin)
		close(fd);
	status = finish(&e, stage);
	free(e.wanted);
	buf_free(&e.name);
	buf_free(&e.event);
	buf_free(&e.why);
	return status;
}
