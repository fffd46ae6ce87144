/* links: connect json base */
/*
 * JSON, strings and envelopes as Connect prints them: the cases of tests/data/serdes, and
 * the rules one by one.
 */
#include "serdes.h"

#include "connect/envelope.h"
#include "connect/jackson.h"
#include "connect/json.h"
#include "connect/print.h"

#include <stdio.h>

#define WITHIN 2

/* What JSON bytes print as; the fault's text in brackets where there is one. */
static struct buf print_json(struct slice bytes)
{
	struct connect_json *j = connect_json_new();
	struct jackson jackson = {0};
	struct codec_fault fault;
	struct slice value;
	struct buf out = {0};

	if (!jackson_read(&jackson, bytes, WITHIN, &value, &fault))
		buf_addf(&out, "<%s>", fault.text);
	else
		connect_json_add(j, &out, value.p ? value : SLICE("null"));
	connect_json_free(j);
	jackson_free(&jackson);
	buf_text(&out);
	return out;
}

static struct buf print_envelope(struct slice bytes, enum connect_decimal decimal)
{
	struct connect_envelope *e = connect_envelope_new(decimal);
	struct codec_fault fault;
	struct buf out = {0};

	if (!connect_envelope_add(e, bytes, WITHIN, &out, &fault)) {
		assert_int_equal(out.len, 0);
		buf_addf(&out, "<%s: %s>", codec_code_name(fault.code), fault.text);
	}
	connect_envelope_free(e);
	buf_text(&out);
	return out;
}

/* --- the shared cases --------------------------------------------------------------- */

static struct buf print_row(struct slice row)
{
	struct slice config = serdes_member(row, SLICE("config"));
	struct buf record = serdes_record(row), out = {0};
	bool numeric = config.p && serdes_is(config, "decimal.format", "NUMERIC");

	if (serdes_is(row, "format", "STRING"))
		connect_add_string(&out, buf_slice(&record));
	else if (serdes_is(row, "format", "JSON"))
		out = print_json(buf_slice(&record));
	else
		out = print_envelope(buf_slice(&record),
				     numeric ? DECIMAL_NUMERIC : DECIMAL_BASE64);
	buf_free(&record);
	return out;
}

static void check_row(struct slice row)
{
	struct buf out = print_row(row);
	char *id = serdes_text(row, "id", NULL);

	if (serdes_is(row, "expect", "error")) {
		if (out.p[0] != '<')
			fail_msg("%s: %s, not an error", id, out.p);
	} else if (serdes_is(row, "expect", "null")) {
		assert_string_equal(out.p, "null");
	} else {
		serdes_expect(row, buf_slice(&out));
	}
	free(id);
	buf_free(&out);
}

static void the_shared_cases(void **state)
{
	(void)state;
	assert_int_equal(serdes_each("tests/data/serdes/json.jsonl", check_row), 35);
}

/* --- rules ------------------------------------------------------------------------ */

#define CASE(in, out)                                                                              \
	{                                                                                          \
		SLICE_INIT(in), out                                                                \
	}
#define SLICE_INIT(literal)                                                                        \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

static void json_is_printed_as_connect_does(void **state)
{
	static const struct {
		struct slice in;
		const char *out;
	} cases[] = {
		CASE("18446744073709551615", "-1"),
		CASE("-9223372036854775809", "9223372036854775807"),
		CASE("-0", "0"),
		CASE("[-0.0,0e5,-0E-7]", "[0.0,0.0,0.0]"),
		CASE("[1e2,1.0,0.10,1E-7]", "[100.0,1.0,0.1,1.0E-7]"),
		CASE("123456789012345678901234567890.5", "1.2345678901234568E29"),
		CASE("[1e400,-1e400]", "[\"Infinity\",\"-Infinity\"]"),
		CASE("[007,-00.5,0]", "[7,-0.5,0]"),
		CASE("{\"a\":1,\"b\":{\"a\":1,\"a\":2},\"a\":{\"c\":[]}}",
		     "{\"b\":{\"a\":2},\"a\":{\"c\":[]}}"),
		CASE("{\"\\u0061\":1,\"a\":2}", "{\"a\":2}"),
		CASE("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"a\":9,"
		     "\"i\":0}",
		     "{\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"a\":9,\"i\":0}"),
		CASE("\"\\/\\u00e9\\u001f\\u007f\\ud83d\\ud83d\\ude00\"",
		     "\"/\xc3\xa9\\u001F\x7f?\xf0\x9f\x98\x80\""),
		CASE(" { \"a\" :\n[ 1 , true , null ] } ", "{\"a\":[1,true,null]}"),
		CASE("", "null"),
		CASE(" \n", "null"),
		CASE("\xef\xbb\xbf[1]", "[1]"),
		CASE("{} xx", "{}"),
		CASE("\"s\"x", "\"s\""),
		CASE("1 x", "1"),
		CASE("1x", "<not JSON: text behind the value at byte 1>"),
		CASE("truex", "<not JSON: text behind the value at byte 4>"),
		CASE("[1,]", "<not JSON: expected a value at byte 3>"),
		CASE("NaN", "<not JSON: expected a value at byte 0>"),
		CASE("\"\x01\"", "<not JSON: control byte in a string at byte 1>"),
		CASE("\"\xff\"", "<not JSON: invalid UTF-8 at byte 1>"),
		CASE("\0{\0}", "{}"),
		CASE("{\0}\0", "{}"),
		CASE("\xfe\xff\0[\xd8\x3d\xde\x00\0]", "<not JSON: expected a value at byte 1>"),
		CASE("\xff\xfe\"\0\x3d\xd8\x00\xde\"\0", "\"\xf0\x9f\x98\x80\""),
		CASE("\0\0\xfe\xff\0\0\0\x37", "7"),
		CASE("\x37\0\0\0", "7"),
		CASE("\xff\xfe\"\0\x3d\xd8\"\0", "<not JSON: invalid UTF-16>"),
		CASE("\0\0\0\x37\0", "<not JSON: invalid UTF-32>"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = print_json(cases[i].in);

		assert_string_equal(out.p, cases[i].out);
		buf_free(&out);
	}
}

static const struct {
	const char *schema, *payload, *out;
} envelopes[] = {
	{"{\"type\":\"int8\"}", "300", "44"},
	{"{\"type\":\"int16\"}", "70000", "4464"},
	{"{\"type\":\"int32\"}", "2147483648", "-2147483648"},
	{"{\"type\":\"int64\"}", "18446744073709551615", "-1"},
	{"{\"type\":\"int32\"}", "1.9", "1"},
	{"{\"type\":\"int32\"}", "-1.9e1", "-19"},
	{"{\"type\":\"int32\"}", "12e-1", "1"},
	{"{\"type\":\"int32\"}", "1e99", "0"},
	{"{\"type\":\"int32\"}", "\"7\"", "0"},
	{"{\"type\":\"boolean\"}", "1", "false"},
	{"{\"type\":\"boolean\"}", "true", "true"},
	{"{\"type\":\"double\"}", "3", "3.0"},
	{"{\"type\":\"float\"}", "16777217", "1.6777216E7"},
	{"{\"type\":\"string\",\"optional\":true}", "5", "null"},
	{"{\"type\":\"string\",\"optional\":\"true\"}", "5", "<data: null for a required string>"},
	{"{\"type\":\"string\",\"default\":5}", "7", "<data: null for a required string>"},
	{"{\"type\":\"bytes\"}", "\"AQ I=\"", "\"AQI=\""},
	{"{\"type\":\"bytes\"}", "\"A\"", "<data: bytes that are no base64>"},
	{"{\"type\":\"array\",\"items\":{\"type\":\"int32\"}}", "{\"a\":1,\"b\":2}", "[1,2]"},
	{"{\"type\":\"array\"}", "[]", "<schema: array without 'items'>"},
	{"{\"type\":\"map\",\"keys\":{\"type\":\"string\"},\"values\":{\"type\":\"int8\"}}",
	 "{\"a\":1,\"a\":2}", "{\"a\":2}"},
	{"{\"type\":\"map\",\"keys\":{\"type\":\"string\"},\"values\":{\"type\":\"int8\"}}",
	 "[[\"a\",1]]", "<data: map that is no object>"},
	{"{\"type\":\"map\",\"keys\":{\"type\":\"int8\"},\"values\":{\"type\":\"string\"}}",
	 "[[1,\"a\"],[1,\"b\"]]", "[[1,\"b\"]]"},
	{"{\"type\":\"map\",\"keys\":{\"type\":\"int8\"},\"values\":{\"type\":\"string\"}}",
	 "[[1]]", "<data: map entry that is no pair>"},
	{"{\"type\":\"struct\",\"fields\":[{\"field\":\"a\",\"type\":\"int32\",\"default\":7}]}",
	 "{}", "{\"a\":7}"},
	{"{\"type\":\"struct\",\"fields\":[{\"field\":\"\\u0061\",\"type\":\"int32\"}]}",
	 "{\"\\u0061\":1,\"z\":2}", "{\"a\":1}"},
	{"{\"type\":\"struct\",\"fields\":[]}", "{\"a\":1}", "{}"},
	{"{\"type\":\"struct\",\"fields\":[{\"field\":\"a\",\"type\":\"int32\"}]}", "{}",
	 "<data: null for a required int32>"},
	{"{\"type\":\"struct\",\"fields\":[{\"field\":\"a\",\"type\":\"int32\"}]}", "[]",
	 "<data: struct that is no object>"},
	{"{\"type\":\"struct\",\"fields\":[{\"field\":\"a\",\"type\":\"int33\"}]}", "{}",
	 "<schema: schema of unknown type \"int33\">"},
	{"{\"type\":\"struct\",\"fields\":[{\"field\":\"a\",\"type\":\"int8\"},{\"field\":\"a\","
	 "\"type\":\"int8\"}]}",
	 "{}", "<schema: struct with two fields 'a'>"},
	{"{\"type\":\"bytes\",\"name\":\"org.apache.kafka.connect.data.Decimal\",\"parameters\":{"
	 "\"scale\":\"2\"}}",
	 "-1.50", "\"/2o=\""},
	{"{\"type\":\"bytes\",\"name\":\"org.apache.kafka.connect.data.Decimal\",\"parameters\":{"
	 "\"scale\":\"2\"}}",
	 "1.5", "<data: decimal whose scale is not the 2 of its schema>"},
	{"{\"type\":\"bytes\",\"name\":\"org.apache.kafka.connect.data.Decimal\"}", "1",
	 "<schema: decimal without a scale>"},
	{"{\"type\":\"int32\",\"name\":\"org.apache.kafka.connect.data.Date\"}", "1.0",
	 "<data: date or time that is no integer>"},
	{"{\"type\":\"int32\",\"name\":\"org.apache.kafka.connect.data.Time\"}", "86400001",
	 "<data: time that is not within a day>"},
	{"{\"type\":\"int64\",\"name\":\"org.apache.kafka.connect.data.Timestamp\"}", "-5", "-5"},
	{"null", "{\"a\":1.50}", "{\"a\":1.5}"},
	{"[]", "1", "<schema: schema that is no object>"},
};

static void envelopes_follow_their_schema(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++) {
		struct buf in = {0}, out;

		buf_addf(&in, "{\"schema\":%s,\"payload\":%s}", envelopes[i].schema,
			 envelopes[i].payload);
		out = print_envelope(buf_slice(&in), DECIMAL_BASE64);
		assert_string_equal(out.p, envelopes[i].out);
		buf_free(&in);
		buf_free(&out);
	}
}

/* More schemas than are kept, in turn; and one that is nested without end. */
static void schemas_come_and_go(void **state)
{
	struct connect_envelope *e = connect_envelope_new(DECIMAL_BASE64);
	struct codec_fault fault;
	struct buf out = {0}, deep = {0};

	(void)state;
	for (int i = 0; i < 200; i++) {
		char text[200];
		int n = snprintf(text, sizeof text,
				 "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"f%d\","
				 "\"type\":\"int32\"}]},\"payload\":{\"f%d\":%d}}",
				 i % 40, i % 40, i);
		char expected[40];

		snprintf(expected, sizeof expected, "{\"f%d\":%d}", i % 40, i);
		buf_reset(&out);
		assert_true(connect_envelope_add(e, (struct slice){text, (size_t)n}, WITHIN, &out,
						 &fault));
		assert_string_equal(buf_text(&out), expected);
	}
	BUF_LIT(&deep, "{\"payload\":[],\"schema\":");
	for (int i = 0; i < 300; i++)
		BUF_LIT(&deep, "{\"type\":\"array\",\"items\":");
	BUF_LIT(&deep, "{\"type\":\"int8\"}");
	for (int i = 0; i < 300; i++)
		buf_addc(&deep, '}');
	buf_addc(&deep, '}');
	assert_false(connect_envelope_add(e, buf_slice(&deep), WITHIN, &out, &fault));
	assert_int_equal(fault.code, CODEC_SCHEMA);
	buf_free(&out);
	buf_free(&deep);
	connect_envelope_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shared_cases),
		cmocka_unit_test(json_is_printed_as_connect_does),
		cmocka_unit_test(envelopes_follow_their_schema),
		cmocka_unit_test(schemas_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
