/* links: json base */
#include "json/scan.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

/* RFC 8259, what is one value and what is not, and at which byte it ceases to be. */

static void values_are_values(void **state)
{
	static const struct {
		const char *text;
		enum json_type type;
	} cases[] = {
		{"null", JSON_NULL},
		{"true", JSON_TRUE},
		{"false", JSON_FALSE},
		{" \t\r\n0 \n", JSON_NUMBER},
		{"-0", JSON_NUMBER},
		{"-0.0e-0", JSON_NUMBER},
		{"1E400", JSON_NUMBER},
		{"10.50e+07", JSON_NUMBER},
		{"18446744073709551616", JSON_NUMBER},
		{"123456789012345678901234567890123456789012345678901234567890", JSON_NUMBER},
		{"\"\"", JSON_STRING},
		{"\"/\\/\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\uFfFf\"", JSON_STRING},
		{"\"\\ud83d\\ude00 \\ud83d \\ude00 \\ude00\\ud83d\"", JSON_STRING},
		{"\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"",
		 JSON_STRING},
		{"\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\xe2\x80\xa8\"", JSON_STRING},
		{"\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef012\"",
		 JSON_STRING},
		{"[]", JSON_ARRAY},
		{"[ ]", JSON_ARRAY},
		{"[[],{},[[]],\"]\",null ]", JSON_ARRAY},
		{"{}", JSON_OBJECT},
		{"{ }", JSON_OBJECT},
		{"{\"\":{\"\":[{}]},\"\":\"}\"}", JSON_OBJECT},
		{"\t{\r\n\"a\"\n:\t1\r,\n\"a\" : [ 1 , 2 ]\n}\n", JSON_OBJECT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_fault fault = {0, "none"};

		if (json_check(slice_of(cases[i].text), &fault) != cases[i].type)
			fail_msg("%s: %s at %zu", cases[i].text, fault.what, fault.at);
	}
}

struct faulty {
	struct slice text;
	size_t at;
	const char *what;
};

static void check_faults(const struct faulty *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct json_fault fault = {99, "none"};
		struct slice text = cases[i].text;
		/* A block of its own, so that a sanitizer sees a read behind it. */
		char *copy = malloc(text.n ? text.n : 1);

		memcpy(copy, text.p, text.n);
		if (json_check((struct slice){copy, text.n}, &fault) != JSON_NONE)
			fail_msg("case %zu is JSON: %.*s", i, SLICE_ARG(text));
		if (fault.at != cases[i].at || strcmp(fault.what, cases[i].what) != 0)
			fail_msg("case %zu: %s at %zu, expected %s at %zu", i, fault.what, fault.at,
				 cases[i].what, cases[i].at);
		assert_int_equal(json_check((struct slice){copy, text.n}, NULL), JSON_NONE);
		free(copy);
	}
}

static void what_is_no_value(void **state)
{
	static const struct faulty cases[] = {
		{BYTES(""), 0, "expected a value"},
		{BYTES(" \t\n\r"), 4, "expected a value"},
		{BYTES("\0"), 0, "expected a value"},
		{BYTES("\f1"), 0, "expected a value"},
		{BYTES("\xc2\xa0"), 0, "expected a value"},
		{BYTES("\xef\xbb\xbf{}"), 0, "expected a value"},
		{BYTES("\xff\xfe{\0}\0"), 0, "expected a value"},
		{BYTES("nul"), 0, "expected a value"},
		{BYTES("nulL"), 0, "expected a value"},
		{BYTES("TRUE"), 0, "expected a value"},
		{BYTES("NaN"), 0, "expected a value"},
		{BYTES("Infinity"), 0, "expected a value"},
		{BYTES("undefined"), 0, "expected a value"},
		{BYTES("'a'"), 0, "expected a value"},
		{BYTES("/**/1"), 0, "expected a value"},
	};

	(void)state;
	check_faults(cases, sizeof cases / sizeof *cases);
}

static void what_is_no_number(void **state)
{
	static const struct faulty cases[] = {
		{BYTES("-"), 1, "expected a digit"},
		{BYTES("-Infinity"), 1, "expected a digit"},
		{BYTES("+1"), 0, "expected a value"},
		{BYTES(".5"), 0, "expected a value"},
		{BYTES("1."), 2, "expected a digit"},
		{BYTES("1.e1"), 2, "expected a digit"},
		{BYTES("1e"), 2, "expected a digit"},
		{BYTES("1e+"), 3, "expected a digit"},
		{BYTES("1e1.5"), 3, "text behind the value"},
		{BYTES("01"), 1, "number with a leading zero"},
		{BYTES("-00"), 2, "number with a leading zero"},
		{BYTES("0x10"), 1, "text behind the value"},
		{BYTES("1_000"), 1, "text behind the value"},
		{BYTES("\xef\xbc\x91"), 0, "expected a value"},
		{BYTES("12345678901234567890.x"), 21, "expected a digit"},
	};

	(void)state;
	check_faults(cases, sizeof cases / sizeof *cases);
}

static void what_is_no_string(void **state)
{
	static const struct faulty cases[] = {
		{BYTES("\""), 1, "string is not closed"},
		{BYTES("\"a"), 2, "string is not closed"},
		{BYTES("\"a\\"), 3, "string is not closed"},
		{BYTES("\"a\\\""), 4, "string is not closed"},
		{BYTES("\"\\x41\""), 1, "unknown escape in a string"},
		{BYTES("\"\\\0\""), 1, "unknown escape in a string"},
		{BYTES("\"\\'\""), 1, "unknown escape in a string"},
		{BYTES("\"\\U0041\""), 1, "unknown escape in a string"},
		{BYTES("\"\\u004\""), 1, "\\u needs four hexadecimal digits"},
		{BYTES("\"\\u00g0\""), 1, "\\u needs four hexadecimal digits"},
		{BYTES("\"\\u12"), 1, "\\u needs four hexadecimal digits"},
		{BYTES("\"a\0b\""), 2, "control byte in a string"},
		{BYTES("\"\n\""), 1, "control byte in a string"},
		{BYTES("\"0123456789abcdefghijklmnopqrst\t\""), 31, "control byte in a string"},
	};

	(void)state;
	check_faults(cases, sizeof cases / sizeof *cases);
}

static void what_is_no_utf8(void **state)
{
	/* stray, cut, overlong, surrogate, beyond U+10FFFF */
	static const struct faulty cases[] = {
		{BYTES("\"\x80\""), 1, "invalid UTF-8"},
		{BYTES("\"\xc3\""), 1, "invalid UTF-8"},
		{BYTES("\"\xc3"), 1, "invalid UTF-8"},
		{BYTES("\"\xe2\x82\""), 1, "invalid UTF-8"},
		{BYTES("\"\xf0\x9f\x98"), 1, "invalid UTF-8"},
		{BYTES("\"\xc0\xaf\""), 1, "invalid UTF-8"},
		{BYTES("\"\xc1\xbf\""), 1, "invalid UTF-8"},
		{BYTES("\"\xe0\x9f\xbf\""), 1, "invalid UTF-8"},
		{BYTES("\"\xf0\x8f\xbf\xbf\""), 1, "invalid UTF-8"},
		{BYTES("\"\xed\xa0\x80\""), 1, "invalid UTF-8"},
		{BYTES("\"\xf4\x90\x80\x80\""), 1, "invalid UTF-8"},
		{BYTES("\"\xf5\x80\x80\x80\""), 1, "invalid UTF-8"},
		{BYTES("\"\xff\""), 1, "invalid UTF-8"},
		{BYTES("\"0123456789abcdefghijklmnopqrst\xe2\x82\""), 31, "invalid UTF-8"},
		{BYTES("{\"\xff\":1}"), 2, "invalid UTF-8"},
	};

	(void)state;
	check_faults(cases, sizeof cases / sizeof *cases);
}

static void what_is_no_array(void **state)
{
	static const struct faulty cases[] = {
		{BYTES("["), 1, "expected a value"},
		{BYTES("[1"), 2, "expected ',' or ']'"},
		{BYTES("[1,"), 3, "expected a value"},
		{BYTES("[1,]"), 3, "expected a value"},
		{BYTES("[,1]"), 1, "expected a value"},
		{BYTES("[1 2]"), 3, "expected ',' or ']'"},
		{BYTES("[1}"), 2, "expected ',' or ']'"},
		{BYTES("[1:2]"), 2, "expected ',' or ']'"},
		{BYTES("[{}"), 3, "expected ',' or ']'"},
	};

	(void)state;
	check_faults(cases, sizeof cases / sizeof *cases);
}

static void what_is_no_object(void **state)
{
	static const struct faulty cases[] = {
		{BYTES("{"), 1, "expected a member name"},
		{BYTES("{1:2}"), 1, "expected a member name"},
		{BYTES("{a:2}"), 1, "expected a member name"},
		{BYTES("{'a':2}"), 1, "expected a member name"},
		{BYTES("{\"a\"}"), 4, "expected ':'"},
		{BYTES("{\"a\":}"), 5, "expected a value"},
		{BYTES("{\"a\"::1}"), 5, "expected a value"},
		{BYTES("{\"a\":1"), 6, "expected ',' or '}'"},
		{BYTES("{\"a\":1]"), 6, "expected ',' or '}'"},
		{BYTES("{\"a\":1,}"), 7, "expected a member name"},
		{BYTES("{\"a\":1 \"b\":2}"), 7, "expected ',' or '}'"},
		{BYTES("{\"a\":[1,{\"b\":[}]}]}"), 14, "expected a value"},
	};

	(void)state;
	check_faults(cases, sizeof cases / sizeof *cases);
}

static void what_is_behind_the_value(void **state)
{
	static const struct faulty cases[] = {
		{BYTES("{} x"), 3, "text behind the value"},
		{BYTES("{}{}"), 2, "text behind the value"},
		{BYTES("1,"), 1, "text behind the value"},
		{BYTES("[]]"), 2, "text behind the value"},
		{BYTES("1\0"), 1, "text behind the value"},
		{BYTES("\"\"\""), 2, "text behind the value"},
	};

	(void)state;
	check_faults(cases, sizeof cases / sizeof *cases);
}

/* n brackets of alternating kind, closed again. */
static struct buf nested(size_t n)
{
	struct buf b = {0};

	for (size_t i = 0; i < n; i++)
		i % 2 ? BUF_LIT(&b, "{\"a\":") : BUF_LIT(&b, "[");
	BUF_LIT(&b, "1");
	while (n--)
		buf_addc(&b, n % 2 ? '}' : ']');
	return b;
}

static void depth_is_bounded(void **state)
{
	static const struct {
		size_t depth;
		unsigned within;
		bool good;
	} cases[] = {
		{1, 0, true},
		{64, 0, true},
		{65, 0, true},
		{JSON_DEPTH_MAX, 0, true},
		{JSON_DEPTH_MAX + 1, 0, false},
		{JSON_DEPTH_MAX - 2, 2, true},
		{JSON_DEPTH_MAX - 1, 2, false},
		{0, JSON_DEPTH_MAX, true},
		{1, JSON_DEPTH_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = nested(cases[i].depth);
		struct json_fault fault = {0, ""};
		enum json_type type = json_check_within(buf_slice(&b), cases[i].within, &fault);

		if ((type != JSON_NONE) != cases[i].good)
			fail_msg("depth %zu within %u", cases[i].depth, cases[i].within);
		if (!cases[i].good)
			assert_string_equal(fault.what, "nested too deeply");
		buf_free(&b);
	}
}

/* Every cut of a text, and every byte of it changed, is told from the whole. */
static void no_prefix_is_a_value(void **state)
{
	const struct slice text =
		SLICE("{\"a\":[1.5e+3,-0,\"\\u00e9\xc3\xa9\\\\\",{\"b\":null}],\"c\":"
		      "{\"0123456789abcdef\":[true,false,[]]}}");

	(void)state;
	assert_int_equal(json_check(text, NULL), JSON_OBJECT);
	for (size_t n = 0; n < text.n; n++) {
		char *copy = malloc(n ? n : 1);
		struct json_fault fault = {0};

		memcpy(copy, text.p, n);
		assert_int_equal(json_check((struct slice){copy, n}, &fault), JSON_NONE);
		assert_in_range(fault.at, n > 8 ? n - 8 : 0, n);
		free(copy);
	}
}

struct seen {
	struct buf text;
	int stop_at, n;
};

static bool see(void *ctx, const struct json_member *m)
{
	struct seen *seen = ctx;

	buf_addf(&seen->text, "%.*s|%.*s|%d|%.*s\n", SLICE_ARG(m->name), SLICE_ARG(m->value),
		 (int)m->type, SLICE_ARG(m->whole));
	return ++seen->n != seen->stop_at;
}

static void members_are_handed_out_in_order(void **state)
{
	struct seen seen = {0};
	struct json_fault fault = {0};

	(void)state;
	assert_true(
		json_check_object(SLICE(" { \"a\" : 1 ,\"\\u0062\":[ {\"x\":2} ],\"a\":\"s\" } "),
				  see, &seen, &fault));
	assert_string_equal(buf_text(&seen.text),
			    "a|1|4|\"a\" : 1\n"
			    "\\u0062|[ {\"x\":2} ]|6|\"\\u0062\":[ {\"x\":2} ]\n"
			    "a|\"s\"|5|\"a\":\"s\"\n");
	buf_free(&seen.text);
}

static void an_object_that_is_none_is_a_fault(void **state)
{
	static const struct {
		const char *text;
		int stop_at;
		size_t at;
		const char *what;
		int seen;
	} cases[] = {
		{"", 0, 0, "expected an object", 0},
		{" []", 0, 1, "expected an object", 0},
		{"{\"a\":1,\"b\":}", 0, 11, "expected a value", 1},
		{"{\"a\":1,\"b\":2", 0, 12, "expected ',' or '}'", 2},
		{"{\"a\":1}]", 0, 7, "text behind the value", 1},
		{"{\"a\":1, \"b\": 2}", 2, 13, "a value that this member cannot have", 2},
		{"{}x", 0, 2, "text behind the value", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen seen = {.stop_at = cases[i].stop_at};
		struct json_fault fault = {0};

		assert_false(json_check_object(slice_of(cases[i].text), see, &seen, &fault));
		assert_int_equal(fault.at, cases[i].at);
		assert_string_equal(fault.what, cases[i].what);
		assert_int_equal(seen.n, cases[i].seen);
		buf_free(&seen.text);
	}
}

static void a_walk_sees_what_the_check_saw(void **state)
{
	struct json_member m;
	struct json_walk w;
	struct seen seen = {.stop_at = -1};

	(void)state;
	json_walk(&w, SLICE("{ \"a\" : 1 ,\"b\\\"\":[ {\"x\":\"]\"} ],\"a\":\"s\" }"));
	while (json_next(&w, &m))
		see(&seen, &m);
	json_walk(&w, SLICE("[ 1 ,\"a\\\\\", [2,[]] ,{\"x\":{}},null]"));
	while (json_next(&w, &m)) {
		assert_null(m.name.p);
		assert_null(m.whole.p);
		buf_addf(&seen.text, "%.*s|%d\n", SLICE_ARG(m.value), (int)m.type);
	}
	assert_string_equal(buf_text(&seen.text),
			    "a|1|4|\"a\" : 1\n"
			    "b\\\"|[ {\"x\":\"]\"} ]|6|\"b\\\"\":[ {\"x\":\"]\"} ]\n"
			    "a|\"s\"|5|\"a\":\"s\"\n"
			    "1|4\n\"a\\\\\"|5\n[2,[]]|6\n{\"x\":{}}|7\nnull|1\n");
	buf_free(&seen.text);
	json_walk(&w, SLICE("[ ]"));
	assert_false(json_next(&w, &m));
	json_walk(&w, SLICE("7"));
	assert_false(json_next(&w, &m));
}

static void names_are_compared_by_what_they_spell(void **state)
{
	static const struct {
		const char *raw, *text;
		bool same;
	} cases[] = {
		{"", "", true},
		{"a", "", false},
		{"", "a", false},
		{"detail", "detail", true},
		{"detail", "details", false},
		{"details", "detail", false},
		{"\\u0064etail", "detail", true},
		{"d\\u0065tail", "detail", true},
		{"\\\\", "\\", true},
		{"\\\\", "\\\\", false},
		{"\\/", "/", true},
		{"\\u00e9", "\xc3\xa9", true},
		{"\\ud83d\\ude00", "\xf0\x9f\x98\x80", true},
		{"\\u0000", "", false},
		{"a\\u0000", "a", false},
		{"\\n", "n", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (json_is(slice_of(cases[i].raw), slice_of(cases[i].text)) != cases[i].same)
			fail_msg("%s and %s", cases[i].raw, cases[i].text);
}

static void small_things(void **state)
{
	(void)state;
	assert_true(slice_is(json_trim(SLICE(" \r\n\t[ 1 ] ")), "[ 1 ]"));
	assert_int_equal(json_trim(SLICE(" \n")).n, 0);
	assert_true(slice_is(json_raw(SLICE("\"a\\\"\"")), "a\\\""));
	assert_non_null(json_raw(SLICE("\"\"")).p);
	assert_null(json_raw(SLICE("1")).p);
	assert_null(json_raw(SLICE("null")).p);
	assert_int_equal(json_type_of(SLICE_NONE), JSON_NONE);
	assert_int_equal(json_type_of(SLICE("-1")), JSON_NUMBER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_values),
		cmocka_unit_test(what_is_no_value),
		cmocka_unit_test(what_is_no_number),
		cmocka_unit_test(what_is_no_string),
		cmocka_unit_test(what_is_no_utf8),
		cmocka_unit_test(what_is_no_array),
		cmocka_unit_test(what_is_no_object),
		cmocka_unit_test(what_is_behind_the_value),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(no_prefix_is_a_value),
		cmocka_unit_test(members_are_handed_out_in_order),
		cmocka_unit_test(an_object_that_is_none_is_a_fault),
		cmocka_unit_test(a_walk_sees_what_the_check_saw),
		cmocka_unit_test(names_are_compared_by_what_they_spell),
		cmocka_unit_test(small_things),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
