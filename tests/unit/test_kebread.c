/* links: kebread/token kebread/flow kebread/record kebread/checkpoint json base */
#include "../../cmd/kebread/checkpoint.h"
#include "../../cmd/kebread/flow.h"
#include "../../cmd/kebread/record.h"
#include "../../cmd/kebread/token.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void tokens_are_read_from_the_right(void **state)
{
	static const char *const bad[] = {
		"",
		"orders",
		"orders/0/15",
		"orders/0/15/k3f9",
		"orders/0/15/.2",
		"/0/15/k3f9.2",
		"orders/x/15/k3f9.2",
		"orders/0/-1/k3f9.2",
		"orders/2147483648/15/k3f9.2",
		"orders/0/9223372036854775808/k3f9.2",
	};
	struct token t;

	(void)state;
	assert_true(token_parse(&t, SLICE("or.ders/7/15/k3f9.2~1/3~2/2")));
	assert_true(slice_is(t.topic, "or.ders"));
	assert_true(slice_is(t.run, "k3f9"));
	assert_true(slice_is(t.whole, "or.ders/7/15/k3f9.2"));
	assert_int_equal(t.partition, 7);
	assert_int_equal(t.offset, 15);
	assert_int_equal(t.epoch, 2);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(token_parse(&t, slice_of(bad[i])));
}

static void flow_follows_what_was_settled(void **state)
{
	struct flow f = {.max_records = 10000, .max_bytes = 1000};

	(void)state;
	assert_int_equal(flow_limit(&f, 1000), 500);
	flow_settled(&f, 1000, 700);
	assert_int_equal(flow_limit(&f, 1000), 700);
	flow_settled(&f, 3000, 800);
	assert_int_equal(flow_limit(&f, 3000), 1500);
	assert_int_equal(flow_limit(&f, 6100), 800);
	assert_int_equal(flow_limit(&f, 60000), 500);
	flow_settled(&f, 60000, 1000000);
	assert_int_equal(flow_limit(&f, 60001), 10000);
	assert_true(flow_has_room(&f, 60001, 0, 5000));
	assert_false(flow_has_room(&f, 60001, 1, 1000));
	assert_true(flow_has_room(&f, 60001, 1, 999));
}

static void records_are_lines(void **state)
{
	const struct header headers[] = {
		{"trace", SLICE("00-af")}, {"trace", SLICE_NONE}, {"", {"", 0}}};
	struct message m = {
		.offset = 15,
		.timestamp = 1545084650987,
		.timestamp_type = TIMESTAMP_CREATE,
		.key = SLICE("order-1"),
		.value = SLICE("{\"a\":1}"),
		.headers = headers,
		.n_headers = 1,
	};
	struct buf place = {0}, line = {0};

	(void)state;
	record_place(&place, SLICE("orders"), 0);
	m.place = buf_slice(&place);
	record_put(&line, &m, SLICE("orders/0/15/k3f9.2"));
	assert_string_equal(buf_text(&line),
			    "{\"_ack\":\"orders/0/15/"
			    "k3f9.2\",\"topic\":\"orders\",\"partition\":0,\"offset\":15,"
			    "\"timestamp\":1545084650987,\"timestampType\":\"CREATE_TIME\","
			    "\"key\":\"b3JkZXItMQ==\",\"value\":\"eyJhIjoxfQ==\","
			    "\"headers\":[{\"trace\":\"MDAtYWY=\"}]}\n");
	buf_reset(&line);
	m.key = SLICE_NONE;
	m.value = SLICE("");
	m.timestamp = -1;
	m.timestamp_type = TIMESTAMP_NONE;
	m.n_headers = 3;
	record_put(&line, &m, SLICE_NONE);
	assert_string_equal(
		buf_text(&line),
		"{\"topic\":\"orders\",\"partition\":0,\"offset\":15,\"timestamp\":-1,"
		"\"timestampType\":\"NO_TIMESTAMP_TYPE\",\"key\":null,\"value\":\"\","
		"\"headers\":[{\"trace\":\"MDAtYWY=\"},{\"trace\":null},{\"\":\"\"}]}\n");
	buf_free(&place);
	buf_free(&line);
}

static void checkpoints_come_back(void **state)
{
	char path[] = "/tmp/test_kebread.XXXXXX";
	int fd = mkstemp(path);
	struct checkpoint *cp;
	struct err err;

	(void)state;
	assert_true(fd >= 0);
	cp = checkpoint_open(path, &err);
	assert_non_null(cp);
	assert_int_equal(checkpoint_get(cp, "orders", 0), -1);
	checkpoint_set(cp, "orders", 0, 17);
	checkpoint_set(cp, "orders", 12, 0);
	assert_int_equal(checkpoint_write(cp, &err), 0);
	checkpoint_free(cp);
	cp = checkpoint_open(path, &err);
	assert_non_null(cp);
	assert_int_equal(checkpoint_get(cp, "orders", 0), 17);
	assert_int_equal(checkpoint_get(cp, "orders", 12), 0);
	checkpoint_free(cp);
	close(fd);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "{\"topic\":3}\n", 12), 12);
	close(fd);
	assert_null(checkpoint_open(path, &err));
	assert_int_equal(err.status, EXIT_USAGE);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_read_from_the_right),
		cmocka_unit_test(flow_follows_what_was_settled),
		cmocka_unit_test(records_are_lines),
		cmocka_unit_test(checkpoints_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
