/* links: kebrun/split kebrun/lexer base */
#include "../../cmd/kebrun/lexer.h"
#include "../../cmd/kebrun/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct example {
	const char *text;
	const char *stages[5]; /* up to the first NULL */
};

static void expect_stages(const struct example *example)
{
	struct err err = {0};
	struct split split;
	size_t n = 0;

	if (split_pipeline(&split, slice_of(example->text), &err) != 0)
		fail_msg("%s: %s", example->text, err.text);
	while (example->stages[n])
		n++;
	if (split.n != n)
		fail_msg("%s: %zu stages, expected %zu", example->text, split.n, n);
	for (size_t i = 0; i < n; i++)
		if (!slice_is(split.stages[i], example->stages[i]))
			fail_msg("%s: stage %zu is <%.*s>", example->text, i + 1,
				 SLICE_ARG(split.stages[i]));
	split_free(&split);
}

static void a_pipeline_is_cut_at_its_bars(void **state)
{
	static const struct example examples[] = {
		{"kebread", {"kebread"}},
		{"a|b|c", {"a", "b", "c"}},
		{"  a -x | b  'y'\t", {"a -x", "b  'y'"}},
		{"\n a |\n\n b\n\n", {"a", "b"}},
		{"a \\\n | b \\\n -x", {"a", "b \\\n -x"}},
		{"a | # the reader\n b # the writer", {"a", "b"}},
		{"a#b | c", {"a#b", "c"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		expect_stages(&examples[i]);
}

static void quotes_and_escapes_hide_a_bar(void **state)
{
	static const struct example examples[] = {
		{"a '|' | b", {"a '|'", "b"}},
		{"a \"|\" | b", {"a \"|\"", "b"}},
		{"a \\| | b", {"a \\|", "b"}},
		{"a \"\\\"|\" | b", {"a \"\\\"|\"", "b"}},
		{"a 'it'\\''s|' | b", {"a 'it'\\''s|'", "b"}},
		{"a \"'|\" | b", {"a \"'|\"", "b"}},
		{"a '\"|' | b", {"a '\"|'", "b"}},
		{"a x'|'y\"|\"z | b", {"a x'|'y\"|\"z", "b"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		expect_stages(&examples[i]);
}

static void expansions_hide_a_bar(void **state)
{
	static const struct example examples[] = {
		{"a $(b|c; d) | e", {"a $(b|c; d)", "e"}},
		{"a \"$(b \"x|\" | c)|\" | d", {"a \"$(b \"x|\" | c)|\"", "d"}},
		{"a `b|c` | d", {"a `b|c`", "d"}},
		{"a `b \\`c|\\`` | d", {"a `b \\`c|\\``", "d"}},
		{"a ${x:-|} | d", {"a ${x:-|}", "d"}},
		{"a ${x#'}|'} | d", {"a ${x#'}|'}", "d"}},
		{"a \"${x#'}|'}\" | d", {"a \"${x#'}|'}\"", "d"}},
		{"a \"${x:-it's}\" | d", {"a \"${x:-it's}\"", "d"}},
		{"a ${x:-\"}\"|} | d", {"a ${x:-\"}\"|}", "d"}},
		{"a $((1|2)) | d", {"a $((1|2))", "d"}},
		{"a $(((1<<2)|3)) | d", {"a $(((1<<2)|3))", "d"}},
		{"a $(b # it's ) |\n) | d", {"a $(b # it's ) |\n)", "d"}},
		{"a ${#x} $# $$ | d", {"a ${#x} $# $$", "d"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		expect_stages(&examples[i]);
}

static void groups_hide_everything(void **state)
{
	static const struct example examples[] = {
		{"(a|b; c) | d", {"(a|b; c)", "d"}},
		{"{ a | b || c; } | d", {"{ a | b || c; }", "d"}},
		{"{ a; { b; }; } 2>&1 | d", {"{ a; { b; }; } 2>&1", "d"}},
		{"{ a }; b; } | d", {"{ a }; b; }", "d"}},
		{"{ if a; then b; fi } | d", {"{ if a; then b; fi }", "d"}},
		{"{ (a) } | d", {"{ (a) }", "d"}},
		{"{ f() { a; }; f & } | d", {"{ f() { a; }; f & }", "d"}},
		{"a{ | b}", {"a{", "b}"}},
		{"a { | b }", {"a {", "b }"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		expect_stages(&examples[i]);
}

static void redirections_are_no_bars(void **state)
{
	static const struct example examples[] = {
		{"a >|f | b", {"a >|f", "b"}},
		{"a 2>&1 | b", {"a 2>&1", "b"}},
		{"a <&3 >&4 2>>f | b", {"a <&3 >&4 2>>f", "b"}},
		{"<f a | b >'x|y'", {"<f a", "b >'x|y'"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		expect_stages(&examples[i]);
}

static void what_is_no_pipeline_is_refused_with_the_reason(void **state)
{
	static const char *const cases[][2] = {
		{"a || b", "has '||' between commands: only '|' joins stages"},
		{"a && b", "has '&&' between commands"},
		{"a; b", "has ';' between commands"},
		{"a;", "has ';' between commands"},
		{"a & | b", "has '&' between commands: kebrun waits for every stage"},
		{"a |& b", "'|&' between commands: not every shell knows it (write '2>&1 |')"},
		{"a\nb", "a newline ends the pipeline before its last stage"},
		{"a\n| b", "a newline ends the pipeline before its last stage"},
		{"", "stage 1 of the pipeline is empty"},
		{" # nothing\n", "stage 1 of the pipeline is empty"},
		{"a | | b", "stage 2 of the pipeline is empty"},
		{"a |", "stage 2 of the pipeline is empty"},
		{"| a", "stage 1 of the pipeline is empty"},
		{"! a | b", "'!' would hide how a stage ended"},
		{"a 'b", "ends inside single quotes"},
		{"a \"b", "ends inside double quotes"},
		{"a `b", "ends inside backquotes"},
		{"a $(b", "ends inside (...)"},
		{"a \"$(b)", "ends inside double quotes"},
		{"a ${b", "ends inside ${...}"},
		{"a $((1)", "ends inside $((...))"},
		{"(a", "ends inside (...)"},
		{"{ a", "ends inside { ...; }"},
		{"a ) | b", "has a ')' without its '('"},
		{"a <<EOF\nx\nEOF", "a here-document cannot be part"},
		{"{ a <<-EOF; } | b", "a here-document cannot be part"},
		{"a $'x' | b", "$'...' is not the same in every shell"},
		{"{ case x in a) b;; esac; } | c", "'case' in a pipeline is not understood"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		struct split split;

		if (split_pipeline(&split, slice_of(cases[i][0]), &err) == 0)
			fail_msg("%s: taken", cases[i][0]);
		assert_int_equal(err.status, EXIT_USAGE);
		if (!strstr(err.text, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], err.text);
	}
}

static void deep_nesting_is_refused(void **state)
{
	struct buf text = {0};
	struct err err = {0};
	struct split split;

	(void)state;
	for (int i = 0; i < 10000; i++)
		BUF_LIT(&text, "$(");
	assert_int_equal(split_pipeline(&split, buf_slice(&text), &err), -1);
	assert_string_equal(err.text, "the pipeline nests deeper than 100 levels");
	buf_free(&text);
}

static void a_name_is_what_the_quotes_leave(void **state)
{
	static const struct {
		const char *word, *name;
	} cases[] = {
		{"kebread", "kebread"},
		{"/opt/keb/bin/kebread", "kebread"},
		{"\"$KEB/bin\"/kebread", "kebread"},
		{"'/opt/my keb/kebread'", "kebread"},
		{"keb\\read", "kebread"},
		{"\\kebread", "kebread"},
		{"ke'b're\"ad\"", "kebread"},
		{"$READER", NULL},
		{"keb$WHAT", NULL},
		{"`which kebread`", NULL},
		{"dir/", NULL},
	};
	struct buf name = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool known = lexer_name(slice_of(cases[i].word), &name);

		assert_int_equal(known, cases[i].name != NULL);
		if (known)
			assert_string_equal(buf_text(&name), cases[i].name);
	}
	buf_free(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipeline_is_cut_at_its_bars),
		cmocka_unit_test(quotes_and_escapes_hide_a_bar),
		cmocka_unit_test(expansions_hide_a_bar),
		cmocka_unit_test(groups_hide_everything),
		cmocka_unit_test(redirections_are_no_bars),
		cmocka_unit_test(what_is_no_pipeline_is_refused_with_the_reason),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(a_name_is_what_the_quotes_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
