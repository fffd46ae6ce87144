/* links: connect json base */
#include "connect/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct header_case {
	const char *text, *json;
};

static void check(const struct header_case *cases, size_t n)
{
	struct connect_header h = {0};
	struct buf out = {0};

	for (size_t i = 0; i < n; i++) {
		buf_reset(&out);
		connect_header_add(&h, &out, slice_of(cases[i].text));
		assert_string_equal(buf_text(&out), cases[i].json);
	}
	buf_free(&out);
	connect_header_free(&h);
}

/* What Kafka 3.9 makes of these texts and the connector prints, on Java 19 or later. */
static void texts_and_numbers(void **state)
{
	static const struct header_case cases[] = {
		{"", "\"\""},
		{"hello", "\"hello\""},
		{"   ", "\"   \""},
		{"true", "true"},
		{" false ", "false"},
		{"TRUE", "\"TRUE\""},
		{"true}", "\"true}\""},
		{"NULL", "\"NULL\""},
		{"NaN", "\"NaN\""},
		{"0x10", "\"0x10\""},
		{"1d", "\"1d\""},
		{"a,b", "\"a,b\""},
		{"\"q\"", "\"\\\"q\\\"\""},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		 "\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\""},
		{"123", "123"},
		{"+5", "5"},
		{" 5", "5"},
		{"007", "7"},
		{"1.", "1"},
		{"-0", "0"},
		{"1e3", "1000"},
		{"1.0", "1"},
		{"1.5", "1.5"},
		{"1.50", "1.5"},
		{"-", "\"-\""},
		{"1e", "\"1e\""},
		{"1.2.3", "\"1.2.3\""},
		{"3.14159265358979", "3.1415927"},
		{"1234567890.12", "1.234568E9"},
		{"1.5e40", "1.5E40"},
		{"1e20", "1.0E20"},
		{"9223372036854775807", "9223372036854775807"},
		{"-9223372036854775808", "-9223372036854775808"},
		{"9223372036854775808", "\"AIAAAAAAAAAA\""},
		{"99999999999999999999", "\"BWvHXi1jD///\""},
		{"-99999999999999999999", "\"+pQ4odKc8AAB\""},
		{"12:30:00", "12"},
		{"1,2", "1"},
	};

	(void)state;
	check(cases, COUNT(cases));
}

static void dates(void **state)
{
	static const struct header_case cases[] = {
		{"2024-01-01", "19723"},
		{"2020-01-01", "18262"},
		{"2020-13-45", "18672"},
		{"1969-12-31", "-1"},
		{"2024-02-30", "19783"},
		{"12:00:00.000Z", "43200000"},
		{"10:11:12.123Z", "36672123"},
		{"25:00:00.000Z", "25"},
		{"2024-01-01T00:00:00.000Z", "1704067200000"},
		{"2020-01-01T00:00:00.000Z", "1577836800000"},
		{"2020-01-01T00:00:00Z", "\"2020-01-01T00:00:00Z\""},
	};

	(void)state;
	check(cases, COUNT(cases));
}

static void arrays_and_maps(void **state)
{
	static const struct header_case cases[] = {
		{"[1,2]", "[1,2]"},
		{" [ 1 , 2 ] ", "[1,2]"},
		{"[]", "[]"},
		{"[1,1.5]", "[1.0,1.5]"},
		{"[1,null]", "[1,null]"},
		{"[\"a\",\"b\"]", "[\"a\",\"b\"]"},
		{"[\"a\",1]", "[\"a\",1]"},
		{"[a]", "\"[a]\""},
		{"[1,]", "[1]"},
		{"[,1]", "\"[,1]\""},
		{"[1", "\"[1\""},
		{"{\"a\":1}", "{\"a\":1}"},
		{"{\"a\":1,\"a\":2}", "{\"a\":2}"},
		{"{\"a\":{\"b\":[true]}}", "{\"a\":{\"b\":[true]}}"},
		{"{1:2}", "[[1,2]]"},
		{"{\"a\":null}", "{\"a\":null}"},
		{"{\"t\":\"12:00:00.000Z\"}", "{\"t\":43200000}"},
		{"{a:1}", "\"{a:1}\""},
		/* where Connect fails */
		{"null", "null"},
		{"{}", "{}"},
	};

	(void)state;
	check(cases, COUNT(cases));
}

static void what_is_no_text(void **state)
{
	struct connect_header h = {0};
	struct buf out = {0}, deep = {0};

	(void)state;
	connect_header_add(&h, &out, SLICE("a\xff\0b"));
	assert_string_equal(buf_text(&out), "\"a\xef\xbf\xbd\\u0000b\"");
	for (int i = 0; i < 5000; i++)
		buf_addc(&deep, '[');
	buf_reset(&out);
	connect_header_add(&h, &out, buf_slice(&deep));
	assert_int_equal(out.len, 5002);
	buf_reset(&deep);
	for (int i = 0; i < 20000; i++)
		buf_addc(&deep, '7');
	buf_reset(&out);
	connect_header_add(&h, &out, buf_slice(&deep));
	assert_int_equal(out.len, 20002);
	buf_free(&out);
	buf_free(&deep);
	connect_header_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_numbers),
		cmocka_unit_test(dates),
		cmocka_unit_test(arrays_and_maps),
		cmocka_unit_test(what_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
