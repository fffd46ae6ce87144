#include "pattern/operators.h"

#include "cli/opt.h"
#include "pattern/glob.h"
#include "pattern/number.h"
#include "json/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define NAME_SHOWN 60

/* Which forms of argument an operator takes: a string or its ignore-case form. */
struct form {
	const char *name;
	int (*read)(struct reading *r, const struct form *op, const struct json_member *member,
		    struct test *test);
	enum test_kind kind, anycase; /* TEST_NOT as anycase: there is no such form */
};

int reading_fault(struct reading *r, struct slice where, const char *format, ...)
{
	char text[sizeof(r->fault->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return pattern_fault_set(r->fault, r->text, (size_t)(where.p - r->text.p), where.n, "%s",
				 text);
}

struct slice reading_unescape(struct reading *r, struct slice raw)
{
	buf_reset(&r->scratch);
	json_unescape(raw, &r->scratch);
	return arena_copy(r->arena, buf_slice(&r->scratch));
}

/* The elements of an array, or the members of an object. */
static size_t count_of(struct slice value)
{
	struct json_member member;
	struct json_walk walk;
	size_t n = 0;

	for (json_walk(&walk, value); json_next(&walk, &member);)
		n++;
	return n;
}

static struct json_member only_member(struct slice value)
{
	struct json_member member = {.type = JSON_NONE};
	struct json_walk walk;

	json_walk(&walk, value);
	json_next(&walk, &member);
	return member;
}

/* --- numbers ---------------------------------------------------------------- */

static int read_comparable(struct reading *r, struct slice value, double *number)
{
	if (number_comparable(value, number))
		return 0;
	return reading_fault(r, value,
			     "this number cannot be compared: a double does not hold it exactly "
			     "enough (15 significant digits always do)");
}

static void set_number(struct test *test, double number)
{
	test->kind = TEST_NUMBER;
	test->number = number;
}

struct bound {
	const char *text;
	bool low, with;
};

/* A pair of the numeric operator: NULL for "=", else which bound it sets. -1 on a fault. */
static int read_pair(struct reading *r, struct json_walk *walk, struct slice array,
		     const struct bound **bound, double *number, struct slice *where)
{
	static const struct bound bounds[] = {{"<", false, false},
					      {"<=", false, true},
					      {">", true, false},
					      {">=", true, true},
					      {"=", false, false}};
	struct json_member op, value;

	if (!json_next(walk, &op))
		return reading_fault(r, array,
				     "numeric takes [OPERATOR, NUMBER, ...], this is empty");
	*where = op.value;
	*bound = NULL;
	if (op.type == JSON_STRING)
		for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
			if (json_is(json_raw(op.value), slice_of(bounds[i].text)))
				*bound = &bounds[i];
	if (*bound == NULL)
		return reading_fault(
			r, op.value,
			"numeric expects one of \"=\", \"<\", \"<=\", \">\", \">=\" here");
	if (!json_next(walk, &value))
		return reading_fault(r, op.value, "numeric expects a number behind \"%s\"",
				     (*bound)->text);
	if (value.type != JSON_NUMBER)
		return reading_fault(r, value.value, "numeric compares with numbers only");
	return read_comparable(r, value.value, number);
}

static int read_numeric(struct reading *r, const struct form *op, const struct json_member *member,
			struct test *test)
{
	const struct bound *first, *second;
	struct json_member extra;
	struct json_walk walk;
	struct slice where;
	double number;

	(void)op;
	if (member->type != JSON_ARRAY)
		return reading_fault(r, member->value,
				     "numeric takes an array: [\">\", 0, \"<=\", 5]");
	json_walk(&walk, member->value);
	if (read_pair(r, &walk, member->value, &first, &number, &where))
		return -1;
	test->kind = TEST_RANGE;
	test->range = (struct range){.low = -INFINITY, .high = INFINITY};
	if (strcmp(first->text, "=") == 0) {
		set_number(test, number);
	} else if (!first->low) {
		test->range.high = number;
		test->range.with_high = first->with;
	} else {
		struct json_walk ahead = walk;

		test->range.low = number;
		test->range.with_low = first->with;
		if (!json_next(&ahead, &extra))
			return 0;
		if (read_pair(r, &walk, member->value, &second, &number, &where))
			return -1;
		if (second->low || strcmp(second->text, "=") == 0)
			return reading_fault(
				r, where, "a numeric range is a lower bound, then \"<\" or \"<=\"");
		if (number <= test->range.low)
			return reading_fault(
				r, member->value,
				"the lower bound of a numeric range must be less than the upper");
		test->range.high = number;
		test->range.with_high = second->with;
	}
	if (json_next(&walk, &extra))
		return reading_fault(
			r, extra.value,
			first->low || extra.type != JSON_STRING
				? "too many elements in a numeric test"
				: "too many elements in a numeric test: of a range "
				  "the lower bound comes first, [\">\", 0, \"<=\", 5]");
	return 0;
}

/* --- strings ---------------------------------------------------------------- */

static int read_wildcard_text(struct reading *r, struct slice value, struct slice text)
{
	size_t at;
	const char *what = glob_check(text, &at);

	if (what == NULL)
		return 0;
	return reading_fault(r, value, "%s, at byte %zu of the wildcard%s", what, at + 1,
			     strstr(what, "backslash") ? " (in JSON it is written \\\\)" : "");
}

/* A string argument that becomes a test of this kind. */
static int set_text(struct reading *r, struct slice value, enum test_kind kind, struct test *test)
{
	test->kind = kind;
	test->text = reading_unescape(r, json_raw(value));
	test->source = value;
	if (kind == TEST_WILDCARD)
		return read_wildcard_text(r, value, test->text);
	return 0;
}

static int read_text(struct reading *r, const struct form *op, const struct json_member *member,
		     struct test *test)
{
	struct json_member inner;

	if (member->type == JSON_STRING)
		return set_text(r, member->value, op->kind, test);
	if (op->anycase == TEST_NOT)
		return reading_fault(r, member->value, "%s takes a string%s", op->name,
				     member->type == JSON_ARRAY ? ": write one test for each" : "");
	if (member->type != JSON_OBJECT || count_of(member->value) != 1)
		return reading_fault(
			r, member->value, "%s takes a string or {\"equals-ignore-case\": STRING}%s",
			op->name, member->type == JSON_ARRAY ? ": write one test for each" : "");
	inner = only_member(member->value);
	if (!json_is(inner.name, SLICE("equals-ignore-case")))
		return reading_fault(r, inner.whole, "%s takes only \"equals-ignore-case\" inside",
				     op->name);
	if (inner.type != JSON_STRING)
		return reading_fault(r, inner.value, "equals-ignore-case takes a string here");
	return set_text(r, inner.value, op->anycase, test);
}

static int read_exists(struct reading *r, const struct form *op, const struct json_member *member,
		       struct test *test)
{
	(void)op;
	if (member->type != JSON_TRUE && member->type != JSON_FALSE)
		return reading_fault(r, member->value, "exists takes true or false");
	test->kind = member->type == JSON_TRUE ? TEST_EXISTS : TEST_ABSENT;
	return 0;
}

static int read_cidr(struct reading *r, const struct form *op, const struct json_member *member,
		     struct test *test)
{
	const char *what;

	(void)op;
	test->kind = TEST_NETWORK;
	if (member->type != JSON_STRING)
		return reading_fault(r, member->value, "cidr takes a string: \"10.0.0.0/8\"");
	what = network_read(reading_unescape(r, json_raw(member->value)), &test->network);
	return what ? reading_fault(r, member->value, "%s", what) : 0;
}

/* --- anything-but ----------------------------------------------------------- */

static int read_not(struct reading *r, const struct form *op, const struct json_member *member,
		    struct test *test);

static const struct form operators[] = {
	{"prefix", read_text, TEST_PREFIX, TEST_PREFIX_ANYCASE},
	{"suffix", read_text, TEST_SUFFIX, TEST_SUFFIX_ANYCASE},
	{"equals-ignore-case", read_text, TEST_EQUALS_ANYCASE, TEST_NOT},
	{"wildcard", read_text, TEST_WILDCARD, TEST_NOT},
	{"exactly", read_text, TEST_EXACT, TEST_NOT},
	{"anything-but", read_not, TEST_NOT, TEST_NOT},
	{"numeric", read_numeric, TEST_RANGE, TEST_NOT},
	{"exists", read_exists, TEST_EXISTS, TEST_NOT},
	{"cidr", read_cidr, TEST_NETWORK, TEST_NOT},
};
#define OPERATORS     (sizeof(operators) / sizeof(operators[0]))
#define UNDER_NOT     4 /* the first of them may stand below anything-but */
#define UNDER_NOT_OLD 3

static const struct form *find_operator(struct slice raw_name)
{
	for (size_t i = 0; i < OPERATORS; i++)
		if (json_is(raw_name, slice_of(operators[i].name)))
			return &operators[i];
	return NULL;
}

/* The filters of Pipes know neither wildcards nor operators below anything-but. */
static int refuse_pipes(struct reading *r, struct slice where)
{
	reading_fault(r, where, "the filters of pipes and of Lambda do not know this operator");
	r->fault->service = true;
	return -1;
}

/* One value that is excluded; kind is TEST_EXACT for plain ones. */
static int read_excluded(struct reading *r, const struct json_member *m, enum test_kind kind,
			 struct test *item)
{
	item->source = m->value;
	if (m->type == JSON_NUMBER && kind == TEST_EXACT) {
		set_number(item, 0);
		return read_comparable(r, m->value, &item->number);
	}
	if (m->type != JSON_STRING)
		return reading_fault(r, m->value, "anything-but excludes %s%s",
				     kind == TEST_EXACT ? "strings or numbers" : "strings here",
				     m->type == JSON_OBJECT && kind == TEST_EXACT
					     ? ": an operator stands in place of the list, "
					       "{\"anything-but\": {\"prefix\": [\"a\", \"b\"]}}"
					     : "");
	if (set_text(r, m->value, kind, item))
		return -1;
	if (item->text.n == 0 && (kind == TEST_PREFIX || kind == TEST_SUFFIX))
		return reading_fault(r, m->value,
				     "an empty prefix or suffix below anything-but excludes all");
	return 0;
}

static int read_excluded_list(struct reading *r, const struct json_member *member,
			      enum test_kind kind, struct test *test)
{
	struct json_member m;
	struct json_walk walk;

	test->n = member->type == JSON_ARRAY ? count_of(member->value) : 1;
	if (test->n == 0)
		return reading_fault(r, member->value, "anything-but takes a list of one or more");
	test->items = arena_take(r->arena, test->n * sizeof(*test->items));
	if (member->type != JSON_ARRAY)
		return read_excluded(r, member, kind, test->items);
	json_walk(&walk, member->value);
	for (size_t i = 0; json_next(&walk, &m); i++) {
		if (read_excluded(r, &m, kind, &test->items[i]))
			return -1;
		if (test->items[i].kind != test->items[0].kind)
			return reading_fault(
				r, m.value,
				"the list of anything-but is all strings or all numbers");
	}
	return 0;
}

static int read_not(struct reading *r, const struct form *op, const struct json_member *member,
		    struct test *test)
{
	const struct form *inner;
	struct json_member m;

	(void)op;
	test->kind = TEST_NOT;
	if (member->type == JSON_NULL || member->type == JSON_TRUE || member->type == JSON_FALSE)
		return reading_fault(r, member->value,
				     "anything-but takes a string, a number, a list of one of "
				     "them, or an object with one operator");
	if (member->type != JSON_OBJECT)
		return read_excluded_list(r, member, TEST_EXACT, test);
	if (count_of(member->value) != 1)
		return reading_fault(r, member->value, "anything-but takes one operator inside");
	m = only_member(member->value);
	inner = find_operator(m.name);
	if (inner && r->flags & PATTERN_PIPES)
		return refuse_pipes(r, m.whole);
	if (inner == NULL || inner >= operators + (r->plain_or ? UNDER_NOT_OLD : UNDER_NOT))
		return reading_fault(r, m.whole,
				     "anything-but takes prefix, suffix, equals-ignore-case or "
				     "wildcard inside");
	if (r->plain_or && m.type == JSON_ARRAY && inner->kind != TEST_EQUALS_ANYCASE)
		return reading_fault(r, m.value,
				     "a list is not accepted here beside a '$or' that is taken "
				     "as a field name");
	return read_excluded_list(r, &m, inner->kind, test);
}

/* --- one test --------------------------------------------------------------- */

static int unknown_operator(struct reading *r, const struct json_member *m)
{
	const char *names[OPERATORS], *nearest;
	struct slice name = reading_unescape(r, m->name);
	struct slice quoted = {m->whole.p, m->name.n + 2};
	char word[NAME_SHOWN + 1], lower[NAME_SHOWN + 1] = "";

	for (size_t i = 0; i < OPERATORS; i++)
		names[i] = operators[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)(name.n < NAME_SHOWN ? name.n : NAME_SHOWN),
		 name.p);
	for (char *c = word; *c; c++)
		lower[c - word] = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
	nearest = opt_nearest(lower, names, OPERATORS);
	if (nearest)
		return reading_fault(r, quoted, "unknown operator '%s', did you mean '%s'?", word,
				     nearest);
	return reading_fault(r, quoted,
			     "unknown operator '%s': there are prefix, suffix, "
			     "equals-ignore-case, wildcard, anything-but, numeric, exists, cidr",
			     word);
}

static int read_operator(struct reading *r, struct slice object, struct test *test)
{
	size_t n = count_of(object);
	const struct form *op;
	struct json_member m;

	if (n == 0)
		return reading_fault(r, object,
				     "a test object needs an operator: {\"prefix\": \"x\"}");
	m = only_member(object);
	op = find_operator(m.name);
	if (op == NULL)
		return unknown_operator(r, &m);
	if (n > 1)
		return reading_fault(r, object,
				     "a test object has one operator; write one object each");
	if (op->kind == TEST_WILDCARD && r->flags & PATTERN_PIPES)
		return refuse_pipes(r, m.whole);
	return op->read(r, op, &m, test);
}

static int read_plain(struct reading *r, const struct json_member *m, struct test *test)
{
	switch (m->type) {
	case JSON_STRING:
		if (set_text(r, m->value, TEST_EXACT, test))
			return -1;
		if (address_read(test->text, &test->network.base))
			test->kind = TEST_ADDRESS;
		return 0;
	case JSON_NUMBER:
		test->kind = TEST_NUMBER;
		test->text = m->value;
		if (!number_comparable(m->value, &test->number))
			test->kind = TEST_DIGITS;
		return 0;
	case JSON_NULL:
		test->kind = TEST_NULL;
		return 0;
	case JSON_FALSE:
		test->kind = TEST_FALSE;
		return 0;
	case JSON_TRUE:
		test->kind = TEST_TRUE;
		return 0;
	default:
		return reading_fault(r, m->value,
				     "an array inside the list of tests: a test is a string, a "
				     "number, true, false, null or an object with one operator");
	}
}

int operators_read(struct reading *r, const struct json_member *element, struct test *test)
{
	int failed;

	*test = (struct test){0};
	if (element->type == JSON_OBJECT)
		failed = read_operator(r, element->value, test);
	else
		failed = read_plain(r, element, test);
	test->source = element->value;
	return failed;
}
