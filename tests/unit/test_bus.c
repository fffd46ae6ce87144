/* links: kebmock/bus kebmock/entry kebmock/answer kebmock/chance json base */
#include "../../cmd/kebmock/bus.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW INT64_C(1545084650987)

static const char *names[] = {"orders"};
static const struct bus_conf conf = {.account = "123456789012",
				     .region = "eu-west-1",
				     .max_request = 1 << 20,
				     .names = {names, 1}};

/* One PutEvents; the answer as "STATUS body", ids replaced by a dash. */
struct put {
	struct answer answer;
	struct buf events;
	struct bus_result result;
	char *said;
};

static void hide_ids(struct buf *text, const struct bus_result *r)
{
	for (unsigned i = 0; i < r->entries; i++) {
		char *at = r->ids[i][0] ? strstr(buf_text(text), r->ids[i]) : NULL;

		if (!at)
			continue;
		*at = '-';
		memmove(at + 1, at + 36, text->len - (size_t)(at + 36 - text->p));
		text->len -= 35;
	}
}

static void put_with(struct put *p, const struct bus_conf *with, struct slice body,
		     bus_inject_fn *inject)
{
	struct chance ids = {1};
	struct bus *bus = bus_new(with, &ids);
	struct buf said = {0};

	*p = (struct put){0};
	answer_reset(&p->answer);
	bus_put_events(bus, body, NOW, inject, NULL, &p->answer, &p->events, &p->result);
	bus_free(bus);
	buf_addf(&said, "%u ", p->answer.status);
	buf_adds(&said, buf_slice(&p->answer.body));
	hide_ids(&said, &p->result);
	hide_ids(&p->events, &p->result);
	p->said = mem_text(said.p, said.len);
	buf_text(&p->events);
	buf_free(&said);
}

static void put(struct put *p, const char *body)
{
	put_with(p, &conf, slice_of(body), NULL);
}

static void put_done(struct put *p)
{
	answer_free(&p->answer);
	buf_free(&p->events);
	free(p->said);
}

static void an_entry_becomes_a_full_event(void **state)
{
	struct put p;

	(void)state;
	put(&p,
	    "{\"Entries\":[{\"Source\":\"shop\",\"DetailType\":\"sold\",\"Time\":1500000000.5,"
	    "\"Resources\":[\"a\", \"b\"],\"EventBusName\":\"orders\",\"TraceHeader\":\"Root=1\","
	    "\"Detail\":\"{\\\"n\\\": 18446744073709551615,\\n\\\"e\\\":1e400}\"}]}");
	assert_string_equal(p.said,
			    "200 {\"Entries\":[{\"EventId\":\"-\"}],\"FailedEntryCount\":0}");
	assert_string_equal(
		p.events.p,
		"{\"version\":\"0\",\"id\":\"-\",\"detail-type\":\"sold\",\"source\":"
		"\"shop\",\"account\":\"123456789012\",\"time\":\"2017-07-14T02:40:00Z\","
		"\"region\":\"eu-west-1\",\"resources\":[\"a\",\"b\"],\"detail\":"
		"{\"n\": 18446744073709551615, \"e\":1e400}}\n");
	assert_int_equal(p.result.accepted, 1);
	put_done(&p);
}

static void results_are_in_the_order_of_the_entries(void **state)
{
	struct put p;

	(void)state;
	put(&p,
	    "{\"Entries\":["
	    "{\"Source\":\"aws.ec2\",\"DetailType\":\"t\",\"Detail\":\"{}\"},"
	    "{\"Source\":\"\\u0061ws.ec2\",\"DetailType\":\"t\",\"Detail\":\"{}\"},"
	    "{\"Source\":\"aws-ec2\",\"DetailType\":\"t\",\"Detail\":\"{}\"},"
	    "{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"[]\"},"
	    "{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{\\\"a\\\":\\\"\\\\ud800\\\"}\"},"
	    "{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{\\\"a\\\":\\ud800}\"},"
	    "{\"Source\":\"s\",\"Detail\":\"{}\"},"
	    "{\"DetailType\":\"t\",\"Detail\":\"{}\"},"
	    "{\"Source\":\"s\",\"DetailType\":\"t\"}]}");
	assert_string_equal(
		p.said,
		"200 {\"Entries\":["
		"{\"ErrorCode\":\"NotAuthorizedForSourceException\",\"ErrorMessage\":\"Not "
		"authorized for the source.\"},"
		"{\"ErrorCode\":\"NotAuthorizedForSourceException\",\"ErrorMessage\":\"Not "
		"authorized for the source.\"},"
		"{\"EventId\":\"-\"},"
		"{\"ErrorCode\":\"MalformedDetail\",\"ErrorMessage\":\"Detail is malformed.\"},"
		"{\"EventId\":\"-\"},"
		"{\"ErrorCode\":\"MalformedDetail\",\"ErrorMessage\":\"Detail is malformed.\"},"
		"{\"ErrorCode\":\"InvalidArgument\",\"ErrorMessage\":\"Parameter DetailType is not "
		"valid. Reason: DetailType is a required argument.\"},"
		"{\"ErrorCode\":\"InvalidArgument\",\"ErrorMessage\":\"Parameter Source is not "
		"valid. Reason: Source is a required argument.\"},"
		"{\"ErrorCode\":\"InvalidArgument\",\"ErrorMessage\":\"Parameter Detail is not "
		"valid. Reason: Detail is a required argument.\"}],\"FailedEntryCount\":7}");
	put_done(&p);
}

static void a_request_can_fail_as_a_whole(void **state)
{
	static const struct {
		const char *body, *said;
	} cases[] = {
		{"{\"Entries\":[]}",
		 "400 {\"__type\":\"ValidationException\",\"message\":\"1 validation "
		 "error detected: Value at 'entries' failed to satisfy "
		 "constraint: Member must have length greater than or equal to "
		 "1\"}"},
		{"{}",
		 "400 {\"__type\":\"ValidationException\",\"message\":\"1 validation error "
		 "detected: Value at 'entries' failed to satisfy constraint: Member must have "
		 "length greater than or equal to 1\"}"},
		{"{\"Entries\":[{},{},{},{},{},{},{},{},{},{},{}]}",
		 "400 {\"__type\":\"ValidationException\",\"message\":\"1 validation error "
		 "detected: "
		 "Value at 'entries' failed to satisfy constraint: Member must have length less "
		 "than or equal to 10\"}"},
		{"{\"Entries\":[{\"Source\":\"s\"},{\"DetailType\":\"t\"}]}",
		 "400 {\"__type\":\"ValidationException\",\"message\":\"Source, DetailType and "
		 "Detail "
		 "are required, and no entry of the request has them all.\"}"},
		{"{\"Entries\":[{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":{}}]}",
		 "400 {\"__type\":\"SerializationException\",\"message\":\"a value of Detail has "
		 "the "
		 "wrong type\"}"},
		{"{\"Entries\":[{\"Resources\":[1]}]}",
		 "400 {\"__type\":\"SerializationException\",\"message\":\"a value of Resources "
		 "has "
		 "the wrong type\"}"},
		{"{\"Entries\":7}",
		 "400 {\"__type\":\"SerializationException\",\"message\":\"a member of "
		 "the request has the wrong type\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct put p;

		put(&p, cases[i].body);
		assert_string_equal(p.said, cases[i].said);
		assert_int_equal(p.events.len, 0);
		put_done(&p);
	}
}

static void what_is_no_json_is_a_serialization_error(void **state)
{
	struct put p;

	(void)state;
	put(&p, "{\"Entries\":[{]}");
	assert_string_equal(p.answer.code, "SerializationException");
	put_done(&p);
}

static void names_of_buses_are_checked(void **state)
{
	static const struct {
		const char *name;
		unsigned accepted, lost;
	} cases[] = {
		{"default", 1, 0},
		{"orders", 1, 0},
		{"nobody", 0, 1},
		{"arn:aws:events:eu-west-1:123456789012:event-bus/orders", 1, 0},
		{"arn:aws:events:eu-west-1:123456789012:event-bus/nobody", 0, 1},
		{"arn:aws:events:us-east-1:123456789012:event-bus/orders", 0, 1},
		{"arn:aws:events:eu-west-1:999999999999:event-bus/orders", 0, 1},
		{"not a name", 0, 0},
		{"", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char body[512];
		struct put p;

		snprintf(body, sizeof body,
			 "{\"Entries\":[{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{}\","
			 "\"EventBusName\":\"%s\"}]}",
			 cases[i].name);
		put(&p, body);
		assert_int_equal(p.result.accepted, cases[i].accepted);
		assert_int_equal(p.result.lost, cases[i].lost);
		if (!p.result.accepted && !p.result.lost)
			assert_string_equal(p.answer.code, "ValidationException");
		assert_int_equal(p.events.len > 0, cases[i].accepted);
		put_done(&p);
	}
}

/* 14 for Time, the UTF-8 bytes of Source, DetailType, Detail and Resources; not the bus. */
static void size_is_counted_as_the_service_does(void **state)
{
	static const char body[] = "{\"Entries\":[{\"Source\":\"s\\u00e9\",\"DetailType\":\"tt\","
				   "\"Time\":1,\"EventBusName\":"
				   "\"default\",\"Resources\":[\"abc\",\"de\"],\"Detail\":\"{"
				   "\\\"a\\\":\\\"\xc3\xa9\\\"}\"}]}";
	static const uint64_t size = 14 + 3 + 2 + 5 + 10;
	struct bus_conf tight = conf;
	struct put p;

	(void)state;
	tight.max_request = size;
	put_with(&p, &tight, slice_of(body), NULL);
	assert_int_equal(p.result.size, size);
	assert_int_equal(p.answer.status, 200);
	put_done(&p);

	tight.max_request = size - 1;
	put_with(&p, &tight, slice_of(body), NULL);
	assert_string_equal(p.said,
			    "400 {\"__type\":\"ValidationException\",\"message\":\"Total size of "
			    "the entries in the request is over the limit.\"}");
	assert_true(p.result.too_large);
	put_done(&p);
}

/* Lengths are those of characters, not of bytes. */
static void a_detail_type_has_at_most_128_characters(void **state)
{
	(void)state;
	for (int n = 128; n <= 129; n++) {
		struct buf body = {0};
		struct put p;

		BUF_LIT(&body,
			"{\"Entries\":[{\"Source\":\"s\",\"Detail\":\"{}\",\"DetailType\":\"");
		for (int i = 0; i < n; i++)
			BUF_LIT(&body, "\xc3\xa9");
		BUF_LIT(&body, "\"}]}");
		put_with(&p, &conf, buf_slice(&body), NULL);
		assert_int_equal(p.result.accepted, n == 128);
		assert_int_equal(p.result.failed, n == 129);
		put_done(&p);
		buf_free(&body);
	}
}

static struct bus_injection throttle_all(void *ctx)
{
	(void)ctx;
	return (struct bus_injection){"ThrottlingException", "wait"};
}

static void a_fault_fails_good_entries_only(void **state)
{
	struct put p;

	(void)state;
	put_with(&p, &conf,
		 SLICE("{\"Entries\":[{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{}\"},"
		       "{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{\"}]}"),
		 throttle_all);
	assert_string_equal(
		p.said, "200 {\"Entries\":[{\"ErrorCode\":\"ThrottlingException\",\"ErrorMessage\":"
			"\"wait\"},{\"ErrorCode\":\"MalformedDetail\",\"ErrorMessage\":\"Detail is "
			"malformed.\"}],\"FailedEntryCount\":2}");
	put_done(&p);
}

static void a_bus_can_be_described(void **state)
{
	static const struct {
		const char *body, *said;
	} cases[] = {
		{"{}",
		 "{\"Arn\":\"arn:aws:events:eu-west-1:123456789012:event-bus/default\",\"Name\":"
		 "\"default\"}"},
		{"{\"Name\":\"orders\"}",
		 "{\"Arn\":\"arn:aws:events:eu-west-1:123456789012:event-bus/"
		 "orders\",\"Name\":\"orders\"}"},
		{"{\"Name\":\"arn:aws:events:eu-west-1:123456789012:event-bus/orders\"}",
		 "{\"Arn\":\"arn:aws:events:eu-west-1:123456789012:event-bus/orders\",\"Name\":"
		 "\"orders\"}"},
		{"{\"Name\":\"nobody\"}",
		 "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Event "
		 "bus nobody does not exist.\"}"},
	};
	struct chance ids = {1};
	struct bus *bus = bus_new(&conf, &ids);
	struct answer answer = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		answer_reset(&answer);
		bus_describe(bus, slice_of(cases[i].body), &answer);
		assert_string_equal(buf_text(&answer.body), cases[i].said);
	}
	answer_free(&answer);
	bus_free(bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_becomes_a_full_event),
		cmocka_unit_test(results_are_in_the_order_of_the_entries),
		cmocka_unit_test(a_request_can_fail_as_a_whole),
		cmocka_unit_test(what_is_no_json_is_a_serialization_error),
		cmocka_unit_test(names_of_buses_are_checked),
		cmocka_unit_test(size_is_counted_as_the_service_does),
		cmocka_unit_test(a_detail_type_has_at_most_128_characters),
		cmocka_unit_test(a_fault_fails_good_entries_only),
		cmocka_unit_test(a_bus_can_be_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
