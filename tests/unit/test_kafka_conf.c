/* links: kafka cli json base pkg:rdkafka */
#include "kafka/conf.h"
#include "kafka/file.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct kafka_owned owned[] = {{"group.id", "use -G"}, {NULL, NULL}};

static struct kafka_conf *conf_of(const char *a, const char *b, struct err *err)
{
	static char copies[2][200];
	const char *items[2];
	struct kafka_options o = {.brokers = "b1:9092", .props = {items, 0}};

	if (a) {
		snprintf(copies[0], sizeof copies[0], "%s", a);
		items[o.props.n++] = copies[0];
	}
	if (b) {
		snprintf(copies[1], sizeof copies[1], "%s", b);
		items[o.props.n++] = copies[1];
	}
	return kafka_conf_new(&o, owned, err);
}

static void expect(struct kafka_conf *conf, const char *property, const char *value)
{
	char got[100];

	assert_true(kafka_conf_get(conf, property, got, sizeof got));
	assert_string_equal(got, value);
}

static void properties_are_set(void **state)
{
	struct err err;
	struct kafka_conf *conf =
		conf_of("session.timeout.ms=4000", "topic.message.timeout.ms=7", &err);

	(void)state;
	assert_non_null(conf);
	expect(conf, "bootstrap.servers", "b1:9092");
	expect(conf, "session.timeout.ms", "4000");
	assert_true(kafka_conf_given(conf, "session.timeout.ms"));
	assert_true(kafka_conf_given(conf, "message.timeout.ms"));
	kafka_conf_default(conf, "session.timeout.ms", "9");
	kafka_conf_default(conf, "no.such.thing", "9");
	kafka_conf_default(conf, "fetch.wait.max.ms", "9");
	expect(conf, "session.timeout.ms", "4000");
	expect(conf, "fetch.wait.max.ms", "9");
	kafka_conf_free(conf);
}

static void bad_ones_are_refused(void **state)
{
	static const struct {
		const char *item, *says;
	} cases[] = {
		{"group.id=x", "-X: property 'group.id' is set by keb itself: use -G"},
		{"topic.group.id=x", "use -G"},
		{"no.such.thing=1", "there is no property 'no.such.thing'"},
		{"session.timeout.ms=x", "session.timeout.ms"},
		{"nonsense", "PROP=VALUE"},
		{"=1", "PROP=VALUE"},
		{"client.id=env:NO_SUCH_VARIABLE", "there is no such variable"},
		{"client.id=@/no/such/file", "/no/such/file"},
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(conf_of(cases[i].item, NULL, &err));
		assert_int_equal(err.status, EXIT_USAGE);
		assert_non_null(strstr(err.text, cases[i].says));
	}
}

static void secrets_leave_argv(void **state)
{
	char item[] = "sasl.password=geheim";
	const char *items[] = {item};
	struct kafka_options o = {.brokers = "b1", .props = {items, 1}};
	struct err err;
	struct kafka_conf *conf = kafka_conf_new(&o, owned, &err);

	(void)state;
	assert_non_null(conf);
	expect(conf, "sasl.password", "geheim");
	assert_string_equal(item, "sasl.password=");
	assert_memory_equal(item + 14, "\0\0\0\0\0\0", 6);
	kafka_conf_free(conf);
}

static void values_come_from_the_environment(void **state)
{
	struct err err;
	struct kafka_conf *conf;
	struct kafka_options none = {0};

	(void)state;
	setenv("TEST_ID", "me", 1);
	conf = conf_of("client.id=env:TEST_ID", NULL, &err);
	assert_non_null(conf);
	expect(conf, "client.id", "me");
	kafka_conf_free(conf);
	unsetenv("KEB_BROKERS");
	assert_null(kafka_conf_new(&none, owned, &err));
	assert_non_null(strstr(err.text, "KEB_BROKERS"));
	setenv("KEB_BROKERS", "b9:1", 1);
	conf = kafka_conf_new(&none, owned, &err);
	assert_non_null(conf);
	expect(conf, "bootstrap.servers", "b9:1");
	kafka_conf_free(conf);
}

struct lines {
	char text[400];
};

static int note(void *ctx, const char *property, const char *value, struct err *err)
{
	struct lines *l = ctx;
	size_t n = strlen(l->text);

	(void)err;
	snprintf(l->text + n, sizeof l->text - n, "%s=[%s]\n", property, value);
	return 0;
}

static int parse(const char *text, struct lines *l, struct err *err)
{
	char *copy = mem_text(text, strlen(text));
	int result;

	*l = (struct lines){""};
	result = kafka_file_parse(copy, strlen(text), "f.conf", note, l, err);
	free(copy);
	return result;
}

static void files_are_kcats(void **state)
{
	struct lines l;
	struct err err;

	(void)state;
	assert_int_equal(parse("# a comment\n\n  a.b = c d \r\nx=1=2\nu\\=v=w\\:w\nempty=\nlast=@x",
			       &l, &err),
			 0);
	assert_string_equal(l.text, "a.b=[c d]\nx=[1=2]\nu=v=[w:w]\nempty=[]\nlast=[@x]\n");
	assert_int_equal(
		parse("sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule "
		      "required username=\"u\" password=\"p w\";\n",
		      &l, &err),
		0);
	assert_string_equal(l.text, "sasl.username=[u]\nsasl.password=[p w]\n");
	assert_int_equal(parse("a=1\nb\n", &l, &err), -1);
	assert_string_equal(err.text, "f.conf: line 2 is not PROP=VALUE");
	assert_int_equal(parse("sasl.jaas.config=x\n", &l, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(properties_are_set),
		cmocka_unit_test(bad_ones_are_refused),
		cmocka_unit_test(secrets_leave_argv),
		cmocka_unit_test(values_come_from_the_environment),
		cmocka_unit_test(files_are_kcats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
