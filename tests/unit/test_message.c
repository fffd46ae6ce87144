/* links: kebwrite/message event json base */
#include "../../cmd/kebwrite/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The message of a line in short; "!..." is the reason why there is none. */
static const char *made(const struct message_conf *conf, const char *line)
{
	static char text[1024];
	struct message_maker *maker = message_maker_new(conf);
	struct producer_message m;
	struct json_fault fault;
	struct record record;
	struct buf to = {0};
	const char *wrong;

	assert_true(record_parse(&record, slice_of(line), &fault));
	wrong = message_make(maker, &record, &m);
	if (wrong) {
		buf_addf(&to, "!%s", wrong);
	} else {
		buf_addf(&to, "%s/%d@%lld ", m.topic, (int)m.partition, (long long)m.timestamp);
		buf_addf(&to, m.key.p ? "[%.*s]" : "null", SLICE_ARG(m.key));
		buf_addf(&to, m.value.p ? "[%.*s]" : "null", SLICE_ARG(m.value));
	}
	for (size_t i = 0; !wrong && i < m.n_headers; i++) {
		buf_addf(&to, " %.*s=", SLICE_ARG(m.headers[i].name));
		buf_addf(&to, m.headers[i].value.p ? "[%.*s]" : "null",
			 SLICE_ARG(m.headers[i].value));
	}
	snprintf(text, sizeof text, "%s", buf_text(&to));
	buf_free(&to);
	message_maker_free(maker);
	return text;
}

static void lines_become_messages(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{"{\"topic\":\"t\",\"key\":\"aw==\",\"value\":\"dg==\",\"timestamp\":"
		 "1545084650987}",
		 "t/-1@1545084650987 [k][v]"},
		{"{\"topic\":\"t\",\"key\":null,\"value\":null}", "t/-1@-1 nullnull"},
		{"{\"topic\":\"t\"}", "t/-1@-1 nullnull"},
		{"{\"topic\":\"t\",\"key\":\"\",\"value\":\"\"}", "t/-1@-1 [][]"},
		{"{\"topic\":\"\\u0074\",\"value\":\"Pz8\\/\"}", "t/-1@-1 null[???]"},
		{"{\"topic\":\"t\",\"headers\":[{\"a\":\"MQ==\"},{\"a\":\"\"},{\"b\":null}]}",
		 "t/-1@-1 nullnull a=[1] a=[] b=null"},
		{"{\"topic\":\"t\",\"partition\":3}", "t/-1@-1 nullnull"},
		{"{\"topic\":\"t\",\"timestamp\":0}", "t/-1@0 nullnull"},
		{"{\"topic\":\"t\",\"timestamp\":-1}", "t/-1@-1 nullnull"},
		{"{\"topic\":\"t\",\"timestamp\":5,\"timestampType\":\"NO_TIMESTAMP_TYPE\"}",
		 "t/-1@-1 nullnull"},
		{"{\"topic\":\"t\",\"timestamp\":5,\"timestampType\":\"LOG_APPEND_TIME\"}",
		 "t/-1@5 nullnull"},
		{"{\"topic\":\"t\",\"key\":\"k\"}", "!the key is not base64"},
		{"{\"topic\":\"t\",\"value\":\"dg=\"}", "!the value is not base64"},
		{"{\"topic\":\"t\",\"headers\":[{\"a\":\"?\"}]}",
		 "!a header's value is not base64"},
		{"{\"topic\":\"t\",\"headers\":[1]}",
		 "!a header is not an object of strings and nulls"},
		{"{\"topic\":\"\"}", "!the topic is no name of one"},
		{"{\"topic\":\"a\\u0000b\"}", "!the topic is no name of one"},
	};
	static const struct message_conf plain = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(made(&plain, cases[i].line), cases[i].message);
}

static void topic_and_partition_follow_the_options(void **state)
{
	static const struct message_conf conf = {.topic = "u", .keep_partition = true};

	(void)state;
	assert_string_equal(made(&conf, "{\"topic\":\"t\",\"partition\":3}"), "u/3@-1 nullnull");
	assert_string_equal(made(&conf, "{}"), "u/-1@-1 nullnull");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_messages),
		cmocka_unit_test(topic_and_partition_follow_the_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
