/* links: event lines json base */
#include "base/fd.h"
#include "event/event.h"
#include "event/input.h"
#include "event/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void marks_are_found_anywhere_and_written_first(void **state)
{
	struct json_fault fault;
	struct event e;
	struct buf b = {0};

	(void)state;
	assert_true(event_parse(
		&e,
		SLICE(" {\"source\":\"s\",\"_trace\":\"T\\n\",\"\\u005fack\":\"a\","
		      "\"_rules\":[\"r\"],\"_other\":1,\"_group\":\"g\",\"_acks\":[\"x\", "
		      "\"y\"]}\r"),
		&fault));
	assert_true(slice_starts(e.line, SLICE("{\"source\"")) && slice_ends(e.line, SLICE("]}")));
	marks_add(&b, &e.marks);
	assert_string_equal(buf_text(&b),
			    "\"_ack\":\"a\",\"_acks\":[\"x\", \"y\"],\"_group\":\"g\","
			    "\"_trace\":\"T\\n\",\"_rules\":[\"r\"],");
	buf_reset(&b);
	marks_add(&b, &(struct marks){.ack = SLICE_NONE});
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void marks_of_a_wrong_type_are_faults(void **state)
{
	static const struct {
		const char *line;
		size_t at;
	} cases[] = {
		{"{\"_ack\":1}", 8},	     {"{\"_ack\":null}", 8},
		{"{\"_acks\":\"a\"}", 9},    {"{\"_acks\":[\"a\",1]}", 9},
		{"{\"_group\":{}}", 10},     {"{\"a\":1,\"_trace\":[]}", 16},
		{"{\"_rules\":[null]}", 10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_fault fault = {0};
		struct event e;

		assert_false(event_parse(&e, slice_of(cases[i].line), &fault));
		assert_int_equal(fault.at, cases[i].at);
	}
}

static void marks_own_five_names(void **state)
{
	static const char *const own[] = {"_ack",   "_acks",  "_group",
					  "_trace", "_rules", "\\u005fack"};
	static const char *const others[] = {"ack", "_", "_a", "_ACK", "_ackx", "", "detail"};

	(void)state;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		assert_true(marks_owns(slice_of(own[i])));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(marks_owns(slice_of(others[i])));
}

static void an_event_has_its_members(void **state)
{
	struct json_fault fault;
	struct event e;

	(void)state;
	assert_true(event_parse(
		&e,
		SLICE("{\"id\":\"i\",\"detail\":{ \"a\":[1] },\"time\":null,\"source\":\"s\","
		      "\"detail-type\":\"d\",\"resources\":[],\"version\":\"0\"}"),
		&fault));
	assert_true(slice_is(e.source, "\"s\""));
	assert_true(slice_is(e.detail_type, "\"d\""));
	assert_true(slice_is(e.resources, "[]"));
	assert_true(slice_is(e.time, "null"));
	assert_true(slice_is(e.detail, "{ \"a\":[1] }"));
	assert_true(slice_is(e.id, "\"i\""));
	assert_true(event_parse(&e, SLICE("{}"), &fault));
	assert_null(e.source.p);
	assert_null(e.detail.p);
	assert_null(e.marks.ack.p);
	assert_false(event_parse(&e, SLICE("[]"), &fault));
	assert_false(event_parse(&e, SLICE("{}{}"), &fault));
}

static void a_record_has_its_members(void **state)
{
	struct json_fault fault;
	struct record r;

	(void)state;
	assert_true(record_parse(
		&r,
		SLICE("{\"_ack\":\"a\",\"topic\":\"t\\u0041\",\"partition\":2147483647,\"offset\":"
		      "9223372036854775807,\"timestamp\":-1,\"timestampType\":\"CREATE_TIME\","
		      "\"key\":"
		      "\"\",\"value\":null,\"headers\":[]}"),
		&fault));
	assert_true(slice_is(r.topic, "t\\u0041"));
	assert_true(r.has_partition && r.partition == INT32_MAX);
	assert_true(r.has_offset && r.offset == INT64_MAX);
	assert_true(r.has_timestamp && r.timestamp == -1);
	assert_true(slice_is(r.timestamp_type, "CREATE_TIME"));
	assert_true(!r.key_null && r.key.p && r.key.n == 0);
	assert_true(r.value_null);
	assert_true(slice_is(r.headers, "[]"));
	assert_true(record_parse(&r, SLICE("{}"), &fault));
	assert_true(r.key_null && r.value_null && !r.topic.p && !r.headers.p);
	assert_true(!r.has_partition && !r.has_offset && !r.has_timestamp);
}

static void a_record_of_another_shape_is_a_fault(void **state)
{
	static const char *const bad[] = {
		"{\"topic\":1}",
		"{\"partition\":\"0\"}",
		"{\"partition\":-1}",
		"{\"partition\":1.5}",
		"{\"partition\":2147483648}",
		"{\"offset\":1e3}",
		"{\"offset\":-1}",
		"{\"offset\":9223372036854775808}",
		"{\"timestamp\":\"now\"}",
		"{\"timestampType\":0}",
		"{\"key\":7}",
		"{\"value\":{}}",
		"{\"headers\":{}}",
		"{\"headers\":\"x\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct json_fault fault = {0};
		struct record r;

		if (record_parse(&r, slice_of(bad[i]), &fault))
			fail_msg("%s is a record", bad[i]);
		assert_string_equal(fault.what, "a value that this member cannot have");
	}
}

static void headers_come_in_order(void **state)
{
	static const struct {
		const char *headers, *seen;
	} cases[] = {
		{"[]", ""},
		{"null", ""},
		{"[{\"a\":\"eA==\"},{\"a\":null},{\"b\\\"\":\"\"}]", "a=eA==;a=null;b\\\"=;"},
		{"[ { \"a\" : \"eA==\" , \"b\" : \"eQ==\" } , {} ]", "!"},
		{"[{\"a\":\"eA==\"},{}]", "a=eA==;!"},
		{"[{\"a\":[1]}]", "!"},
		{"[{\"a\":\"eA==\"},\"b\"]", "a=eA==;!"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_fault fault;
		struct buf line = {0}, seen = {0};
		struct record_headers walk;
		struct slice name, base64;
		struct record r;
		bool null;
		int got;

		buf_addf(&line, "{\"headers\":%s}", cases[i].headers);
		assert_true(record_parse(&r, buf_slice(&line), &fault));
		record_headers(&walk, &r);
		while ((got = record_next_header(&walk, &name, &base64, &null)) > 0)
			buf_addf(&seen, "%.*s=%.*s;", SLICE_ARG(name), null ? 4 : (int)base64.n,
				 null ? "null" : base64.p);
		if (got < 0)
			buf_addc(&seen, '!');
		assert_string_equal(buf_text(&seen), cases[i].seen);
		buf_free(&line);
		buf_free(&seen);
	}
}

static void a_token_over_its_limit_is_refused(void **state)
{
	struct buf line = {0};
	struct json_fault fault;
	struct event event;

	(void)state;
	for (size_t n = TOKEN_MAX; n <= TOKEN_MAX + 1; n++) {
		buf_reset(&line);
		BUF_LIT(&line, "{\"_ack\":\"");
		for (size_t i = 0; i < n; i++)
			buf_addc(&line, 'x');
		BUF_LIT(&line, "\"}");
		assert_int_equal(event_parse(&event, buf_slice(&line), &fault), n <= TOKEN_MAX);
	}
	buf_free(&line);
}

static int input_of(const char *text)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fd_write_all(fds[1], text, strlen(text)), 0);
	close(fds[1]);
	return fds[0];
}

static void a_bad_line_ends_a_loop_and_no_other_run(void **state)
{
	static const struct json_fault fault = {2, "no object"};
	struct slice line;
	struct err err;

	(void)state;
	for (int wired = 0; wired <= 1; wired++) {
		struct input *in = input_new(5, wired);
		int fds[] = {input_of("1\n"), input_of("1\n123456\n3\n")};

		input_open(in, fds[0], "first");
		assert_int_equal(input_next(in, &line, &err), INPUT_MORE);
		assert_int_equal(input_fill(in, &err), 0);
		assert_int_equal(input_next(in, &line, &err), INPUT_LINE);
		assert_int_equal(input_bad(in, &fault, &err), wired ? -1 : 0);
		assert_string_equal(err.text, "first:1: byte 3 (offset 2 of the input): no object");
		input_open(in, fds[1], "second");
		assert_int_equal(input_fill(in, &err), 0);
		assert_int_equal(input_next(in, &line, &err), INPUT_LINE);
		assert_int_equal(input_next(in, &line, &err), wired ? INPUT_FAILED : INPUT_LINE);
		assert_int_equal(err.status, EXIT_INPUT);
		assert_string_equal(input_name(in), "second");
		assert_int_equal(input_number(in), wired ? 2 : 3);
		assert_int_equal(input_bad_lines(in), 2);
		input_free(in);
		close(fds[0]);
		close(fds[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_over_its_limit_is_refused),
		cmocka_unit_test(marks_are_found_anywhere_and_written_first),
		cmocka_unit_test(marks_of_a_wrong_type_are_faults),
		cmocka_unit_test(marks_own_five_names),
		cmocka_unit_test(an_event_has_its_members),
		cmocka_unit_test(a_record_has_its_members),
		cmocka_unit_test(a_record_of_another_shape_is_a_fault),
		cmocka_unit_test(headers_come_in_order),
		cmocka_unit_test(a_bad_line_ends_a_loop_and_no_other_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
