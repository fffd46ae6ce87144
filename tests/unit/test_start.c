/* links: kebread/start base */
#include "../../cmd/kebread/start.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct start start_of(const char *text)
{
	struct start start = {0};
	struct opt_list list = {.items = &text, .n = text ? 1 : 0};
	struct err err;

	assert_int_equal(start_parse(&start, &list, &err), 0);
	return start;
}

static void resolves_each_form(void **state)
{
	static const struct {
		const char *o;
		int64_t committed, at_time;
		bool later, reset;
		int64_t offset;
		enum start_gap gap;
		bool as_committed;
	} cases[] = {
		/* the partition holds 100 to 199 */
		{NULL, -1, -1, false, false, 100, START_FITS, false},
		{"beginning", -1, -1, false, false, 100, START_FITS, false},
		{"end", -1, -1, false, false, 200, START_FITS, false},
		{"stored", -1, -1, false, false, 100, START_FITS, false},
		{"150", -1, -1, false, false, 150, START_FITS, false},
		{"200", -1, -1, false, false, 200, START_FITS, false},
		{"99", -1, -1, false, false, 99, START_LOST, false},
		{"201", -1, -1, false, false, 201, START_AHEAD, false},
		{"-10", -1, -1, false, false, 190, START_FITS, false},
		{"-1000", -1, -1, false, false, 100, START_FITS, false},
		{"-0", -1, -1, false, false, 200, START_FITS, false},
		{"s@1545084650987", -1, 120, false, false, 120, START_FITS, false},
		{"s@1545084650987", -1, -1, false, false, 200, START_FITS, false},
		/* never over a commit, but with --reset */
		{"end", 130, -1, false, false, 130, START_FITS, true},
		{"end", 130, -1, false, true, 200, START_FITS, false},
		{"end", 50, -1, false, false, 50, START_LOST, true},
		{"beginning", 300, -1, false, false, 300, START_AHEAD, true},
		/* a partition that appeared later is read from its first record */
		{"end", -1, -1, true, false, 100, START_FITS, false},
		{"-10", -1, -1, true, false, 100, START_FITS, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct start start = start_of(cases[i].o);
		struct start_facts facts = {
			.committed = cases[i].committed,
			.low = 100,
			.high = 200,
			.at_time = cases[i].at_time,
			.at_end_time = START_NONE,
			.later = cases[i].later,
		};
		struct start_position at;

		start.reset = cases[i].reset;
		at = start_resolve(&start, &facts);
		assert_int_equal(at.offset, cases[i].offset);
		assert_int_equal(at.gap, cases[i].gap);
		assert_int_equal(at.committed, cases[i].as_committed);
		assert_int_equal(at.end, START_NONE);
	}
}

static void ends_where_the_end_was(void **state)
{
	struct start start = {.to_end = true};
	struct start_facts facts = {.committed = -1, .low = 0, .high = 50, .at_end_time = -1};

	(void)state;
	assert_int_equal(start_resolve(&start, &facts).end, 50);
	start = start_of("e@1000");
	assert_int_equal(start_resolve(&start, &facts).end, 50);
	facts.at_end_time = 20;
	assert_int_equal(start_resolve(&start, &facts).end, 20);
	start.to_end = true;
	assert_int_equal(start_resolve(&start, &facts).end, 20);
}

static void refuses_what_it_cannot_be(void **state)
{
	static const char *const cases[] = {"",
					    "now",
					    "1x",
					    "s@",
					    "s@-1",
					    "e@x",
					    "+1",
					    "- 1",
					    "1 ",
					    "s@ 1",
					    "e@-1",
					    "--1",
					    "99999999999999999999"};
	static const char *const twice[] = {"1", "2"}, *const both[] = {"s@1", "e@2"};
	struct start start;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *items[] = {cases[i]};

		start = (struct start){0};
		assert_int_equal(start_parse(&start, &(struct opt_list){items, 1}, &err), -1);
		assert_int_equal(err.status, EXIT_USAGE);
	}
	start = (struct start){0};
	assert_int_equal(start_parse(&start, &(struct opt_list){(const char **)twice, 2}, &err),
			 -1);
	start = (struct start){0};
	assert_int_equal(start_parse(&start, &(struct opt_list){(const char **)both, 2}, &err), 0);
	assert_int_equal(start.value, 1);
	assert_int_equal(start.end_ms, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves_each_form),
		cmocka_unit_test(ends_where_the_end_was),
		cmocka_unit_test(refuses_what_it_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
