/*
 * Walks the pattern's objects in document order. Every leaf is written into all
 * alternatives that there are at that point (a later write of the same path
 * overwrites), and a `$or` replaces the alternatives by one copy of them a branch.
 */
#include "pattern/parse.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "pattern/glob.h"
#include "pattern/operators.h"
#include "json/text.h"

#include <stdio.h>
#include <stdlib.h>

/* Without the service's limits: what all alternatives of a rule together may hold. */
#define CONDITIONS_MAX 1000000
#define VALUE_SHOWN    40

/* The alternatives so far; condition arrays have room for a power of two. */
struct branches {
	struct alternative *alternative;
	size_t n, room;
};

struct parse {
	struct reading r;
	struct rule *rule;
	size_t conditions; /* in all alternatives */
};

static int read_object(struct parse *p, struct slice object, struct slice path,
		       struct branches *set);

/* --- alternatives ----------------------------------------------------------- */

static void add_branch(struct parse *p, struct branches *set, const struct alternative *from)
{
	struct alternative *to;
	size_t room = 1;

	if (set->n == set->room) {
		struct alternative *old = set->alternative;

		set->room = set->room ? 2 * set->room : 4;
		set->alternative = arena_take(p->r.arena, set->room * sizeof(*old));
		if (set->n)
			memcpy(set->alternative, old, set->n * sizeof(*old));
	}
	to = &set->alternative[set->n++];
	while (room < from->n)
		room *= 2;
	to->n = from->n;
	to->condition = arena_take(p->r.arena, room * sizeof(*to->condition));
	if (from->n)
		memcpy(to->condition, from->condition, from->n * sizeof(*to->condition));
	p->conditions += from->n;
}

/* Each list once, however many alternatives share it. */
static void note_lost(struct rule *rule, struct tests *tests)
{
	if (tests->lost)
		return;
	tests->lost = true;
	tests->next_lost = rule->lost;
	rule->lost = tests;
}

static void write_condition(struct parse *p, struct alternative *to, struct slice path,
			    struct tests *tests)
{
	for (size_t i = 0; i < to->n; i++) {
		if (slice_eq(to->condition[i].path, path)) {
			note_lost(p->rule, to->condition[i].tests);
			to->condition[i].tests = tests;
			return;
		}
	}
	if ((to->n & (to->n - 1)) == 0) {
		size_t room = to->n ? 2 * to->n : 1;
		struct condition *old = to->condition;

		to->condition = arena_take(p->r.arena, room * sizeof(*old));
		if (to->n)
			memcpy(to->condition, old, to->n * sizeof(*old));
	}
	to->condition[to->n++] = (struct condition){path, tests};
	p->conditions++;
}

/* UTF-16 code units put U+E000 to U+FFFF behind what needs two of them; UTF-8 does not. */
static int by_path(const void *a, const void *b)
{
	struct slice x = ((const struct condition *)a)->path;
	struct slice y = ((const struct condition *)b)->path;

	for (size_t i = 0; i < x.n && i < y.n; i++) {
		unsigned c = (unsigned char)x.p[i], d = (unsigned char)y.p[i];

		if (c == d)
			continue;
		if (c >= 0xee && d >= 0xee) {
			c += c < 0xf0 ? 0x10 : 0;
			d += d < 0xf0 ? 0x10 : 0;
		}
		return c < d ? -1 : 1;
	}
	return (x.n > y.n) - (x.n < y.n);
}

/* --- leaves ----------------------------------------------------------------- */

static int check_complexity(struct parse *p, struct tests *tests)
{
	struct slice *text = NULL;
	size_t n = 0, room = 0;

	for (size_t i = 0; i < tests->n; i++)
		room += tests->test[i].kind == TEST_NOT ? tests->test[i].n : 1;
	text = arena_take(p->r.arena, room * sizeof(*text));
	for (size_t i = 0; i < tests->n; i++) {
		const struct test *test = &tests->test[i];
		const struct test *item = test->kind == TEST_NOT ? test->items : test;
		size_t items = test->kind == TEST_NOT ? test->n : 1;

		for (size_t j = 0; j < items; j++)
			if (item[j].kind == TEST_WILDCARD)
				text[n++] = item[j].text;
	}
	tests->complexity = n ? glob_complexity(text, n, PATTERN_COMPLEXITY_MAX) : 0;
	if (tests->complexity <= PATTERN_COMPLEXITY_MAX)
		return 0;
	reading_fault(&p->r, tests->source,
		      "too complex for the service: use fewer wildcard characters, or fewer "
		      "repeated characters behind one");
	p->r.fault->service = true;
	return -1;
}

static int read_leaf(struct parse *p, struct slice array, struct slice path, struct branches *set)
{
	struct tests *tests = arena_take(p->r.arena, sizeof(*tests));
	struct json_member element;
	struct json_walk walk;

	for (json_walk(&walk, array); json_next(&walk, &element);)
		tests->n++;
	if (tests->n == 0)
		return reading_fault(&p->r, array,
				     "an empty list matches nothing: name a value in it");
	tests->source = array;
	tests->test = arena_take(p->r.arena, tests->n * sizeof(*tests->test));
	json_walk(&walk, array);
	for (size_t i = 0; json_next(&walk, &element); i++) {
		if (operators_read(&p->r, &element, &tests->test[i]))
			return -1;
		if (tests->test[i].kind == TEST_ABSENT)
			tests->absent = true;
	}
	if (!(p->r.flags & PATTERN_LIBRARY) && check_complexity(p, tests))
		return -1;
	for (size_t i = 0; i < set->n; i++)
		write_condition(p, &set->alternative[i], path, tests);
	return 0;
}

/* --- $or -------------------------------------------------------------------- */

/* Names that the branches of a `$or` may not use for fields. */
static bool is_reserved(struct slice raw)
{
	static const char *const names[] = {"exactly",
					    "equals-ignore-case",
					    "prefix",
					    "suffix",
					    "anything-but",
					    "exists",
					    "wildcard",
					    "numeric",
					    "cidr",
					    "=",
					    "<",
					    "<=",
					    ">",
					    ">=",
					    "regex",
					    "not-wildcard",
					    "not-equals-ignore-case",
					    "date-after",
					    "date-on-or-after",
					    "date-before",
					    "date-on-or-before",
					    "in-date-range",
					    "ip-address-in-range",
					    "ip-address-not-in-range"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_is(raw, slice_of(names[i])))
			return true;
	return false;
}

static bool uses_reserved(struct slice object)
{
	struct json_member member, branch;
	struct json_walk walk, branches;

	for (json_walk(&walk, object); json_next(&walk, &member);) {
		if (is_reserved(member.name))
			return true;
		if (member.type == JSON_OBJECT && uses_reserved(member.value))
			return true;
		if (member.type != JSON_ARRAY || !json_is(member.name, SLICE("$or")))
			continue;
		for (json_walk(&branches, member.value); json_next(&branches, &branch);)
			if (branch.type == JSON_OBJECT && uses_reserved(branch.value))
				return true;
	}
	return false;
}

/* Whether the value of a `$or` makes it the operator; else it is a field of that name. */
static bool is_alternatives(const struct json_member *member)
{
	struct json_member branch;
	struct json_walk walk;
	size_t n = 0;

	if (member->type != JSON_ARRAY)
		return false;
	for (json_walk(&walk, member->value); json_next(&walk, &branch); n++)
		if (branch.type != JSON_OBJECT || uses_reserved(branch.value))
			return false;
	return n >= 2;
}

static int too_many(struct parse *p, struct slice where, bool service)
{
	reading_fault(&p->r, where, "too many combinations of '$or' branches: at most %d%s",
		      service ? PATTERN_COMBINATIONS_MAX : CONDITIONS_MAX,
		      service ? " for the service" : " fields in all of them together");
	p->r.fault->service = service;
	return -1;
}

static int read_or(struct parse *p, const struct json_member *member, struct slice path,
		   struct branches *set)
{
	bool service = !(p->r.flags & PATTERN_LIBRARY);
	struct branches all = {0};
	struct json_member branch;
	struct json_walk walk;

	for (json_walk(&walk, member->value); json_next(&walk, &branch);) {
		struct branches copy = {0};

		if (p->conditions > CONDITIONS_MAX)
			return too_many(p, member->whole, false);
		for (size_t i = 0; i < set->n; i++)
			add_branch(p, &copy, &set->alternative[i]);
		if (read_object(p, branch.value, path, &copy))
			return -1;
		if (service && all.n + copy.n > PATTERN_COMBINATIONS_MAX)
			return too_many(p, member->whole, true);
		for (size_t i = 0; i < copy.n; i++)
			add_branch(p, &all, &copy.alternative[i]);
	}
	*set = all;
	return 0;
}

/* --- objects ---------------------------------------------------------------- */

static struct slice join(struct parse *p, struct slice path, struct slice raw_name)
{
	struct slice name = reading_unescape(&p->r, raw_name);
	char *joined;

	if (path.p == NULL)
		return name;
	joined = arena_take(p->r.arena, path.n + name.n + 1);
	memcpy(joined, path.p, path.n);
	joined[path.n] = '.';
	memcpy(joined + path.n + 1, name.p, name.n);
	return (struct slice){joined, path.n + 1 + name.n};
}

static int read_member(struct parse *p, const struct json_member *member, struct slice path,
		       struct branches *set)
{
	struct slice quoted = {member->whole.p, member->name.n + 2};

	if (!p->r.plain_or && json_is(member->name, SLICE("$or"))) {
		if (is_alternatives(member))
			return read_or(p, member, path, set);
		if (p->rule->or_name.p == NULL)
			p->rule->or_name = quoted;
	}
	path = join(p, path, member->name);
	if (member->type == JSON_OBJECT)
		return read_object(p, member->value, path, set);
	if (member->type == JSON_ARRAY)
		return read_leaf(p, member->value, path, set);
	return reading_fault(&p->r, member->value,
			     "a field takes a list of tests or an object: write [%.*s]",
			     member->value.n <= VALUE_SHOWN ? (int)member->value.n : 3,
			     member->value.n <= VALUE_SHOWN ? member->value.p : "...");
}

static int read_object(struct parse *p, struct slice object, struct slice path,
		       struct branches *set)
{
	struct json_member member;
	struct json_walk walk;
	size_t n = 0;

	for (json_walk(&walk, object); json_next(&walk, &member); n++)
		if (read_member(p, &member, path, set))
			return -1;
	if (n == 0)
		return reading_fault(&p->r, object,
				     "an empty object matches nothing: name a field in it");
	return 0;
}

/* --- the whole -------------------------------------------------------------- */

size_t pattern_length(struct slice text)
{
	bool inside = false;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (inside && c == '\\')
			n++, i++;
		else if (c == '"')
			inside = !inside;
		if ((inside || !json_is_space(c)) && utf8_begins(c))
			n++;
	}
	return n;
}

static int check_size(struct parse *p)
{
	struct rule *rule = p->rule;

	for (size_t i = 0; i < rule->n; i++)
		if (rule->alternative[i].n > PATTERN_PATHS_MAX)
			return reading_fault(&p->r, json_trim(p->r.text),
					     "more than %d fields in one pattern",
					     PATTERN_PATHS_MAX);
	if ((p->r.flags & PATTERN_LIBRARY) || pattern_length(p->r.text) <= PATTERN_TEXT_MAX)
		return 0;
	pattern_fault_set(p->r.fault, p->r.text, 0, 0,
			  "the pattern is longer than the %d characters that the service takes",
			  PATTERN_TEXT_MAX);
	p->r.fault->service = true;
	return -1;
}

static int read_pattern(struct parse *p)
{
	struct branches set = {0};

	p->conditions = 0;
	p->rule->lost = NULL;
	add_branch(p, &set, &(struct alternative){0});
	if (read_object(p, json_trim(p->r.text), SLICE_NONE, &set))
		return -1;
	p->rule->alternative = set.alternative;
	p->rule->n = set.n;
	return 0;
}

/* The fault may come from what the user did not expect: a `$or` that is none. */
static void add_or_hint(struct pattern_fault *fault)
{
	size_t n = strlen(fault->text);

	snprintf(fault->text + n, sizeof(fault->text) - n,
		 " ('$or' was taken as a field name: as an operator it takes two or more objects, "
		 "none with a field named like an operator)");
}

int pattern_parse(struct slice text, unsigned flags, struct arena *arena, struct rule *rule,
		  struct pattern_fault *fault)
{
	struct parse p = {.r = {.text = text, .flags = flags, .arena = arena, .fault = fault},
			  .rule = rule};
	struct json_fault json = {0};
	enum json_type type = json_check(text, &json);
	int failed;

	*rule = (struct rule){0};
	if (type == JSON_NONE)
		return pattern_fault_json(fault, text, &json);
	if (type != JSON_OBJECT)
		return pattern_fault_set(fault, text, (size_t)(json_trim(text).p - text.p),
					 json_trim(text).n,
					 "a pattern is an object: {\"field\": [\"value\"]}");
	failed = read_pattern(&p);
	/* The service reads a pattern with one `$or` that is no operator as if all were none. */
	if (!failed && rule->or_name.p) {
		p.r.plain_or = true;
		failed = read_pattern(&p);
	}
	if (failed && rule->or_name.p)
		add_or_hint(fault);
	if (!failed)
		failed = check_size(&p);
	for (size_t i = 0; !failed && i < rule->n; i++)
		qsort(rule->alternative[i].condition, rule->alternative[i].n,
		      sizeof(struct condition), by_path);
	buf_free(&p.r.scratch);
	return failed ? -1 : 0;
}
