/* links: kebrun/verdict base */
#include "../../cmd/kebrun/verdict.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define STATUS(n)  ((n) << 8) /* as wait(2) packs an exit status */
#define BIT(n)	   (UINT64_C(1) << (n))
#define NOBODY	   9
#define STAGES_MAX 4

/* kebread | kebmap | kebput unless said otherwise; each ended `at` with `how`. */
struct example {
	const char *title;
	struct {
		int how;
		int64_t at;
		uint64_t sent;
	} stages[STAGES_MAX];
	size_t n;
	int status;
	size_t culprit;
};

static void judge(const struct example *example, enum role first)
{
	struct ending endings[STAGES_MAX] = {0};
	size_t n = example->n ? example->n : 3, culprit;
	int status;

	for (size_t i = 0; i < n; i++)
		endings[i] = (struct ending){.wait_status = example->stages[i].how,
					     .at_ms = example->stages[i].at,
					     .sent = example->stages[i].sent,
					     .role = i == 0 ? first : ROLE_FILTER,
					     .stage = (unsigned)i};
	status = verdict(endings, n, &culprit);
	if (culprit == n)
		culprit = NOBODY;
	if (status != example->status || culprit != example->culprit)
		fail_msg("%s: %d by stage %zu, expected %d by %zu", example->title, status, culprit,
			 example->status, example->culprit);
}

static void the_cause_decides_not_the_consequence(void **state)
{
	static const struct example examples[] = {
		{"all is well", {{0}}, .status = 0, .culprit = NOBODY},
		{"only kebread says unsettled", {{STATUS(1), 900, 0}}, .status = 1, .culprit = 0},
		{"kebput was refused, so kebread has unsettled records",
		 {{STATUS(1), 900, 0}, {0, 500, 0}, {STATUS(4), 100, 0}},
		 .status = 4,
		 .culprit = 2},
		{"kebput was refused, kebmap lost its reader",
		 {{STATUS(1), 900, 0}, {SIGPIPE, 500, 0}, {STATUS(4), 100, 0}},
		 .status = 4,
		 .culprit = 2},
		{"kebmap was killed, the others ended for it",
		 {{STATUS(1), 900, 0}, {SIGKILL, 100, 0}, {0, 400, 0}},
		 .status = 137,
		 .culprit = 1},
		{"kebread was killed within a line, which kebmap calls malformed",
		 {{SIGKILL, 100, 0}, {STATUS(3), 100, 0}, {SIGPIPE, 100, 0}},
		 .status = 137,
		 .culprit = 0},
		{"the reader of the last stage has left",
		 {{STATUS(1), 900, 0}, {0, 500, 0}, {SIGPIPE, 100, 0}},
		 .status = 141,
		 .culprit = 2},
		{"kebread stopped at a rejected record and lost its readers' patience",
		 {{STATUS(1), 100, 0}, {0, 100, 0}, {SIGPIPE, 120, 0}},
		 .status = 1,
		 .culprit = 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		judge(&examples[i], ROLE_SOURCE);
}

static void of_causes_the_earliest_then_the_most_downstream(void **state)
{
	static const struct example examples[] = {
		{"two in one moment",
		 {{0, 900, 0}, {STATUS(2), 100, 0}, {STATUS(4), 150, 0}},
		 .status = 4,
		 .culprit = 2},
		{"a full disk is a cause like any other",
		 {{0, 900, 0}, {STATUS(2), 100, 0}, {STATUS(6), 150, 0}},
		 .status = 6,
		 .culprit = 2},
		{"one after the other",
		 {{0, 900, 0}, {STATUS(2), 100, 0}, {STATUS(4), 300, 0}},
		 .status = 2,
		 .culprit = 1},
		{"the later one upstream",
		 {{STATUS(5), 900, 0}, {0, 100, 0}, {STATUS(4), 300, 0}},
		 .status = 4,
		 .culprit = 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		judge(&examples[i], ROLE_SOURCE);
}

static void a_signal_of_kebrun_is_no_failure(void **state)
{
	static const struct example examples[] = {
		{"stopped, and drained",
		 {{SIGTERM, 100, BIT(SIGTERM)}, {0, 200, 0}, {0, 300, 0}},
		 .status = 0,
		 .culprit = NOBODY},
		{"a shell reports it in its own way",
		 {{STATUS(128 + SIGTERM), 100, BIT(SIGTERM)}},
		 .status = 0,
		 .culprit = NOBODY},
		{"a TERM of somebody else's",
		 {{0, 200, 0}, {SIGTERM, 100, 0}, {0, 300, 0}},
		 .status = 143,
		 .culprit = 1},
		{"killed by kebrun because another failed",
		 {{STATUS(1), 900, BIT(SIGTERM)},
		  {STATUS(6), 100, 0},
		  {SIGKILL, 800, BIT(SIGTERM) | BIT(SIGKILL)}},
		 .status = 6,
		 .culprit = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		judge(&examples[i], ROLE_SOURCE);
}

static void a_reader_that_had_enough_fails_nobody(void **state)
{
	static const struct example examples[] = {
		{"yes | head -1",
		 {{SIGPIPE, 100, 0}, {0, 90, 0}},
		 .n = 2,
		 .status = 0,
		 .culprit = NOBODY},
		{"{ yes; } | head -1, through a shell",
		 {{STATUS(128 + SIGPIPE), 100, 0}, {0, 90, 0}},
		 .n = 2,
		 .status = 0,
		 .culprit = NOBODY},
		{"yes | false",
		 {{SIGPIPE, 100, 0}, {STATUS(1), 90, 0}},
		 .n = 2,
		 .status = 1,
		 .culprit = 1},
		{"a first stage that is no kebread may fail with 1",
		 {{STATUS(1), 50, 0}, {0, 90, 0}},
		 .n = 2,
		 .status = 1,
		 .culprit = 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		judge(&examples[i], ROLE_FOREIGN);
}

static void each_copy_has_readers_of_its_own(void **state)
{
	/* The last stage of copy 1 and the first of copy 2 are no neighbours. */
	const struct ending endings[] = {
		{.role = ROLE_SOURCE, .copy = 0, .stage = 0},
		{.role = ROLE_SINK, .copy = 0, .stage = 1, .wait_status = SIGPIPE},
		{.role = ROLE_SOURCE, .copy = 1, .stage = 0},
		{.role = ROLE_SINK, .copy = 1, .stage = 1},
	};
	size_t culprit;

	(void)state;
	assert_int_equal(verdict(endings, 4, &culprit), 141);
	assert_int_equal(culprit, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cause_decides_not_the_consequence),
		cmocka_unit_test(of_causes_the_earliest_then_the_most_downstream),
		cmocka_unit_test(a_signal_of_kebrun_is_no_failure),
		cmocka_unit_test(a_reader_that_had_enough_fails_nobody),
		cmocka_unit_test(each_copy_has_readers_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
