/* links: msk kafka aws http json cli base pkg:rdkafka pkg:libcurl pkg:libcrypto */
#include "msk/brokers.h"
#include "msk/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* --- brokers ------------------------------------------------------------------------ */

static const char answer[] =
	"{\"bootstrapBrokerString\":\"p:9092\",\"bootstrapBrokerStringTls\":\"t1:9094,t2:9094\","
	"\"bootstrapBrokerStringSaslScram\":\"s:9096\",\"bootstrapBrokerStringSaslIam\":\"i:9098\","
	"\"bootstrapBrokerStringPublicTls\":\"pt:9194\","
	"\"bootstrapBrokerStringPublicSaslScram\":\"ps:9196\","
	"\"bootstrapBrokerStringPublicSaslIam\":\"pi:9198\","
	"\"bootstrapBrokerStringVpcConnectivityTls\":\"vt:14001\","
	"\"bootstrapBrokerStringVpcConnectivitySaslScram\":\"vs:14002\","
	"\"bootstrapBrokerStringVpcConnectivitySaslIam\":\"vi:14003\",\"new\":{}}";

static void test_each_list(void **state)
{
	static const struct {
		enum brokers_kind kind;
		enum brokers_access access;
		const char *brokers;
	} rows[] = {
		{BROKERS_PLAIN, BROKERS_PRIVATE, "p:9092"},
		{BROKERS_TLS, BROKERS_PRIVATE, "t1:9094,t2:9094"},
		{BROKERS_SCRAM, BROKERS_PRIVATE, "s:9096"},
		{BROKERS_IAM, BROKERS_PRIVATE, "i:9098"},
		{BROKERS_TLS, BROKERS_PUBLIC, "pt:9194"},
		{BROKERS_SCRAM, BROKERS_PUBLIC, "ps:9196"},
		{BROKERS_IAM, BROKERS_PUBLIC, "pi:9198"},
		{BROKERS_TLS, BROKERS_VPC, "vt:14001"},
		{BROKERS_SCRAM, BROKERS_VPC, "vs:14002"},
		{BROKERS_IAM, BROKERS_VPC, "vi:14003"},
	};
	struct buf got = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(brokers_pick(slice_of(answer), "c", rows[i].kind, rows[i].access,
					      &got, &err),
				 0);
		assert_string_equal(buf_text(&got), rows[i].brokers);
	}
	buf_free(&got);
}

static void refuses(const char *text, enum brokers_kind kind, enum brokers_access access,
		    const char *message)
{
	struct buf got = {0};
	struct err err;

	assert_int_equal(brokers_pick(slice_of(text), "c", kind, access, &got, &err), -1);
	assert_non_null(strstr(err.text, message));
	buf_free(&got);
}

/* Another list would be another door: it is never taken instead. */
static void test_no_other_list(void **state)
{
	(void)state;
	refuses(answer, BROKERS_PLAIN, BROKERS_PUBLIC, "has no public brokers for plaintext");
	refuses("{\"bootstrapBrokerStringTls\":\"t:1\",\"bootstrapBrokerStringPublicSaslIam\":"
		"\"i:2\"}",
		BROKERS_IAM, BROKERS_PRIVATE,
		"cluster 'c' has no private brokers for IAM: it offers TLS (-X "
		"security.protocol=ssl), public IAM (--msk-iam)");
	refuses("{}", BROKERS_TLS, BROKERS_PRIVATE, "it offers none yet");
	refuses("{\"bootstrapBrokerStringTls\":\"\"}", BROKERS_TLS, BROKERS_PRIVATE, "none yet");
	refuses("{\"bootstrapBrokerStringTls\":7}", BROKERS_TLS, BROKERS_PRIVATE, "none yet");
	refuses("{\"bootstrapBrokerStringTls\":\"a b\"}", BROKERS_TLS, BROKERS_PRIVATE, "no ");
	refuses("<html>", BROKERS_TLS, BROKERS_PRIVATE, "no JSON object");
}

/* --- secrets ------------------------------------------------------------------------ */

static struct kafka_conf *conf_with(const char *a, const char *b)
{
	static char copies[2][100];
	const char *items[2];
	struct kafka_options o = {.brokers = "b:1", .props = {items, 0}};
	struct kafka_conf *conf;
	struct err err;

	if (a) {
		snprintf(copies[0], sizeof copies[0], "%s", a);
		items[o.props.n++] = copies[0];
	}
	if (b) {
		snprintf(copies[1], sizeof copies[1], "%s", b);
		items[o.props.n++] = copies[1];
	}
	conf = kafka_conf_new(&o, NULL, &err);
	assert_non_null(conf);
	return conf;
}

static void expect(const struct kafka_conf *conf, const char *property, const char *value)
{
	char got[200];

	assert_true(kafka_conf_get(conf, property, got, sizeof got));
	assert_string_equal(got, value);
}

static void test_user(void **state)
{
	struct kafka_conf *conf = conf_with(NULL, NULL);
	struct err err;

	(void)state;
	assert_int_equal(secret_apply(SLICE("{\"username\":\"r\",\"password\":\"a\\\"b\",\"x\":1}"),
				      "s", conf, &err),
			 0);
	expect(conf, "security.protocol", "sasl_ssl");
	expect(conf, "sasl.mechanisms", "SCRAM-SHA-512");
	expect(conf, "sasl.username", "r");
	expect(conf, "sasl.password", "a\"b");
	kafka_conf_free(conf);
}

/* What the user said stays: SASL/PLAIN, SCRAM-SHA-256, no TLS. */
static void test_user_of_another_kind(void **state)
{
	static const struct slice json = {"{\"username\":\"r\",\"password\":\"p\"}", 31};
	struct kafka_conf *conf =
		conf_with("sasl.mechanism=PLAIN", "security.protocol=sasl_plaintext");
	struct err err;

	(void)state;
	assert_int_equal(secret_apply(json, "s", conf, &err), 0);
	expect(conf, "security.protocol", "sasl_plaintext");
	expect(conf, "sasl.mechanisms", "PLAIN");
	kafka_conf_free(conf);

	conf = conf_with("sasl.username=other", NULL);
	assert_int_equal(secret_apply(json, "s", conf, &err), -1);
	assert_string_equal(err.text, "-X sasl.username and --secret exclude each other");
	kafka_conf_free(conf);
}

static void test_certificate(void **state)
{
	struct kafka_conf *conf = conf_with(NULL, NULL);
	struct err err;

	(void)state;
	assert_int_equal(secret_apply(SLICE("{\"certificate\":\"C\\n\",\"privateKey\":\"K\","
					    "\"privateKeyPassword\":\"W\"}"),
				      "s", conf, &err),
			 0);
	expect(conf, "security.protocol", "ssl");
	expect(conf, "ssl.certificate.pem", "C\n");
	expect(conf, "ssl.key.pem", "K");
	expect(conf, "ssl.key.password", "W");
	kafka_conf_free(conf);
}

static void test_no_secret(void **state)
{
	static const char *const texts[][2] = {
		{"plain-hunter2", "no JSON object"},
		{"{\"username\":\"hunter2\"}", "no text \"password\""},
		{"{\"username\":1,\"password\":\"hunter2\"}", "no text \"username\""},
		{"{\"certificate\":\"hunter2\"}", "no text \"privateKey\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct kafka_conf *conf = conf_with(NULL, NULL);
		struct err err;

		assert_int_equal(secret_apply(slice_of(texts[i][0]), "s", conf, &err), -1);
		assert_non_null(strstr(err.text, texts[i][1]));
		assert_null(strstr(err.text, "hunter2"));
		kafka_conf_free(conf);
	}
}

static void test_answer(void **state)
{
	struct buf to = {0};
	struct err err;

	(void)state;
	assert_int_equal(
		secret_of_answer(SLICE("{\"Name\":\"n\",\"SecretString\":\"{\\\"a\\\":1}\"}"), "s",
				 &to, &err),
		0);
	assert_string_equal(buf_text(&to), "{\"a\":1}");
	assert_int_equal(secret_of_answer(SLICE("{\"SecretBinary\":\"aGk=\"}"), "s", &to, &err),
			 -1);
	assert_non_null(strstr(err.text, "has no text"));
	buf_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_list),   cmocka_unit_test(test_no_other_list),
		cmocka_unit_test(test_user),	    cmocka_unit_test(test_user_of_another_kind),
		cmocka_unit_test(test_certificate), cmocka_unit_test(test_no_secret),
		cmocka_unit_test(test_answer),
	};

	return cmocka_run_group_tests_name("msk_client", tests, NULL, NULL);
}
