/* links: json base */
#include "json/path.h"
#include "json/scan.h"
#include "json/text.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

static void only_what_must_be_escaped_is(void **state)
{
	static const struct {
		struct slice text, escaped;
	} cases[] = {
		{BYTES(""), BYTES("")},
		{BYTES("plain /\x7f\xc3\xa9\xe2\x80\xa8"),
		 BYTES("plain /\x7f\xc3\xa9\xe2\x80\xa8")},
		{BYTES("\"\\"), BYTES("\\\"\\\\")},
		{BYTES("\b\t\n\f\r"), BYTES("\\b\\t\\n\\f\\r")},
		{BYTES("\0\1\v\x1f"), BYTES("\\u0000\\u0001\\u000b\\u001f")},
		{BYTES("0123456789abcdef0123456789abcde\""),
		 BYTES("0123456789abcdef0123456789abcde\\\"")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0}, back = {0};

		json_add_escaped(&b, cases[i].text);
		assert_true(slice_eq(buf_slice(&b), cases[i].escaped));
		json_unescape(buf_slice(&b), &back);
		assert_true(slice_eq(buf_slice(&back), cases[i].text));
		buf_reset(&b);
		json_add_string(&b, cases[i].text);
		assert_int_equal(b.len, cases[i].escaped.n + 2);
		assert_int_equal(json_check(buf_slice(&b), NULL), JSON_STRING);
		buf_free(&b);
		buf_free(&back);
	}
}

static void escapes_stand_for_characters(void **state)
{
	static const struct {
		struct slice raw, text;
	} cases[] = {
		{BYTES("\\\"\\\\\\/\\b\\f\\n\\r\\t"), BYTES("\"\\/\b\f\n\r\t")},
		{BYTES("\\u0000\\u0041\\u00E9\\u20ac"), BYTES("\0A\xc3\xa9\xe2\x82\xac")},
		{BYTES("\\ud83d\\ude00\\uDBFF\\uDFFF"), BYTES("\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf")},
		/* Lone surrogates: three bytes that equal only themselves. */
		{BYTES("\\ud83d"), BYTES("\xed\xa0\xbd")},
		{BYTES("\\ude00\\ud83d"), BYTES("\xed\xb8\x80\xed\xa0\xbd")},
		{BYTES("\\ud83d\\ud83d\\ude00"), BYTES("\xed\xa0\xbd\xf0\x9f\x98\x80")},
		{BYTES("\\ud83dx\\ude00"), BYTES("\xed\xa0\xbdx\xed\xb8\x80")},
		{BYTES("\\ud83d\\n"), BYTES("\xed\xa0\xbd\n")},
		{BYTES("a\\u0062c"), BYTES("abc")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0};

		json_unescape(cases[i].raw, &b);
		assert_true(slice_eq(buf_slice(&b), cases[i].text));
		assert_int_equal(json_unescaped_len(cases[i].raw), cases[i].text.n);
		assert_true(json_unescaped_is(cases[i].raw, cases[i].text));
		assert_false(json_unescaped_is(
			cases[i].raw, (struct slice){cases[i].text.p, cases[i].text.n - 1}));
		buf_free(&b);
	}
}

static void every_character_comes_back(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 251) {
		struct buf b = {0}, back = {0};
		char text[4];
		unsigned n = utf8_put(text, code);

		if (code >= 0xd800 && code < 0xe000)
			continue;
		json_add_escaped(&b, (struct slice){text, n});
		json_unescape(buf_slice(&b), &back);
		assert_true(slice_eq(buf_slice(&back), (struct slice){text, n}));
		buf_reset(&b);
		if (code < 0x10000)
			buf_addf(&b, "\\u%04X", code);
		else
			buf_addf(&b, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
				 0xdc00 + (code & 0x3ff));
		assert_true(json_is(buf_slice(&b), (struct slice){text, n}));
		buf_free(&b);
		buf_free(&back);
	}
}

static void paths_find_one_value(void **state)
{
	static const char text[] = " {\"a\":{\"b\":[10,{\"c\":null},[\"x\"]],\"b "
				   "c\":1},\"a-b\":2,\"\\u00e9\":3,\"d\":4,"
				   "\"d\":5,\"\":6,\"'\":7,\"0\":8,\"a.b\":9} ";
	static const struct {
		const char *path, *value; /* NULL: nothing there */
	} cases[] = {
		{"$.a.b[0]", "10"},
		{"$.a.b[1].c", "null"},
		{"$.a.b[2][0]", "\"x\""},
		{"$.a['b c']", "1"},
		{"$['a'][\"b\"][1]['c']", "null"},
		{"$.a-b", "2"},
		{"$.\xc3\xa9", "3"},
		{"$.d", "5"},
		{"$['']", "6"},
		{"$['\\'']", "7"},
		{"$[\"'\"]", "7"},
		{"$['0']", "8"},
		{"$.0", "8"},
		{"$['a.b']", "9"},
		{"$.x", NULL},
		{"$.a.b[3]", NULL},
		{"$.a.b.c", NULL},
		{"$.a[0]", NULL},
		{"$[0]", NULL},
		{"$.d.x", NULL},
		{"$.a.b[18446744073709551615]", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err;
		struct json_path *path = json_path_new(cases[i].path, &err);
		struct slice value;

		assert_non_null(path);
		if (json_path_find(path, slice_of(text), &value) != (cases[i].value != NULL))
			fail_msg("%s", cases[i].path);
		if (cases[i].value && !slice_is(value, cases[i].value))
			fail_msg("%s: %.*s", cases[i].path, SLICE_ARG(value));
		json_path_free(path);
	}
}

static void the_whole_has_no_steps(void **state)
{
	struct err err;
	struct json_path *path = json_path_new("$", &err);
	struct slice value;

	(void)state;
	assert_int_equal(json_path_len(path), 0);
	assert_true(json_path_find(path, SLICE(" [1] "), &value));
	assert_true(slice_is(value, "[1]"));
	json_path_free(path);
	path = json_path_new("$.a['b.c'][7]", &err);
	assert_int_equal(json_path_len(path), 3);
	assert_true(slice_is(json_path_name(path, 1), "b.c"));
	assert_null(json_path_name(path, 2).p);
	json_path_free(path);
}

static void what_is_no_definite_path_is_refused(void **state)
{
	static const char *const bad[] = {
		"",	     "a",
		"$a",	     "$.",
		"$..a",	     "$.*",
		"$[*]",	     "$.a[]",
		"$.a[-1]",   "$.a[1:2]",
		"$.a[1,2]",  "$['a'",
		"$['a",	     "$['a']b",
		"$[?(@.a)]", "$.a b",
		"$ .a",	     "$.a ",
		"$.a.",	     "$[01x]",
		"$.\xff",    "$[18446744073709551616]",
		"@.a",	     "$['a\\",
		"$.a'b'",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = {0};

		if (json_path_new(bad[i], &err))
			fail_msg("%s is a path", bad[i]);
		assert_int_equal(err.status, EXIT_USAGE);
		assert_non_null(strstr(err.text, "is no definite JSON path: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_must_be_escaped_is),
		cmocka_unit_test(escapes_stand_for_characters),
		cmocka_unit_test(every_character_comes_back),
		cmocka_unit_test(paths_find_one_value),
		cmocka_unit_test(the_whole_has_no_steps),
		cmocka_unit_test(what_is_no_definite_path_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
