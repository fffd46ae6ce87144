/* links: kebrun/plan kebrun/split kebrun/lexer cli base */
#include "../../cmd/kebrun/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int plan_of(struct plan *plan, const char *text, struct err *err)
{
	struct split split;
	int result;

	assert_int_equal(split_pipeline(&split, slice_of(text), err), 0);
	result = plan_make(plan, &split, err);
	split_free(&split);
	return result;
}

static void the_shell_replaces_itself_by_a_simple_command(void **state)
{
	static const struct {
		const char *stage, *command, *name;
	} cases[] = {
		{"jq .a", "exec jq .a", "jq"},
		{"/usr/bin/jq .a", "exec /usr/bin/jq .a", "jq"},
		{"A=1 B='x y' jq .a", "A=1 B='x y' exec jq .a", "jq"},
		{"<in 2>&1 jq .a", "<in 2>&1 exec jq .a", "jq"},
		{"$FILTER x", "exec $FILTER x", "$FILTER"},
		{"env -i A=1 jq .a", "exec env -i A=1 jq .a", "jq"},
		{"exec jq .a", "exec jq .a", "jq"},
		{"command jq", "command jq", "command"},
		{"cd /x", "cd /x", "cd"},
		{". ./x", ". ./x", "."},
		{"A=1", "A=1", "sh"},
		{"(jq .a)", "(jq .a)", "sh"},
		{"{ jq .a; }", "{ jq .a; }", "sh"},
		{"f() { jq; }", "f() { jq; }", "sh"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf command = {0};
		struct err err = {0};
		struct plan plan;

		assert_int_equal(plan_of(&plan, cases[i].stage, &err), 0);
		plan_command(&plan.stages[0], 0, &command);
		assert_string_equal(buf_text(&command), cases[i].command);
		assert_string_equal(plan.stages[0].name, cases[i].name);
		buf_free(&command);
		plan_free(&plan);
	}
}

static void a_copy_has_its_number(void **state)
{
	static const struct {
		const char *stage, *second;
	} cases[] = {
		{"jq -X group.instance.id=w%i", "exec jq -X group.instance.id=w2"},
		{"jq '%i' a%%i %d", "exec jq '2' a%%i %d"},
		{"%i", "exec 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf command = {0};
		struct err err = {0};
		struct plan plan;

		assert_int_equal(plan_of(&plan, cases[i].stage, &err), 0);
		plan_command(&plan.stages[0], 2, &command);
		assert_string_equal(buf_text(&command), cases[i].second);
		buf_free(&command);
		plan_free(&plan);
	}
}

static void a_foreign_filter_is_put_under_kebexec(void **state)
{
	static const struct {
		const char *stage, *command;
	} cases[] = {
		{"jq -c .a", "exec kebexec --filter 'exec jq -c .a'"},
		{"jq -c '.a|.b' 2>log%i",
		 "exec kebexec --filter 'exec jq -c '\\''.a|.b'\\'' 2>log2'"},
		{"/bin/grep x", "exec kebexec --ok 0,1 --filter 'exec /bin/grep x'"},
		{"{ jq .; }", "exec kebexec --filter '{ jq .; }'"},
		{"nice kebmap", "exec kebexec --filter 'exec nice kebmap'"},
		{"kebmap", "exec kebmap"},
		{"kebexec --filter 'jq .'", "exec kebexec --filter 'jq .'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf command = {0}, pipeline = {0};
		struct err err = {0};
		struct plan plan;

		buf_addf(&pipeline, "kebread | %s | kebput", cases[i].stage);
		assert_int_equal(plan_of(&plan, buf_text(&pipeline), &err), 0);
		assert_int_equal(plan.stages[1].role, ROLE_FILTER);
		plan_command(&plan.stages[1], 2, &command);
		assert_string_equal(buf_text(&command), cases[i].command);
		buf_free(&command);
		buf_free(&pipeline);
		plan_free(&plan);
	}
}

/* A for the ack fd, S for the status fd, - for none. */
static void kebread_in_front_makes_a_loop(void **state)
{
	static const struct {
		const char *pipeline, *wires;
	} cases[] = {
		{"kebread -t a | kebmap | kebfilter -f p | keboffload | kebput", "ASSSS"},
		{"kebread -t a | kebwrite -t b", "AS"},
		{"/opt/keb/kebread | \"$KEB\"/kebput", "AS"},
		{"A=1 exec kebread | env -u B A=1 kebput", "AS"},
		{"kebread | kebmap | kebput --results | tee log", "ASS-"},
		{"kebread | jq . | (kebmap) | $F x | kebput", "ASSSS"},
		{"kebread | kebexec --ok 0 --filter 'jq .' | kebput", "ASS"},
		{"kebread | A=1 /x/kebexec -n 3 --sink 'curl $U' | jq .", "AS-"},
		{"kebread | kebexec --sink='curl $U'", "AS"},
		{"kebmap | kebput", "--"},
		{"cat f | kebfilter -p '{}' | jq .", "---"},
		{"{ kebread; } | kebput", "--"},
		{"nice kebread | kebput", "--"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		struct plan plan;

		if (plan_of(&plan, cases[i].pipeline, &err) != 0)
			fail_msg("%s: %s", cases[i].pipeline, err.text);
		assert_int_equal(plan.n, strlen(cases[i].wires));
		assert_int_equal(plan.loop, cases[i].wires[0] == 'A');
		for (size_t j = 0; j < plan.n; j++)
			assert_int_equal("-AS"[plan.stages[j].wire], cases[i].wires[j]);
		plan_free(&plan);
	}
}

static void a_loop_that_cannot_settle_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{"kebread -t a", "the last stage, 'kebread', settles no record"},
		{"kebread | jq .", "the last stage, 'jq', settles no record"},
		{"kebread | kebmap", "the last stage, 'kebmap', settles no record"},
		{"kebread | kebmap | kebfilter", "the last stage, 'kebfilter', settles no record"},
		{"kebread | keboffload",
		 "(end the pipeline with kebput, kebwrite or kebexec --sink"},
		{"kebread | kebexec --filter 'x --sink'", "the last stage, 'kebexec', settles no"},
		{"kebread | kebmap | { kebput; }", "the last stage, 'sh', settles no record"},
		{"kebread | kebread | kebput", "stage 2, kebread, reads Kafka and no lines"},
		{"cat x | kebread", "stage 2, kebread, reads Kafka and no lines"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		struct plan plan;

		if (plan_of(&plan, cases[i][0], &err) == 0)
			fail_msg("%s: taken", cases[i][0]);
		assert_int_equal(err.status, EXIT_USAGE);
		if (!strstr(err.text, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shell_replaces_itself_by_a_simple_command),
		cmocka_unit_test(a_copy_has_its_number),
		cmocka_unit_test(a_foreign_filter_is_put_under_kebexec),
		cmocka_unit_test(kebread_in_front_makes_a_loop),
		cmocka_unit_test(a_loop_that_cannot_settle_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
