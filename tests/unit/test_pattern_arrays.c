/* links: pattern lines json cli base */
/*
 * Array consistency against the definition: random events full of arrays and random
 * patterns, decided once by the matcher and once by the plain procedure that defines
 * the result (all values of a path in turn, no memory of what failed).
 */
#include "base/buf.h"
#include "pattern/parse.h"
#include "pattern/pattern.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TRIES	   150000
#define VALUES_MAX 256
#define ARRAYS_MAX 256
#define DEPTH_MAX  8

/* --- events and patterns ------------------------------------------------------- */

static const char *const names[] = {"a", "b", "c", "d"};

static void add_value(struct buf *to, unsigned depth)
{
	unsigned kind = random_below(depth >= 4 ? 2 : 8), n = random_below(4);

	if (kind < 2) {
		buf_addf(to, "%u", random_below(3));
	} else if (kind < 5) {
		buf_addc(to, '{');
		for (unsigned i = 0; i < n; i++) {
			buf_addf(to, "%s\"%s\":", i ? "," : "", names[random_below(4)]);
			add_value(to, depth + 1);
		}
		buf_addc(to, '}');
	} else {
		buf_addc(to, '[');
		for (unsigned i = 0; i < n; i++) {
			if (i)
				buf_addc(to, ',');
			add_value(to, depth + 1);
		}
		buf_addc(to, ']');
	}
}

static void add_event(struct buf *to)
{
	BUF_LIT(to, "{\"i\":");
	add_value(to, 0);
	BUF_LIT(to, ",\"j\":");
	add_value(to, 0);
	BUF_LIT(to, "}");
}

static void add_pattern(struct buf *to)
{
	static const char *const tests[] = {"0",
					    "1,2",
					    "{\"exists\":true}",
					    "{\"exists\":false}",
					    "0,{\"exists\":false}",
					    "{\"anything-but\":1}"};
	unsigned n = 2 + random_below(3);

	buf_addc(to, '{');
	for (unsigned i = 0; i < n; i++) {
		buf_addf(to, "%s\"%s.%s", i ? "," : "", random_below(3) ? "i" : "j",
			 names[random_below(4)]);
		if (random_below(3) == 0)
			buf_addf(to, ".%s", names[random_below(4)]);
		buf_addf(to, "\":[%s]", tests[random_below(6)]);
	}
	buf_addc(to, '}');
}

/* --- the definition ------------------------------------------------------------ */

struct value {
	char path[64];
	unsigned number;
	unsigned memberships, array[DEPTH_MAX], index[DEPTH_MAX];
};

struct model {
	struct value value[VALUES_MAX];
	unsigned values, arrays;
	const struct alternative *alternative;
	int chosen[ARRAYS_MAX];
};

static void flatten(struct model *m, struct slice text, struct value here)
{
	struct json_member member;
	struct json_walk walk;
	unsigned array = m->arrays, index = 0;
	size_t n = strlen(here.path);

	switch (json_type_of(text)) {
	case JSON_OBJECT:
		for (json_walk(&walk, text); json_next(&walk, &member);) {
			snprintf(here.path + n, sizeof here.path - n, "%s%.*s", n ? "." : "",
				 SLICE_ARG(member.name));
			flatten(m, member.value, here);
		}
		break;
	case JSON_ARRAY:
		m->arrays++;
		for (json_walk(&walk, text); json_next(&walk, &member); index++) {
			struct value inner = here;

			if (member.type == JSON_OBJECT || member.type == JSON_ARRAY) {
				inner.array[inner.memberships] = array;
				inner.index[inner.memberships++] = index;
			}
			flatten(m, member.value, inner);
		}
		break;
	default:
		here.number = (unsigned)(text.p[0] - '0');
		assert_true(m->values < VALUES_MAX && m->arrays < ARRAYS_MAX);
		m->value[m->values++] = here;
	}
}

static bool consistent(const struct model *m, const struct value *v)
{
	for (unsigned i = 0; i < v->memberships; i++)
		if (m->chosen[v->array[i]] >= 0 && m->chosen[v->array[i]] != (int)v->index[i])
			return false;
	return true;
}

static bool accepts(const struct tests *tests, unsigned number)
{
	for (size_t i = 0; i < tests->n; i++) {
		const struct test *t = &tests->test[i];

		if (t->kind == TEST_EXISTS || (t->kind == TEST_NUMBER && t->number == number) ||
		    (t->kind == TEST_NOT && t->items[0].number != number))
			return true;
	}
	return false;
}

static bool step(struct model *m, size_t at)
{
	const struct condition *c;
	int before[ARRAYS_MAX];
	bool present = false;

	if (at == m->alternative->n)
		return true;
	c = &m->alternative->condition[at];
	for (unsigned i = 0; i < m->values; i++)
		if (slice_is(c->path, m->value[i].path) && consistent(m, &m->value[i]))
			present = true;
	if (c->tests->absent && !present && step(m, at + 1))
		return true;
	for (unsigned i = 0; i < m->values; i++) {
		const struct value *v = &m->value[i];

		if (!slice_is(c->path, v->path) || !consistent(m, v) ||
		    !accepts(c->tests, v->number))
			continue;
		memcpy(before, m->chosen, sizeof before);
		for (unsigned k = 0; k < v->memberships; k++)
			m->chosen[v->array[k]] = (int)v->index[k];
		if (step(m, at + 1))
			return true;
		memcpy(m->chosen, before, sizeof before);
	}
	return false;
}

static bool by_definition(struct slice pattern, struct slice event)
{
	static struct model m;
	struct pattern_fault fault;
	struct arena arena = {0};
	struct rule rule;
	bool found = false;

	if (pattern_parse(pattern, 0, &arena, &rule, &fault))
		fail_msg("%.*s: %s", SLICE_ARG(pattern), fault.text);
	m.values = m.arrays = 0;
	flatten(&m, event, (struct value){0});
	for (size_t i = 0; i < rule.n && !found; i++) {
		m.alternative = &rule.alternative[i];
		memset(m.chosen, -1, sizeof m.chosen);
		found = step(&m, 0);
	}
	arena_empty(&arena);
	return found;
}

static bool by_matcher(struct slice pattern, struct slice event)
{
	struct patterns *all = patterns_new(0);
	struct pattern_fault fault;
	struct matcher *m;
	int n;

	patterns_add(all, SLICE(""), pattern, &fault);
	m = matcher_new(all);
	n = matcher_match(m, event, NULL);
	matcher_free(m);
	patterns_free(all);
	assert_true(n >= 0);
	return n > 0;
}

static void test_random(void **state)
{
	struct buf pattern = {0}, event = {0};
	unsigned matches = 0;

	(void)state;
	for (int i = 0; i < TRIES; i++) {
		bool expected;

		buf_reset(&pattern);
		buf_reset(&event);
		add_pattern(&pattern);
		add_event(&event);
		expected = by_definition(buf_slice(&pattern), buf_slice(&event));
		matches += expected;
		if (by_matcher(buf_slice(&pattern), buf_slice(&event)) != expected)
			fail_msg("expected %d: %s\n%s", expected, buf_text(&pattern),
				 buf_text(&event));
	}
	print_message("%u of %d match\n", matches, TRIES);
	assert_true(matches > TRIES / 50 && matches < TRIES - TRIES / 50);
	buf_free(&pattern);
	buf_free(&event);
}

/* Large arrays in which nothing agrees: not every pair may be looked at. */
static void test_large_arrays(void **state)
{
	struct buf event = {0};

	(void)state;
	BUF_LIT(&event, "{\"i\":[");
	for (int i = 0; i < 400000; i++)
		buf_addf(&event, "%s{\"%s\":1}", i ? "," : "", i < 200000 ? "a" : "b");
	BUF_LIT(&event, "]}");
	assert_false(by_matcher(SLICE("{\"i\":{\"a\":[1],\"b\":[1]}}"), buf_slice(&event)));
	assert_false(by_matcher(SLICE("{\"i\":{\"a\":[1],\"b\":[1],\"c\":[{\"exists\":false}]}}"),
				buf_slice(&event)));
	buf_free(&event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_large_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
