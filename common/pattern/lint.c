#include "pattern/lint.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/opt.h"
#include "pattern/covers.h"

#include <stdio.h>

#define ALTERNATIVES_COMPARED 200
#define COMPLEXITY_NEAR	      8	   /* PATTERN_COMPLEXITY_MAX is refused */
#define TEXT_QUOTA	      2048 /* characters of a rule, by default */
#define NAME_SHOWN	      60

struct lint {
	unsigned flags;
	struct arena arena;
	LIST_OF(struct rule) rules;
	/* The pattern at hand, and who hears of it. */
	struct slice text;
	lint_fn *warn;
	void *ctx;
};

struct lint *lint_new(unsigned flags)
{
	struct lint *lint = mem_alloc(sizeof *lint);

	lint->flags = flags;
	return lint;
}

void lint_free(struct lint *lint)
{
	if (lint == NULL)
		return;
	arena_empty(&lint->arena);
	list_free(&lint->rules);
	free(lint);
}

static void warn(struct lint *lint, struct slice where, const char *what)
{
	struct pattern_fault warning;

	pattern_fault_set(&warning, lint->text, (size_t)(where.p - lint->text.p), where.n, "%s",
			  what);
	lint->warn(lint->ctx, &warning);
}

/* --- what an event of a bus has -------------------------------------------------- */

/* The members of an event as a target receives it: strings but for the last two. */
static const char *const members[] = {"version", "id",	 "account",   "region", "detail-type",
				      "source",	 "time", "resources", "detail"};
#define MEMBERS	     (sizeof members / sizeof *members)
#define BUS_ADDS     4 /* the first ones */
#define IS_DETAIL    (MEMBERS - 1)
#define IS_RESOURCES (MEMBERS - 2)

static size_t find_member(struct slice name)
{
	size_t i = 0;

	while (i < MEMBERS && !slice_is(name, members[i]))
		i++;
	return i;
}

bool lint_knows_member(struct slice name)
{
	return find_member(name) < MEMBERS;
}

static bool takes_string(const struct test *test)
{
	switch (test->kind) {
	case TEST_NUMBER:
	case TEST_DIGITS:
	case TEST_NULL:
	case TEST_FALSE:
	case TEST_TRUE:
	case TEST_RANGE:
	case TEST_ABSENT:
		return false;
	default:
		return true;
	}
}

/* Tests of a member that is a string; absent is what a list without elements is. */
static void check_strings(struct lint *lint, size_t member, const struct tests *tests)
{
	size_t good = 0;
	char what[120];

	for (size_t i = 0; i < tests->n; i++)
		good += takes_string(&tests->test[i]) ||
			(member == IS_RESOURCES && tests->test[i].kind == TEST_ABSENT);
	if (good == 0) {
		snprintf(what, sizeof what, "%s is a string: no test here accepts one",
			 members[member]);
		warn(lint, tests->source, what);
		return;
	}
	snprintf(what, sizeof what, "%s is a string: this test never accepts it", members[member]);
	for (size_t i = 0; good < tests->n && i < tests->n; i++)
		if (!takes_string(&tests->test[i]) && tests->test[i].kind != TEST_ABSENT)
			warn(lint, tests->test[i].source, what);
}

static void unknown_member(struct lint *lint, struct slice name, const struct tests *tests)
{
	char word[NAME_SHOWN + 1], what[300];
	const char *nearest;

	snprintf(word, sizeof word, "%.*s", (int)(name.n < NAME_SHOWN ? name.n : NAME_SHOWN),
		 name.p);
	nearest = opt_nearest(word, members, MEMBERS);
	snprintf(what, sizeof what,
		 "no event on a bus has a member '%s'%s%s%s: it never matches there%s", word,
		 nearest ? " (did you mean '" : "", nearest ? nearest : "", nearest ? "'?)" : "",
		 nearest ? "" : "; what producers send is in detail");
	warn(lint, tests->source, what);
}

static void check_member(struct lint *lint, const struct condition *c)
{
	const char *dot = memchr(c->path.p, '.', c->path.n);
	struct slice name = {c->path.p, dot ? (size_t)(dot - c->path.p) : c->path.n};
	size_t member = find_member(name);
	char what[200];

	if (member == MEMBERS) {
		unknown_member(lint, name, c->tests);
	} else if (member == IS_DETAIL) {
		if (dot == NULL)
			warn(lint, c->tests->source,
			     "detail is an object, which is no value: name a field in it");
	} else if (dot) {
		snprintf(what, sizeof what, "%s is %s: it has no fields", members[member],
			 member == IS_RESOURCES ? "a list of strings" : "a string");
		warn(lint, c->tests->source, what);
	} else {
		check_strings(lint, member, c->tests);
	}
	if (member < BUS_ADDS && dot == NULL && !(lint->flags & LINT_BUS_ADDS)) {
		snprintf(what, sizeof what,
			 "'%s' is added by the bus: lines that were not on one lack it (see --bus)",
			 members[member]);
		warn(lint, c->tests->source, what);
	}
}

/* --- what is superfluous -------------------------------------------------------- */

/* Two anything-but tests that exclude nothing together. */
static bool exclude_nothing(const struct test *a, const struct test *b)
{
	if (a->kind != TEST_NOT || b->kind != TEST_NOT)
		return false;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->items[i].kind != TEST_EXACT || b->items[k].kind != TEST_EXACT ||
			    slice_eq(a->items[i].text, b->items[k].text))
				return false;
	return true;
}

/* Each value that an anything-but excludes is accepted by another test. */
static bool takes_excluded(const struct tests *tests, const struct test * not )
{
	if (not ->kind != TEST_NOT)
		return false;
	for (size_t i = 0; i < not ->n; i++) {
		bool taken = false;

		for (size_t k = 0; k < tests->n && !taken; k++)
			taken = tests->test[k].kind != TEST_NOT &&
				covers_test(&tests->test[k], &not ->items[i]);
		if (!taken)
			return false;
	}
	return true;
}

/* Tests by themselves, and what a list comes to as a whole. */
static void check_list(struct lint *lint, const struct tests *tests)
{
	bool exists = false;

	for (size_t i = 0; i < tests->n; i++) {
		const struct test *test = &tests->test[i];

		exists |= test->kind == TEST_EXISTS;
		if (test->kind == TEST_DIGITS)
			warn(lint, test->source,
			     "a double does not hold this number: it equals only its own digits");
		if (takes_excluded(tests, test))
			warn(lint, test->source,
			     "every value is accepted: what anything-but excludes is accepted by "
			     "the other tests of the list");
	}
	if (exists && tests->absent)
		warn(lint, tests->source,
		     "this holds for every event: the field is there or not there");
}

static void check_tests(struct lint *lint, const struct tests *tests)
{
	check_list(lint, tests);
	for (size_t i = 0; i < tests->n; i++) {
		for (size_t k = 0; k < tests->n; k++) {
			const struct test *test = &tests->test[i], *other = &tests->test[k];

			if (i > k && exclude_nothing(test, other)) {
				warn(lint, test->source,
				     "with the other anything-but every value is accepted: put "
				     "what both exclude into one list");
				break;
			}
			/* Of two that accept the same the later one. */
			if (i != k && covers_test(other, test) &&
			    (k < i || !covers_test(test, other))) {
				warn(lint, test->source,
				     "superfluous: another test of the list accepts all of it");
				break;
			}
		}
	}
	if (tests->complexity >= COMPLEXITY_NEAR)
		warn(lint, tests->source,
		     "the complexity of these wildcards is close to what the service refuses");
}

/* What stands last in the text: there the alternative differs from those before it. */
static struct slice last_tests(const struct alternative *a)
{
	struct slice last = a->condition[0].tests->source;

	for (size_t i = 1; i < a->n; i++)
		if (a->condition[i].tests->source.p > last.p)
			last = a->condition[i].tests->source;
	return last;
}

static void check_alternatives(struct lint *lint, const struct rule *rule)
{
	char what[160];

	if (rule->n > ALTERNATIVES_COMPARED)
		return;
	for (size_t i = 0; i < rule->n; i++) {
		for (size_t k = 0; k < rule->n; k++) {
			const struct alternative *a = &rule->alternative[i];
			const struct alternative *other = &rule->alternative[k];

			if (i == k || a->n == 0 || !covers_alternative(other, a) ||
			    (k > i && covers_alternative(a, other)))
				continue;
			snprintf(what, sizeof what,
				 "superfluous: of the %zu alternatives that '$or' makes, number "
				 "%zu selects all that number %zu does",
				 rule->n, k + 1, i + 1);
			warn(lint, last_tests(a), what);
			break;
		}
	}
}

/* --- one pattern ------------------------------------------------------------------ */

/* Lists of tests are shared by the alternatives of a pattern: each is looked at once. */
static void check_conditions(struct lint *lint, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n; i++) {
		for (size_t k = 0; k < rule->alternative[i].n; k++) {
			const struct condition *c = &rule->alternative[i].condition[k];

			if (c->tests->compiled)
				continue;
			c->tests->compiled = 1;
			if (lint->flags & LINT_ENVELOPE)
				check_member(lint, c);
			check_tests(lint, c->tests);
		}
	}
}

static bool has_wildcard(const struct tests *tests)
{
	for (size_t i = 0; i < tests->n; i++) {
		const struct test *test = &tests->test[i];

		if (test->kind == TEST_WILDCARD ||
		    (test->kind == TEST_NOT && test->items[0].kind == TEST_WILDCARD))
			return true;
	}
	return false;
}

bool lint_is_long(struct slice pattern)
{
	return utf8_count(pattern.p, pattern.n) > PATTERN_TEXT_MAX;
}

void lint_add(struct lint *lint, struct slice pattern, lint_fn *each, void *ctx)
{
	struct pattern_fault fault;
	struct rule rule;

	lint->text = arena_copy(&lint->arena, pattern);
	lint->warn = each;
	lint->ctx = ctx;
	if (pattern_parse(lint->text, lint->flags & 0xff, &lint->arena, &rule, &fault) != 0)
		rule = (struct rule){0};
	list_add(&lint->rules, rule);
	if (rule.or_name.p)
		warn(lint, rule.or_name,
		     "'$or' is a field name here: as an operator it takes two or more objects, "
		     "none with a field named like an operator");
	for (const struct tests *lost = rule.lost; lost; lost = lost->next_lost)
		warn(lint, lost->source,
		     "these tests do not count where the field is written again further on");
	if (pattern_length(lint->text) > TEXT_QUOTA && !(lint->flags & PATTERN_LIBRARY))
		warn(lint, (struct slice){lint->text.p, 0},
		     "longer than 2,048 characters: the default quota of a rule");
	check_conditions(lint, &rule);
	check_alternatives(lint, &rule);
}

bool lint_has_wildcard(const struct lint *lint)
{
	const struct rule *rule = &lint->rules.p[lint->rules.n - 1];

	for (size_t i = 0; i < rule->n; i++)
		for (size_t k = 0; k < rule->alternative[i].n; k++)
			if (has_wildcard(rule->alternative[i].condition[k].tests))
				return true;
	return false;
}

/* --- pairs -------------------------------------------------------------------------- */

void lint_compare(const struct lint *lint, lint_pair_fn *pair, void *ctx)
{
	if (lint->rules.n > LINT_COMPARED_MAX)
		return;
	for (uint32_t i = 0; i < lint->rules.n; i++) {
		for (uint32_t k = 0; k < lint->rules.n; k++) {
			bool same;

			if (i == k || !covers_rule(&lint->rules.p[k], &lint->rules.p[i]))
				continue;
			same = covers_rule(&lint->rules.p[i], &lint->rules.p[k]);
			if (same && k > i)
				continue;
			pair(ctx, i, k, same);
			break;
		}
	}
}
