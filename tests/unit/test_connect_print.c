/* links: connect json base */
#include "connect/print.h"
#include "connect/shortest.h"
#include "random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_text(struct buf *b, const char *expected)
{
	assert_string_equal(buf_text(b), expected);
	buf_free(b);
}

static void doubles_are_laid_out_as_java_does(void **unused)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0.0, "0.0"},
		{-0.0, "-0.0"},
		{1.0, "1.0"},
		{-1.5, "-1.5"},
		{100.0, "100.0"},
		{1234567.0, "1234567.0"},
		{9999999.0, "9999999.0"},
		{9999999.5, "9999999.5"},
		{1e7, "1.0E7"},
		{123456789.125, "1.23456789125E8"},
		{0.001, "0.001"},
		{0.00123, "0.00123"},
		{0.0001, "1.0E-4"},
		{0.1, "0.1"},
		{12345.678, "12345.678"},
		{9007199254740993.0, "9.007199254740992E15"},
		{1e22, "1.0E22"},
		{1e23, "1.0E23"},
		{2e23, "2.0E23"},
		{8.41e21, "8.41E21"},
		{2.2250738585072014e-308, "2.2250738585072014E-308"},
		{1.7976931348623157e308, "1.7976931348623157E308"},
		{4.9e-324, "4.9E-324"},
		{9.9e-324, "9.9E-324"},
		{1.5e-323, "1.5E-323"},
		/* A power of two: the space below it is half of that above. */
		{9.5367431640625e-7, "9.5367431640625E-7"},
		{5.684341886080802e-14, "5.684341886080802E-14"},
		{9.007199254740992e15, "9.007199254740992E15"},
		{NAN, "\"NaN\""},
		{INFINITY, "\"Infinity\""},
		{-INFINITY, "\"-Infinity\""},
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = {0};

		connect_add_double(&b, cases[i].value);
		assert_text(&b, cases[i].text);
	}
}

static void floats_have_digits_of_their_own(void **unused)
{
	static const struct {
		float value;
		const char *text;
	} cases[] = {
		{0.1F, "0.1"},
		{0.5F, "0.5"},
		{1.6777216e7F, "1.6777216E7"},
		{3.4028235e38F, "3.4028235E38"},
		{1.5e-5F, "1.5E-5"},
		{1.4e-45F, "1.4E-45"},
		{1.17549435e-38F, "1.1754944E-38"},
		{33554432.0F, "3.3554432E7"},
		{2.0e10F, "2.0E10"},
		{-0.0F, "-0.0"},
		{NAN, "\"NaN\""},
		{-INFINITY, "\"-Infinity\""},
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = {0};

		connect_add_float(&b, cases[i].value);
		assert_text(&b, cases[i].text);
	}
}

/* The fewest digits of %e that read back: the C library is exact, though slow. */
static int fewest(double value, bool is_float)
{
	char text[40];

	for (int digits = 1; digits < 17; digits++) {
		snprintf(text, sizeof text, "%.*e", digits - 1, value);
		if (is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
			return digits;
	}
	return 17;
}

static int digits_of(uint64_t digits)
{
	int n = 1;

	while (digits /= 10)
		n++;
	return n;
}

/* Reads back, has no digit too many, and no text of as many digits is closer. */
static void check_shortest(double value, struct shortest s, bool is_float)
{
	char text[64], closest[64];
	int n = digits_of(s.digits);

	snprintf(text, sizeof text, "%llue%d", (unsigned long long)s.digits, s.exponent);
	if (is_float)
		assert_true(strtof(text, NULL) == (float)value);
	else
		assert_true(strtod(text, NULL) == value);
	if (n <= 2)
		return;
	assert_true(n <= fewest(value, is_float));
	snprintf(closest, sizeof closest, "%.*e", n - 1, value);
	if (is_float ? strtof(closest, NULL) == (float)value : strtod(closest, NULL) == value) {
		snprintf(text, sizeof text, "%c.%.*s", closest[0], n - 1, closest + 2);
		assert_int_equal(strtoull(closest, NULL, 10) * (uint64_t)pow(10, n - 1) +
					 strtoull(closest + 2, NULL, 10),
				 s.digits);
	}
}

static void any_double_reads_back_with_the_fewest_digits(void **unused)
{
	(void)unused;
	for (int i = 0; i < 60000; i++) {
		uint64_t bits = random_bits() & INT64_MAX;
		double value;

		if (i % 3 == 1) /* amounts */
			value = (double)(bits % 1000000000) / 100;
		else if (i % 3 == 2) { /* around powers of two, where the spacing changes */
			bits = (bits & (UINT64_C(0x7ff) << 52)) + random_bits() % 3 - 1;
			memcpy(&value, &bits, sizeof value);
		} else
			memcpy(&value, &bits, sizeof value);
		if (isfinite(value) && value > 0)
			check_shortest(value, shortest_double(value), false);
	}
}

static void any_float_reads_back_with_the_fewest_digits(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < 40000; i++) {
		uint32_t bits = i % 4 ? (uint32_t)random_bits() & INT32_MAX
				      : ((uint32_t)random_bits() & 0x7f800000) +
						(uint32_t)(random_bits() % 3) - 1;
		float value;

		memcpy(&value, &bits, sizeof value);
		if (isfinite(value) && value > 0)
			check_shortest((double)value, shortest_float(value), true);
	}
}

static void strings_escape_only_what_json_needs(void **unused)
{
	static const struct {
		struct slice text, printed;
	} cases[] = {
		{BYTES(""), BYTES("\"\"")},
		{BYTES("plain /\x7f"), BYTES("\"plain /\x7f\"")},
		{BYTES("q\"b\\s/t\tn\n"), BYTES("\"q\\\"b\\\\s/t\\tn\\n\"")},
		{BYTES("\b\f\r"), BYTES("\"\\b\\f\\r\"")},
		{BYTES("x\0y\x1f\v"), BYTES("\"x\\u0000y\\u001F\\u000B\"")},
		{BYTES("\xc3\xa9\xe2\x80\xa8\xe2\x80\xa9\xf0\x9f\x98\x80"),
		 BYTES("\"\xc3\xa9\xe2\x80\xa8\xe2\x80\xa9\xf0\x9f\x98\x80\"")},
		{BYTES("long enough to take the wide path \xc3\xa9 and then \"quoted\" again"),
		 BYTES("\"long enough to take the wide path \xc3\xa9 and then \\\"quoted\\\" "
		       "again\"")},
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = {0};

		connect_add_string(&b, cases[i].text);
		assert_true(slice_eq(buf_slice(&b), cases[i].printed));
		buf_free(&b);
	}
}

/* How many U+FFFD java.lang.String makes of it; a dot stands for itself. */
static void bad_utf8_is_replaced_as_java_does(void **unused)
{
	static const struct {
		struct slice bytes;
		const char *printed; /* ? is U+FFFD */
	} cases[] = {
		{BYTES("ab\xff"
		       "cd\xc3"),
		 "ab?cd?"},
		{BYTES("\x80"), "?"},
		{BYTES("\xc0\xaf"), "??"},
		{BYTES("\xc3."), "?."},
		{BYTES("\xe0\x80\x80"), "???"},
		{BYTES("\xe1\x80"), "?"},
		{BYTES("\xe1\x80."), "?."},
		{BYTES("\xe1."), "?."},
		{BYTES("\xed\xa0\x80"), "?"},
		{BYTES("\xed\xa0"), "?"},
		{BYTES("\xed\xa0\x80\xed\xb0\x80"), "??"},
		{BYTES("\xf0\x9f\x98"), "?"},
		{BYTES("\xf0\x9f\x98."), "?."},
		{BYTES("\xf0\x9f.."), "?.."},
		{BYTES("\xf0\x80\x80\x80"), "????"},
		{BYTES("\xf4\x90\x80\x80"), "????"},
		{BYTES("\xf5\x80\x80\x80"), "????"},
		{BYTES("\xf8"), "?"},
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = {0}, expected = {0};

		for (const char *p = cases[i].printed; *p; p++) {
			if (*p == '?')
				BUF_LIT(&expected, "\xef\xbf\xbd");
			else
				buf_addc(&expected, *p);
		}
		connect_add_text(&b, cases[i].bytes);
		assert_string_equal(buf_text(&b), buf_text(&expected));
		buf_free(&b);
		buf_free(&expected);
	}
}

static void bytes_are_base64(void **unused)
{
	struct buf b = {0};

	(void)unused;
	connect_add_bytes(&b, SLICE("\0\1\xfe\xff"));
	buf_addc(&b, ' ');
	connect_add_bytes(&b, SLICE(""));
	assert_text(&b, "\"AAH+/w==\" \"\"");
}

static void decimals_take_three_forms(void **unused)
{
	static const struct {
		struct slice unscaled;
		int32_t scale;
		const char *base64, *numeric;
	} cases[] = {
		{BYTES("\x30\x39"), 2, "MDk=", "123.45"},
		{BYTES("\0\0\0\x7f"), 0, "fw==", "127"},
		{BYTES("\0\0\0\0\0\0\0\x7b"), 3, "ew==", "0.123"},
		{BYTES("\0"), 0, "AA==", "0"},
		{BYTES("\0"), 2, "AA==", "0.00"},
		{BYTES("\0"), 10, "AA==", "0E-10"},
		{BYTES("\xff"), 0, "/w==", "-1"},
		{BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff"), 1, "/w==", "-0.1"},
		{BYTES("\0\x80"), 0, "AIA=", "128"},
		{BYTES("\x80"), 0, "gA==", "-128"},
		{BYTES("\x9c"), 2, "nA==", "-1.00"},
		{BYTES("\5"), 10, "BQ==", "5E-10"},
		{BYTES("\5"), 6, "BQ==", "0.000005"},
		{BYTES("\5"), 7, "BQ==", "5E-7"},
		{BYTES("\x7b"), 9, "ew==", "1.23E-7"},
		{BYTES("\x7b"), 8, "ew==", "0.00000123"},
		{BYTES("\x7b"), -2, "ew==", "1.23E+4"},
		{BYTES("\x80\0\0\0\0\0\0\0"), 0, "gAAAAAAAAAA=", "-9223372036854775808"},
		{BYTES("\0\x8a\xc7\x23\x04\x89\xe8\0\0"), 0, "AIrHIwSJ6AAA",
		 "10000000000000000000"},
		{BYTES("\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0,
		 "AQAAAAAAAAAAAAAAAAAAAAA=", "340282366920938463463374607431768211456"},
		{BYTES("\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 4,
		 "/wAAAAAAAAAAAAAAAAAAAAA=", "-34028236692093846346337460743176821.1456"},
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = {0}, expected = {0};

		assert_true(
			connect_add_decimal(&b, cases[i].unscaled, cases[i].scale, DECIMAL_BASE64));
		buf_addc(&b, ' ');
		assert_true(connect_add_decimal(&b, cases[i].unscaled, cases[i].scale,
						DECIMAL_NUMERIC));
		buf_addc(&b, ' ');
		assert_true(
			connect_add_decimal(&b, cases[i].unscaled, cases[i].scale, DECIMAL_STRING));
		buf_addf(&expected, "\"%s\" %s \"%s\"", cases[i].base64, cases[i].numeric,
			 cases[i].numeric);
		assert_string_equal(buf_text(&b), buf_text(&expected));
		buf_free(&b);
		buf_free(&expected);
	}
}

static void a_decimal_has_bytes_and_a_bound(void **unused)
{
	size_t n = CONNECT_DECIMAL_MAX;
	char *bytes = malloc(n + 1);
	struct buf b = {0};

	(void)unused;
	assert_non_null(bytes);
	memset(bytes, 0x7f, n + 1);
	assert_false(connect_add_decimal(&b, SLICE(""), 0, DECIMAL_BASE64));
	assert_false(connect_add_decimal(&b, (struct slice){bytes, n + 1}, 0, DECIMAL_NUMERIC));
	assert_int_equal(b.len, 0);
	assert_true(connect_add_decimal(&b, (struct slice){bytes, n}, 0, DECIMAL_NUMERIC));
	assert_int_equal(b.len, 39457);
	buf_reset(&b);
	assert_true(connect_add_decimal(&b, (struct slice){bytes, n + 1}, 0, DECIMAL_BASE64));
	buf_free(&b);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_are_laid_out_as_java_does),
		cmocka_unit_test(floats_have_digits_of_their_own),
		cmocka_unit_test(any_double_reads_back_with_the_fewest_digits),
		cmocka_unit_test(any_float_reads_back_with_the_fewest_digits),
		cmocka_unit_test(strings_escape_only_what_json_needs),
		cmocka_unit_test(bad_utf8_is_replaced_as_java_does),
		cmocka_unit_test(bytes_are_base64),
		cmocka_unit_test(decimals_take_three_forms),
		cmocka_unit_test(a_decimal_has_bytes_and_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
