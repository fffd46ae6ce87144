/* links: kebmap/detail_type kebmap/template json base */
#include "../../cmd/kebmap/detail_type.h"
#include "../../cmd/kebmap/template.h"

#include "base/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_template_is_text_with_topics(void **state)
{
	static const struct {
		const char *text, *topic, *out;
	} cases[] = {
		{"shop", "t", "shop"},
		{"{topic}", "t", "t"},
		{"a.{topic}.{topic}", "orders", "a.orders.orders"},
		{"{topic}{topic}x", "t", "ttx"},
		{"\"{\\}\n{}{topic", "t", "\\\"{\\\\}\\n{}{topic"},
		{"{Topic} { topic}", "t", "{Topic} { topic}"},
		{"x{topic}", "a\\u0022b", "xa\\u0022b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err;
		struct template *t = template_new(cases[i].text, "--x", 100, &err);
		struct buf out = {0};

		assert_non_null(t);
		template_add(t, &out, slice_of(cases[i].topic));
		assert_string_equal(buf_text(&out), cases[i].out);
		buf_free(&out);
		template_free(t);
	}
}

static void a_template_that_cannot_be_meant_is_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "--x is blank (give it a text)"},
		{" \t", "--x is blank (give it a text)"},
		{"a\xff", "--x is not UTF-8"},
		{"{key}", "--x has an unknown placeholder at position 1 (known: {topic})"},
		{"${topic}", "--x has '${topic}' (write {topic}, without the '$')"},
		{"12345678901", "--x is too long: 11 characters, EventBridge takes 10"},
	};
	struct err err;
	struct template *t;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(template_new(cases[i].text, "--x", 10, &err));
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(err.status, EXIT_USAGE);
	}
	/* How long it gets with a topic in it is not known yet. */
	t = template_new("{topic}12345678901", "--x", 10, &err);
	assert_non_null(t);
	template_free(t);
}

static void the_path_wins_then_the_topic_then_the_text(void **state)
{
	const char *topics[] = {"a=A", "b=B {topic}"};
	const struct detail_type_conf conf = {
		.text = "other {topic}", .for_topics = {topics, 2}, .path = "$.x[0].type"};
	static const struct {
		const char *topic, *value, *out;
	} cases[] = {
		{"a", "{\"x\":[{\"type\":\"T\\n\"}]}", "T\\n"},
		{"a", "{\"x\":[{\"type\":\"\"}]}", "A"},
		{"b", "{\"x\":[{\"type\":\" \\t\\u0020\"}]}", "B b"},
		{"c", "{\"x\":[{\"type\":[\"T\"]}]}", "other c"},
		{"c", "\"x\"", "other c"},
		{"\\u0061", "{}", "A"},
		{"aa", NULL, "other aa"},
	};
	struct err err;
	struct detail_type *t = detail_type_new(&conf, &err);

	(void)state;
	assert_non_null(t);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = {0};

		detail_type_add(t, &out, slice_of(cases[i].topic), slice_of(cases[i].value));
		assert_string_equal(buf_text(&out), cases[i].out);
		buf_free(&out);
	}
	assert_int_equal(detail_type_missed(t), 5);
	detail_type_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_is_text_with_topics),
		cmocka_unit_test(a_template_that_cannot_be_meant_is_refused),
		cmocka_unit_test(the_path_wins_then_the_topic_then_the_text),
	};

	msg_program("test_detail_type");
	msg_level(MSG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
