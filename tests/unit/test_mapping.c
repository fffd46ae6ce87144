/* links: kebmap/mapping kebmap/payload kebmap/headers kebmap/detail_type kebmap/template */
/* links: kebmap/set kebmap/query kebmap/refusal connect event json base lib:jq */
#include "../../cmd/kebmap/mapping.h"

#include "../../cmd/kebmap/payload.h"
#include "base/b64.h"
#include "base/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct mapping_conf plain = {
	.source = "s", .detail_type.text = "d", .value_format = PAYLOAD_JSON};

/* The event of a line, to be freed; NULL when it was refused. */
static char *map(struct mapping *m, const char *line, struct refusal *why)
{
	struct json_fault fault;
	struct record record;
	struct buf out = {0};
	size_t from = 0;
	bool good;

	BUF_LIT(&out, "before");
	assert_true(record_parse(&record, slice_of(line), &fault));
	good = mapping_add(m, &record, &out, &from, why);
	assert_memory_equal(out.p, "before", 6);
	if (!good) {
		assert_int_equal(out.len, 6);
		buf_free(&out);
		return NULL;
	}
	buf_drop(&out, 6);
	return buf_text(&out);
}

static void a_record_becomes_an_event(void **state)
{
	struct err err;
	struct refusal why;
	struct mapping *m = mapping_new(&plain, &err);
	char *event;

	(void)state;
	assert_non_null(m);
	event = map(
		m,
		"{\"value\":\"eyJhIjoxfQ==\",\"topic\":\"t\",\"_ack\":\"x\",\"headers\":[{\"h\":"
		"null}],\"timestamp\":1,\"offset\":9223372036854775807,\"partition\":2147483647}",
		&why);
	assert_string_equal(
		event, "{\"_ack\":\"x\",\"source\":\"s\",\"detail-type\":\"d\",\"resources\":[],"
		       "\"time\":\"1970-01-01T00:00:00.001Z\",\"detail\":{\"topic\":\"t\","
		       "\"partition\":2147483647,\"offset\":9223372036854775807,\"timestamp\":1,"
		       "\"timestampType\":\"NoTimestampType\",\"headers\":[{\"h\":null}],"
		       "\"key\":null,\"value\":{\"a\":1}}}");
	free(event);
	mapping_free(m);
}

static void a_refused_record_appends_nothing(void **state)
{
	static const struct {
		const char *line;
		enum reject_class class;
	} cases[] = {
		{"{\"topic\":\"t\",\"value\":\"eA==\"}", REJECT_DECODE},
		{"{\"topic\":\"t\",\"value\":\"e\"}", REJECT_DECODE},
		{"{\"topic\":\"t\",\"key\":\"/w==\"}", REJECT_DECODE},
		{"{\"topic\":\"t\",\"headers\":[{\"h\":\"/w==\"}]}", REJECT_DECODE},
		{"{\"topic\":\"t\",\"headers\":[\"h\"]}", REJECT_DECODE},
		{"{\"topic\":\"t\",\"headers\":[{\"a\":null},{\"h\":1}]}", REJECT_DECODE},
	};
	struct err err;
	struct mapping *m = mapping_new(&plain, &err);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct refusal why;

		assert_null(map(m, cases[i].line, &why));
		assert_int_equal(why.class, cases[i].class);
	}
	mapping_free(m);
}

/* Any bytes survive base64; JSON of any length survives json, whatever came before it. */
static void payloads_survive(void **state)
{
	struct payload any = {.what = "value", .format = PAYLOAD_BASE64};
	struct payload json = {.what = "value", .format = PAYLOAD_JSON};
	struct refusal why;
	char bytes[300] = {0}, base64[B64_ENCODED(sizeof bytes)];
	struct buf out = {0};

	(void)state;
	for (size_t n = 0; n < sizeof bytes; n++) {
		size_t len;

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(i * 7 + n);
		len = b64_encode(base64, bytes, n);
		assert_true(payload_read(&any, &(struct record){.value = {base64, len}}, &why));
		assert_true(slice_eq(any.bytes, (struct slice){bytes, n}));
		memset(bytes, '1', n);
		len = b64_encode(base64, bytes, n);
		assert_int_equal(
			payload_read(&json, &(struct record){.value = {base64, len}}, &why), n > 0);
		if (n == 0)
			continue;
		buf_reset(&out);
		payload_add(&json, &out);
		assert_true(slice_eq(buf_slice(&out), (struct slice){bytes, n}));
	}
	buf_free(&out);
	payload_free(&any);
	payload_free(&json);
}

static void groups_spread(void **state)
{
	struct err err;
	struct mapping *m = mapping_new(&plain, &err);
	char seen[1000][17];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char line[100], base64[9] = {0}, *event;
		struct refusal why;

		b64_encode(base64, &(uint32_t){(uint32_t)(i / 10 * 0x01010101) & 0x7f7f7f7f}, 4);
		snprintf(line, sizeof line, "{\"topic\":\"t%d\",\"key\":\"%s\"}", i % 10, base64);
		event = map(m, line, &why);
		assert_memory_equal(event, "{\"_group\":\"", 11);
		memcpy(seen[i], event + 11, 16);
		free(event);
		for (int j = 0; j < i; j++)
			assert_memory_not_equal(seen[i], seen[j], 16);
	}
	mapping_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_becomes_an_event),
		cmocka_unit_test(a_refused_record_appends_nothing),
		cmocka_unit_test(payloads_survive),
		cmocka_unit_test(groups_spread),
	};

	msg_program("test_mapping");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
