/* links: kebmap/mapping kebmap/outlet kebmap/kafka_detail kebmap/cloudevent kebmap/transformer */
/* links: kebmap/headers kebmap/payload kebmap/detail_type kebmap/template kebmap/set */
/* links: kebmap/query kebmap/refusal connect event json base lib:jq */
/*
 * Records that are like those before them cost kebmap no allocation, whatever they become.
 */
#include "../../cmd/kebmap/mapping.h"

#include "../../cmd/kebmap/headers.h"
#include "../../cmd/kebmap/outlet.h"
#include "../../cmd/kebmap/payload.h"
#include "allocations.h"
#include "base/b64.h"
#include "base/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char plain[] = "{\"id\":7,\"text\":\"a\\\"b\",\"list\":[1.50,{\"n\":null}]}";
static const char enveloped[] =
	"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"id\",\"type\":\"int32\"},"
	"{\"field\":\"l\",\"type\":\"array\",\"items\":{\"type\":\"double\"}}]},"
	"\"payload\":{\"l\":[1,2.5],\"id\":7}}";

static const struct {
	int format, parity, headers, to;
	const char *value;
} cases[] = {
	{PAYLOAD_JSON, PARITY_NONE, HEADERS_TEXT, -1, plain}, /* the mapping alone */
	{PAYLOAD_JSON, PARITY_NONE, HEADERS_TEXT, TO_EVENT, plain},
	{PAYLOAD_JSON, PARITY_NONE, HEADERS_TEXT, TO_FLAT, plain},
	{PAYLOAD_JSON, PARITY_NONE, HEADERS_TEXT, TO_CLOUDEVENTS, plain},
	{PAYLOAD_JSON, PARITY_NONE, HEADERS_BYTES, TO_RECORD, plain},
	{PAYLOAD_BASE64, PARITY_NONE, HEADERS_BASE64, TO_PIPES, plain},
	{PAYLOAD_STRING, PARITY_NONE, HEADERS_SIGNED, TO_LAMBDA, plain},
	{PAYLOAD_JSON, PARITY_CONNECT, HEADERS_CONNECT, TO_EVENT, plain},
	{PAYLOAD_JSON_ENVELOPE, PARITY_NONE, HEADERS_CONNECT, TO_EVENT, enveloped},
};

static void make_line(struct buf *line, const char *value, int i)
{
	size_t n = strlen(value);

	buf_reset(line);
	buf_addf(line,
		 "{\"_ack\":\"t/0/%d/e\",\"topic\":\"t\",\"partition\":0,\"offset\":%d,"
		 "\"timestamp\":1545084650987,\"key\":\"aw==\",\"headers\":[{\"h\":\"MS41\"},"
		 "{\"h\":\"YQ==\"}],\"value\":\"",
		 1000 + i, 1000 + i);
	buf_room(line, B64_ENCODED(n));
	line->len += b64_encode(line->p + line->len, value, n);
	BUF_LIT(line, "\"}");
}

static void map_one(struct mapping *m, struct outlet *outlet, const struct buf *line,
		    struct buf *event, struct buf *out)
{
	struct json_fault fault;
	struct slice partition;
	struct record record;
	struct refusal why;
	struct marks marks;
	size_t from;

	buf_reset(out);
	assert_true(record_parse(&record, buf_slice(line), &fault));
	if (!outlet) {
		assert_true(mapping_add(m, &record, out, &from, &why));
		return;
	}
	assert_true(mapping_event(m, &record, event, &marks, &why));
	buf_addc(out, '{');
	marks_add(out, &marks);
	assert_true(outlet_add(outlet, buf_slice(event), out, &partition, &why));
	assert_int_equal(json_check(buf_slice(out), NULL), JSON_OBJECT);
}

static void a_record_allocates_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mapping_conf conf = {.source = "s",
					    .detail_type.text = "d",
					    .value_format = cases[i].format,
					    .json_parity = cases[i].parity,
					    .headers = cases[i].headers};
		struct outlet_conf shape = {.to = cases[i].to,
					    .value_format = cases[i].format,
					    .headers = cases[i].headers};
		struct buf line = {0}, event = {0}, out = {0};
		struct err err;
		struct mapping *m = mapping_new(&conf, &err);
		struct outlet *outlet = cases[i].to < 0 ? NULL : outlet_new(&shape, &err);
		size_t before = 0;

		for (int r = 0; r < 1000; r++) {
			make_line(&line, cases[i].value, r);
			if (r == 10)
				before = allocations;
			map_one(m, outlet, &line, &event, &out);
		}
		assert_int_equal(allocations, before);
		buf_free(&line);
		buf_free(&event);
		buf_free(&out);
		outlet_free(outlet);
		mapping_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_record_allocates_nothing)};

	msg_program("test_kebmap_allocations");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
