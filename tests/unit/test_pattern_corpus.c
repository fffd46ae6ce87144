/* links: pattern lines json cli base */
/*
 * The corpus: tests/data/patterns.ndjson holds thousands of patterns, each with an
 * event and what the service's own library says of the two. One test a group.
 */
#include "base/fd.h"
#include "base/mem.h"
#include "pattern/explain.h"
#include "json/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GROUPS_MAX 100
#define CASES	   5211

struct group {
	char name[64];
	struct slice *lines;
	size_t n, cap;
};

static struct buf corpus;
static struct group groups[GROUPS_MAX];
static size_t group_count;

static struct slice member(struct slice line, const char *name, struct buf *to)
{
	struct json_member m;
	struct json_walk walk;

	buf_reset(to);
	for (json_walk(&walk, line); json_next(&walk, &m);)
		if (json_is(m.name, slice_of(name)))
			json_unescape(json_raw(m.value), to);
	return buf_slice(to);
}

static struct group *find_group(struct slice name)
{
	size_t i;

	for (i = 0; i < group_count; i++)
		if (slice_is(name, groups[i].name))
			return &groups[i];
	assert_true(i < GROUPS_MAX && name.n < sizeof(groups[i].name));
	memcpy(groups[i].name, name.p, name.n);
	group_count++;
	return &groups[i];
}

static void load(const char *path)
{
	struct buf name = {0};
	struct err err;

	if (fd_read_file(path, 64 << 20, &corpus, &err))
		fail_msg("%s", err.text);
	for (const char *p = corpus.p, *end = p + corpus.len, *lf; p < end; p = lf + 1) {
		struct slice line;
		struct group *group;

		lf = memchr(p, '\n', (size_t)(end - p));
		assert_non_null(lf);
		line = (struct slice){p, (size_t)(lf - p)};
		group = find_group(member(line, "group", &name));
		if (group->n == group->cap) {
			group->cap = group->cap ? 2 * group->cap : 64;
			group->lines = mem_resize(group->lines, group->cap, sizeof(line));
		}
		group->lines[group->n++] = line;
	}
	buf_free(&name);
}

static const char *verdict(struct slice pattern, struct slice event)
{
	struct patterns *all = patterns_new(0);
	struct pattern_fault fault;
	struct json_fault bad;
	struct matcher *m;
	const char *said = "invalid";

	if (patterns_add(all, SLICE("rule"), pattern, &fault) == 0) {
		int n;

		m = matcher_new(all);
		n = matcher_match(m, event, &bad);
		said = n < 0 ? bad.what : n ? "match" : "nomatch";
		matcher_free(m);
	}
	patterns_free(all);
	return said;
}

static struct slice value_of(struct slice object, const char *name)
{
	struct slice found = SLICE_NONE;
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, object); json_next(&walk, &m);)
		if (json_is(m.name, slice_of(name)))
			found = m.value;
	return found;
}

/*
 * What the explanation says of the fields one by one goes with the verdict: all are
 * satisfied where an alternative matches, and one is not where it does not, unless
 * arrays are to blame.
 */
static bool explained(struct slice pattern, struct slice event, bool match)
{
	struct explainer *e = explainer_new(pattern, 0);
	struct buf said = {0};
	struct json_member a, f;
	struct json_walk alternatives, fields;
	bool good;

	buf_addc(&said, '{');
	good = explainer_json(e, event, &said) == match;
	buf_addc(&said, '}');
	good &= json_check(buf_slice(&said), NULL) == JSON_OBJECT;
	json_walk(&alternatives, value_of(buf_slice(&said), "alternatives"));
	while (json_next(&alternatives, &a)) {
		bool all = true, why = value_of(a.value, "why").p;

		json_walk(&fields, value_of(a.value, "fields"));
		while (json_next(&fields, &f))
			all &= slice_is(value_of(f.value, "satisfied"), "true");
		good &= slice_is(value_of(a.value, "match"), "true") == (all && !why);
		good &= !why || memchr(event.p, '[', event.n);
	}
	buf_free(&said);
	explainer_free(e);
	return good;
}

static void test_group(void **state)
{
	struct buf id = {0}, pattern = {0}, event = {0}, expect = {0};
	const struct group *group = *state;
	size_t wrong = 0;

	for (size_t i = 0; i < group->n; i++) {
		struct slice line = group->lines[i];
		const char *said;

		member(line, "pattern", &pattern);
		member(line, "event", &event);
		member(line, "expect", &expect);
		said = verdict(buf_slice(&pattern), buf_slice(&event));
		if (slice_is(buf_slice(&expect), said) &&
		    (strcmp(said, "invalid") == 0 ||
		     explained(buf_slice(&pattern), buf_slice(&event), said[0] == 'm')))
			continue;
		member(line, "id", &id);
		wrong++;
		print_error("%s: %s, expected %s\n  %.600s\n  %.600s\n", buf_text(&id), said,
			    buf_text(&expect), buf_text(&pattern), buf_text(&event));
	}
	buf_free(&id);
	buf_free(&pattern);
	buf_free(&event);
	buf_free(&expect);
	assert_int_equal(wrong, 0);
}

static void test_all_there(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < group_count; i++)
		n += groups[i].n;
	assert_int_equal(n, CASES);
}

int main(void)
{
	struct CMUnitTest tests[GROUPS_MAX + 1];
	int failed;

	load("tests/data/patterns.ndjson");
	for (size_t i = 0; i < group_count; i++)
		tests[i] = (struct CMUnitTest){.name = groups[i].name,
					       .test_func = test_group,
					       .initial_state = &groups[i]};
	tests[group_count] = (struct CMUnitTest){.name = "all cases", .test_func = test_all_there};
	failed = _cmocka_run_group_tests("pattern corpus", tests, group_count + 1, NULL, NULL);
	for (size_t i = 0; i < group_count; i++)
		free(groups[i].lines);
	buf_free(&corpus);
	return failed;
}
