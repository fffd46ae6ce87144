/* links: kebput/entry event json base */
#include "../../cmd/kebput/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct made {
	struct entry entry;
	struct entry_fault fault;
	bool good;
};

static struct made make(const struct entry_conf *conf, struct slice line)
{
	struct entry_conf usual = {.max_size = 1 << 20};
	struct entry_maker *m = entry_maker_new(conf ? conf : &usual);
	struct json_fault fault;
	struct event event;
	struct made made = {0};

	if (!event_parse(&event, line, &fault))
		fail_msg("no event: %s", fault.what);
	made.good = entry_make(m, &made.entry, &event, &made.fault);
	entry_maker_free(m);
	return made;
}

static void becomes(const struct entry_conf *conf, const char *line, const char *json, size_t size)
{
	struct made made = make(conf, slice_of(line));

	if (!made.good)
		fail_msg("%s", made.fault.text);
	if (!slice_is(entry_json(&made.entry), json))
		fail_msg("got:  %.*s\nwant: %s", SLICE_ARG(entry_json(&made.entry)), json);
	assert_int_equal(made.entry.item.size, size);
	buf_free(&made.entry.buf);
}

static void refused(const char *line, enum reject_class class, const char *part)
{
	struct made made = make(NULL, slice_of(line));

	assert_false(made.good);
	assert_int_equal(made.fault.class, class);
	if (!strstr(made.fault.text, part))
		fail_msg("got: %s", made.fault.text);
	buf_free(&made.entry.buf);
}

static void test_members(void **state)
{
	struct entry_conf bus = {.bus = SLICE("orders"), .max_size = 1000};

	(void)state;
	becomes(NULL, "{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{}}",
		"{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{}\"}", 4);
	becomes(&bus, "{\"detail\":{\"a\":\"\\u0041\"},\"detail-type\":\"t\",\"source\":\"s\"}",
		"{\"Source\":\"s\",\"DetailType\":\"t\",\"EventBusName\":\"orders\","
		"\"Detail\":\"{\\\"a\\\":\\\"\\\\u0041\\\"}\"}",
		2 + 14);
	becomes(NULL,
		"{\"source\":\"\\u00e9\",\"detail-type\":\"t\",\"detail\":{},\"resources\":[\"a\","
		"\"bc\"],"
		"\"time\":\"2018-12-17T22:10:50.987Z\",\"_trace\":\"Root=1\"}",
		"{\"Source\":\"\\u00e9\",\"DetailType\":\"t\",\"Time\":1545084650.987,"
		"\"Resources\":[\"a\",\"bc\"],\"TraceHeader\":\"Root=1\",\"Detail\":\"{}\"}",
		2 + 1 + 2 + 3 + 14);
}

static void test_time(void **state)
{
	static const char *const times[][2] = {
		{"\"1970-01-01T00:00:00Z\"", ",\"Time\":0"},
		{"\"2018-12-17T23:10:50+01:00\"", ",\"Time\":1545084650"},
		{"\"2018-12-17T22:10:50.005Z\"", ",\"Time\":1545084650.005"},
		{"\"1969-12-31T23:59:58.500Z\"", ",\"Time\":-1.500"},
		{"null", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		char line[256], json[256];

		snprintf(line, sizeof(line),
			 "{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{},\"time\":%s}",
			 times[i][0]);
		snprintf(json, sizeof(json),
			 "{\"Source\":\"s\",\"DetailType\":\"t\"%s,\"Detail\":\"{}\"}",
			 times[i][1]);
		becomes(NULL, line, json, times[i][1][0] ? 18 : 4);
	}
}

static void test_refusals(void **state)
{
	(void)state;
	refused("{\"detail-type\":\"t\",\"detail\":{}}", REJECT_INVALID, "'source' is missing");
	refused("{\"source\":7,\"detail-type\":\"t\",\"detail\":{}}", REJECT_INVALID, "no text");
	refused("{\"source\":\"s\",\"detail-type\":\"\",\"detail\":{}}", REJECT_INVALID, "empty");
	refused("{\"source\":\"s\",\"detail-type\":\"t\"}", REJECT_INVALID, "'detail' is missing");
	refused("{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":[]}", REJECT_INVALID,
		"no object");
	refused("{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{},\"time\":7}", REJECT_INVALID,
		"'time'");
	refused("{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{},\"resources\":[1]}",
		REJECT_INVALID, "'resources'");
	refused("{\"source\":\"aws.s3\",\"detail-type\":\"t\",\"detail\":{}}", REJECT_REFUSED,
		"reserved");
}

/* A detail type of n times a text, in quotes. */
static struct made with_detail_type(const char *character, size_t n)
{
	struct buf line = {0};
	struct made made;

	BUF_LIT(&line, "{\"source\":\"s\",\"detail\":{},\"detail-type\":\"");
	for (size_t i = 0; i < n; i++)
		buf_adds(&line, slice_of(character));
	BUF_LIT(&line, "\"}");
	made = make(NULL, buf_slice(&line));
	buf_free(&line);
	buf_free(&made.entry.buf);
	return made;
}

/* Limits count characters, not bytes and not escapes. */
static void test_characters(void **state)
{
	(void)state;
	assert_true(with_detail_type("a", 128).good);
	assert_false(with_detail_type("a", 129).good);
	assert_true(with_detail_type("\xc3\xa9", 128).good);
	assert_false(with_detail_type("\xc3\xa9", 129).good);
	assert_true(with_detail_type("\\u00e9", 128).good);
	assert_false(with_detail_type("\\u00e9", 129).good);
}

/* The size at the edge: 2 of source and detail type, the rest of the detail. */
static void test_size_edge(void **state)
{
	struct entry_conf conf = {.max_size = 20};

	(void)state;
	becomes(&conf, "{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{\"a\":\"xxxxxxxxxx\"}}",
		"{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{\\\"a\\\":\\\"xxxxxxxxxx\\\"}"
		"\"}",
		20);
	for (conf.max_size = 15; conf.max_size < 20; conf.max_size++) {
		struct made made = make(&conf, SLICE("{\"source\":\"s\",\"detail-type\":\"t\","
						     "\"detail\":{\"a\":\"xxxxxxxxxx\"}}"));

		assert_false(made.good);
		assert_int_equal(made.fault.class, REJECT_TOO_LARGE);
		buf_free(&made.entry.buf);
	}
}

static void test_map_source(void **state)
{
	char *from;
	const char *to;
	struct entry_conf conf = {.max_size = 1000, .n_maps = 1};

	(void)state;
	assert_false(entry_map_parse("aws.", &from, &to));
	assert_false(entry_map_parse("=x", &from, &to));
	assert_true(entry_map_parse("aws.=my.\"", &from, &to));
	conf.map_from = (const char *const[]){from};
	conf.map_to = (const char *const[]){to};
	becomes(&conf, "{\"source\":\"\\u0061ws.s3\",\"detail-type\":\"t\",\"detail\":{}}",
		"{\"Source\":\"my.\\\"s3\",\"DetailType\":\"t\",\"Detail\":\"{}\"}", 6 + 3);
	becomes(&conf, "{\"source\":\"other\",\"detail-type\":\"t\",\"detail\":{}}",
		"{\"Source\":\"other\",\"DetailType\":\"t\",\"Detail\":\"{}\"}", 8);
	free(from);
}

/* The tokens are kept apart from the line, the group as a key and for messages. */
static void test_marks(void **state)
{
	char line[] = "{\"_ack\":\"t/0/1/e\",\"_acks\":[\"a\"],\"_group\":\"g\",\"source\":\"s\","
		      "\"detail-type\":\"t\",\"detail\":{}}";
	struct made made = make(NULL, slice_of(line));

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	assert_true(slice_is(made.entry.origin.marks.ack, "t/0/1/e"));
	assert_true(slice_is(made.entry.origin.marks.acks, "[\"a\"]"));
	assert_true(made.entry.item.grouped);
	assert_true(slice_is(made.entry.origin.marks.group, "g"));
	buf_free(&made.entry.buf);
}

static void test_pool(void **state)
{
	struct entry_pool *pool = entry_pool_new(2);
	struct entry *a = entry_pool_take(pool), *b = entry_pool_take(pool);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_null(entry_pool_take(pool));
	buf_room(&a->buf, 100);
	buf_room(&b->buf, (size_t)64 << 20);
	entry_pool_give(pool, a);
	entry_pool_give(pool, b);
	assert_null(b->buf.p); /* too much to keep */
	assert_non_null(a->buf.p);
	assert_ptr_equal(entry_pool_take(pool), b);
	entry_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),	  cmocka_unit_test(test_time),
		cmocka_unit_test(test_refusals),  cmocka_unit_test(test_characters),
		cmocka_unit_test(test_size_edge), cmocka_unit_test(test_map_source),
		cmocka_unit_test(test_marks),	  cmocka_unit_test(test_pool),
	};

	return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
