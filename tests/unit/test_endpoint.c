/* links: aws http json base */
#include "aws/arn.h"
#include "aws/endpoint.h"
#include "aws/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- regions --------------------------------------------------------------- */

static void test_regions(void **state)
{
	(void)state;
	assert_true(region_valid(SLICE("eu-west-1")));
	assert_true(region_valid(SLICE("local")));
	assert_false(region_valid(SLICE("")));
	assert_false(region_valid(SLICE("123")));
	assert_false(region_valid(SLICE("-a")));
	assert_false(region_valid(SLICE("a-")));
	assert_false(region_valid(SLICE("us-east-1.evil.example/")));
	assert_string_equal(region_suffix("eu-west-1", false), "amazonaws.com");
	assert_string_equal(region_suffix("cn-north-1", false), "amazonaws.com.cn");
	assert_string_equal(region_suffix("eusc-de-east-1", false), "amazonaws.eu");
	assert_string_equal(region_suffix("us-isob-east-1", false), "sc2s.sgov.gov");
	assert_string_equal(region_suffix("us-gov-west-1", true), "api.aws");
	assert_null(region_suffix("us-iso-east-1", true));
}

static void test_region_order(void **state)
{
	char store[64];
	struct err err;

	(void)state;
	setenv("AWS_REGION", "env-1", 1);
	setenv("AWS_DEFAULT_REGION", "old-1", 1);
	assert_string_equal(region_choose("opt-1", SLICE_NONE, NULL, store, &err), "opt-1");
	assert_string_equal(region_choose(NULL, SLICE("arn-1"), NULL, store, &err), "arn-1");
	assert_string_equal(region_choose("arn-1", SLICE("arn-1"), NULL, store, &err), "arn-1");
	assert_null(region_choose("opt-1", SLICE("arn-1"), NULL, store, &err));
	assert_int_equal(err.status, EXIT_USAGE);
	assert_string_equal(region_choose(NULL, SLICE_NONE, NULL, store, &err), "env-1");
	unsetenv("AWS_REGION");
	assert_string_equal(region_choose(NULL, SLICE_NONE, NULL, store, &err), "old-1");
	unsetenv("AWS_DEFAULT_REGION");
	assert_null(region_choose(NULL, SLICE_NONE, NULL, store, &err));
}

/* --- endpoints ------------------------------------------------------------- */

static void test_urls(void **state)
{
	static const struct {
		const char *text, *url, *host, *path;
		bool loopback;
	} good[] = {
		{"https://h.example", "https://h.example/", "h.example", "/", false},
		{"https://H.example:443/a/b", "https://h.example/a/b", "h.example", "/a/b", false},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080/", "127.0.0.1:8080", "/", true},
		{"http://127.9.9.9/", "http://127.9.9.9/", "127.9.9.9", "/", true},
		{"http://[::1]:80", "http://[::1]/", "[::1]", "/", true},
		{"http://localhost", "http://localhost/", "localhost", "/", true},
		{"http://127.0.0.1.evil.example", "http://127.0.0.1.evil.example/",
		 "127.0.0.1.evil.example", "/", false},
	};
	static const char *const bad[] = {
		"",
		"h.example",
		"ftp://h",
		"https://",
		"https://user@h/",
		"https://h:0",
		"https://h:65536",
		"https://h:/",
		"https://h/?q",
		"https://h/a b",
		"https://h/#f",
		"https://[::1",
		"https://[x]",
		"https://h\r\nX: y",
		"https://-h",
	};
	struct endpoint e;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(endpoint_parse(&e, slice_of(good[i].text), "test", &err), 0);
		assert_string_equal(e.url, good[i].url);
		assert_string_equal(e.host, good[i].host);
		assert_string_equal(e.path, good[i].path);
		assert_int_equal(e.loopback, good[i].loopback);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(endpoint_parse(&e, slice_of(bad[i]), "test", &err), -1);
}

static void is_endpoint(struct endpoint_conf *conf, const char *want)
{
	struct endpoint e;
	struct err err;

	if (endpoint_choose(&e, conf, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(e.url, want);
}

static void test_endpoint_order(void **state)
{
	struct endpoint_conf conf = {
		.service = "events", .id = "eventbridge", .region = "eu-west-1"};
	struct endpoint e;
	struct err err;

	(void)state;
	unsetenv("AWS_ENDPOINT_URL");
	is_endpoint(&conf, "https://events.eu-west-1.amazonaws.com/");
	setenv("AWS_USE_FIPS_ENDPOINT", "true", 1);
	is_endpoint(&conf, "https://events-fips.eu-west-1.amazonaws.com/");
	setenv("AWS_USE_DUALSTACK_ENDPOINT", "true", 1);
	is_endpoint(&conf, "https://events-fips.eu-west-1.api.aws/");
	setenv("AWS_ENDPOINT_URL", "https://h", 1);
	assert_int_equal(endpoint_choose(&e, &conf, &err), -1);
	unsetenv("AWS_USE_FIPS_ENDPOINT");
	unsetenv("AWS_USE_DUALSTACK_ENDPOINT");
	is_endpoint(&conf, "https://h/");
	setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", "https://e", 1);
	is_endpoint(&conf, "https://e/");
	conf.url = "https://o";
	is_endpoint(&conf, "https://o/");
	conf.url = NULL;
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	is_endpoint(&conf, "https://events.eu-west-1.amazonaws.com/");
	unsetenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	unsetenv("AWS_ENDPOINT_URL_EVENTBRIDGE");
	unsetenv("AWS_ENDPOINT_URL");
}

static const char *label_of(const char *service)
{
	return strcmp(service, "sso") == 0	  ? "portal.sso"
	       : strcmp(service, "sso-oidc") == 0 ? "oidc"
						  : service;
}

/* Every service, partition and form of it, as botocore's endpoint rules have them. */
static void test_own_hosts(void **state)
{
	FILE *table = fopen("tests/data/endpoints.txt", "r");
	char service[32], region[32], fips[8], dual[8], host[128];
	struct endpoint e;
	struct err err;
	int rows = 0;

	(void)state;
	assert_non_null(table);
	while (fscanf(table, "%31s %31s %7s %7s %127s", service, region, fips, dual, host) == 5) {
		struct endpoint_conf conf = {
			.service = label_of(service), .id = "x", .region = region};
		int chosen;

		setenv("AWS_USE_FIPS_ENDPOINT", strcmp(fips, "yes") == 0 ? "true" : "false", 1);
		setenv("AWS_USE_DUALSTACK_ENDPOINT", strcmp(dual, "yes") == 0 ? "true" : "false",
		       1);
		chosen = endpoint_choose(&e, &conf, &err);
		if (strcmp(host, "-") == 0 ? chosen == 0 : chosen != 0 || strcmp(e.host, host) != 0)
			fail_msg("%s %s %s %s: '%s', not '%s'", service, region, fips, dual,
				 chosen == 0 ? e.host : err.text, host);
		rows++;
	}
	fclose(table);
	unsetenv("AWS_USE_FIPS_ENDPOINT");
	unsetenv("AWS_USE_DUALSTACK_ENDPOINT");
	assert_true(rows > 250);
}

/* Where a URL may be set, first wins; a row takes one away. */
static void test_url_order(void **state)
{
	static const char config[] =
		"[default]\nendpoint_url = https://profile\nservices = mine\n"
		"[services mine]\neventbridge =\n  endpoint_url = https://nested\n"
		"s3 =\n  endpoint_url = https://other\n";
	static const char *const order[][2] = {
		{"AWS_ENDPOINT_URL_EVENTBRIDGE", "https://service/"},
		{"AWS_ENDPOINT_URL", "https://all/"},
	};
	struct profiles *profiles = profiles_new();
	struct endpoint_conf conf = {.service = "events",
				     .id = "eventbridge",
				     .url = "https://option",
				     .region = "eu-west-1",
				     .profiles = profiles};
	struct err err;

	(void)state;
	assert_int_equal(profiles_add(profiles, PROFILE_CONFIG, slice_of(config), "c", &err), 0);
	conf.profile = profiles_find(profiles, PROFILE_PLAIN, "default");
	setenv(order[0][0], "https://service", 1);
	setenv(order[1][0], "https://all", 1);
	is_endpoint(&conf, "https://option/");
	conf.url = NULL;
	for (size_t i = 0; i < 2; i++) {
		is_endpoint(&conf, order[i][1]);
		unsetenv(order[i][0]);
	}
	is_endpoint(&conf, "https://nested/");
	conf.id = "sts";
	is_endpoint(&conf, "https://profile/");
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE", 1);
	is_endpoint(&conf, "https://events.eu-west-1.amazonaws.com/");
	unsetenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	profiles_free(profiles);
}

/* What excludes each other, and what the message says about it. */
static void test_refused(void **state)
{
	static const struct {
		const char *fips, *dual, *url, *id, *region, *message;
	} rows[] = {
		{"true", NULL, "https://h", NULL, "eu-west-1",
		 "--endpoint-url gives an endpoint, and AWS_USE_FIPS_ENDPOINT is on: they exclude"},
		{NULL, "true", "https://h", NULL, "eu-west-1",
		 "--endpoint-url gives an endpoint, and AWS_USE_DUALSTACK_ENDPOINT is on"},
		{"true", NULL, NULL, "abcde.veo", "eu-west-1",
		 "--endpoint-id and AWS_USE_FIPS_ENDPOINT exclude each other"},
		{NULL, "True", NULL, "abcde.veo", "eu-west-1",
		 "--endpoint-id and AWS_USE_DUALSTACK_ENDPOINT exclude each other"},
		{NULL, NULL, NULL, "abcde", "eu-west-1", "'abcde' is no id of a global endpoint"},
		{NULL, "true", NULL, NULL, "us-iso-east-1", "has no dual-stack endpoints"},
		{NULL, NULL, "http://10.0.0.1", NULL, "eu-west-1",
		 "plain http to another machine: credentials would go in clear (use https, or "
		 "--insecure-http)"},
		{NULL, NULL, "http://127.0.0.1.evil.example", NULL, "eu-west-1", "plain http"},
		{NULL, NULL, "https://u:p@h", NULL, "eu-west-1", "is no URL of the form"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct endpoint_conf conf = {.service = "events",
					     .id = "eventbridge",
					     .url = rows[i].url,
					     .region = rows[i].region,
					     .global_id = rows[i].id};
		struct endpoint e;
		struct err err;

		setenv("AWS_USE_FIPS_ENDPOINT", rows[i].fips ? rows[i].fips : "", 1);
		setenv("AWS_USE_DUALSTACK_ENDPOINT", rows[i].dual ? rows[i].dual : "", 1);
		assert_int_equal(endpoint_choose(&e, &conf, &err), -1);
		assert_int_equal(err.status, EXIT_USAGE);
		if (!strstr(err.text, rows[i].message))
			fail_msg("'%s' lacks '%s'", err.text, rows[i].message);
	}
	unsetenv("AWS_USE_FIPS_ENDPOINT");
	unsetenv("AWS_USE_DUALSTACK_ENDPOINT");
}

static void test_partitions(void **state)
{
	static const char *const rows[][3] = {
		{"eu-west-1", "aws", "amazonaws.com"},
		{"mx-central-1", "aws", "amazonaws.com"},
		{"cn-northwest-1", "aws-cn", "amazonaws.com.cn"},
		{"us-gov-east-1", "aws-us-gov", "amazonaws.com"},
		{"eusc-de-east-1", "aws-eusc", "amazonaws.eu"},
		{"us-iso-west-1", "aws-iso", "c2s.ic.gov"},
		{"us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"},
		{"eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"},
		{"us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_string_equal(region_partition(rows[i][0]), rows[i][1]);
		assert_string_equal(region_suffix(rows[i][0], false), rows[i][2]);
	}
}

/* The hosts of EventBridge's endpoint rules; what has no such form is refused. */
static void test_global(void **state)
{
	struct endpoint_conf conf = {.service = "events",
				     .id = "eventbridge",
				     .region = "eu-west-1",
				     .global_id = "abcde.veo"};
	struct endpoint e;
	struct err err;

	(void)state;
	is_endpoint(&conf, "https://abcde.veo.endpoint.events.amazonaws.com/");
	conf.region = "cn-north-1";
	is_endpoint(&conf, "https://abcde.veo.endpoint.events.amazonaws.com.cn/");
	conf.url = "https://own";
	is_endpoint(&conf, "https://own/");
	setenv("AWS_USE_DUALSTACK_ENDPOINT", "true", 1);
	assert_int_equal(endpoint_choose(&e, &conf, &err), -1);
	unsetenv("AWS_USE_DUALSTACK_ENDPOINT");
	conf.global_id = "abcde.veo/../x";
	assert_int_equal(endpoint_choose(&e, &conf, &err), -1);
}

static void test_plain_http(void **state)
{
	struct endpoint_conf conf = {.service = "events",
				     .id = "eventbridge",
				     .region = "eu-west-1",
				     .url = "http://10.0.0.1"};
	struct endpoint e;
	struct err err;

	(void)state;
	assert_int_equal(endpoint_choose(&e, &conf, &err), -1);
	conf.insecure_http = true;
	assert_int_equal(endpoint_choose(&e, &conf, &err), 0);
	conf.insecure_http = false;
	conf.url = "http://127.0.0.1:1";
	assert_int_equal(endpoint_choose(&e, &conf, &err), 0);
}

/* --- buses ----------------------------------------------------------------- */

static void test_buses(void **state)
{
	static const char *const bad[] = {
		"",
		"a/b",
		"a b",
		"arn:aws:events:eu-west-1:123456789012:rule/x",
		"arn:aws:events:eu-west-1:123456789012:event-bus/",
		"arn:aws:events::123456789012:event-bus/x",
		"arn:aws:events:eu-west-1:12345678901x:event-bus/x",
		"arn:AWS:events:eu-west-1:123456789012:event-bus/x",
		"arn:aws:events:eu-west-1.evil.example/:123456789012:event-bus/x",
		"arn:aws:events:eu-west-1:123456789012:event-busv2/x/abc",
		"arn:aws",
	};
	struct bus bus;
	struct err err;

	(void)state;
	assert_int_equal(bus_parse("orders", &bus, &err), 0);
	assert_null(bus.region.p);
	assert_int_equal(bus_parse("arn:aws-cn:events:cn-north-1:123456789012:event-bus/a.b-c_d",
				   &bus, &err),
			 0);
	assert_true(slice_is(bus.region, "cn-north-1"));
	assert_true(slice_is(bus.partition, "aws-cn"));
	assert_true(slice_is(bus.account, "123456789012"));
	assert_true(slice_is(bus.name, "a.b-c_d"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(bus_parse(bad[i], &bus, &err), -1);
}

/* --- retries --------------------------------------------------------------- */

static void test_retry_kinds(void **state)
{
	(void)state;
	assert_int_equal(retry_code(SLICE("ThrottlingException")), RETRY_THROTTLED);
	assert_int_equal(retry_code(SLICE("InternalFailure")), RETRY_TRANSIENT);
	assert_int_equal(retry_code(SLICE("AccessDeniedException")), RETRY_NEVER);
	assert_int_equal(retry_code(SLICE_NONE), RETRY_NEVER);
	assert_int_equal(retry_status(500), RETRY_TRANSIENT);
	assert_int_equal(retry_status(503), RETRY_TRANSIENT);
	assert_int_equal(retry_status(429), RETRY_THROTTLED);
	assert_int_equal(retry_status(400), RETRY_NEVER);
	assert_int_equal(retry_status(200), RETRY_NEVER);
}

/* Full jitter: between nothing and the step, which doubles up to 20 s. */
static void test_retry_delays(void **state)
{
	struct retry_chance chance;
	int64_t most[3] = {0};

	(void)state;
	retry_seed(&chance);
	for (int i = 0; i < 10000; i++) {
		int64_t delays[] = {retry_delay_ms(RETRY_TRANSIENT, 1, &chance),
				    retry_delay_ms(RETRY_TRANSIENT, 3, &chance),
				    retry_delay_ms(RETRY_THROTTLED, 1000, &chance)};

		for (int k = 0; k < 3; k++) {
			assert_true(delays[k] >= 1);
			if (delays[k] > most[k])
				most[k] = delays[k];
		}
	}
	assert_in_range(most[0], 45, 50);
	assert_in_range(most[1], 190, 200);
	assert_in_range(most[2], 19000, 20000);
}

/* The numbers of the SDKs' rules of 2026. */
static void test_retry_quota(void **state)
{
	struct retry_quota quota = {0};
	struct retry_chance chance;
	unsigned tries = 0;

	(void)state;
	retry_seed(&chance);
	while (retry_take(&quota, RETRY_TRANSIENT))
		tries++;
	assert_int_equal(tries, 500 / 14);
	assert_true(retry_take(&quota, RETRY_THROTTLED)); /* 10 were left */
	assert_true(retry_take(&quota, RETRY_THROTTLED));
	assert_false(retry_take(&quota, RETRY_THROTTLED));

	/* Spent: slower, and never faster than the server asks for. */
	for (int i = 0; i < 1000; i++) {
		int64_t wait = retry_wait_ms(&quota, RETRY_TRANSIENT, 1, SLICE_NONE, &chance);

		assert_in_range(wait, 1000, 5000);
	}
	assert_true(retry_wait_ms(&quota, RETRY_TRANSIENT, 1, SLICE("9000"), &chance) >= 5001);

	retry_give(&quota, RETRY_TRANSIENT);
	assert_int_equal(quota.taken, 500 - 14);
	retry_give(&quota, RETRY_THROTTLED);
	retry_give(&quota, RETRY_NEVER);
	assert_int_equal(quota.taken, 500 - 14 - 5 - 1);
	for (int i = 0; i < 1000; i++)
		retry_give(&quota, RETRY_NEVER);
	assert_int_equal(quota.taken, 0);
	assert_in_range(retry_wait_ms(&quota, RETRY_TRANSIENT, 1, SLICE_NONE, &chance), 1, 50);
}

static void test_retry_hint(void **state)
{
	(void)state;
	assert_int_equal(retry_hint_ms(100, SLICE_NONE), 100);
	assert_int_equal(retry_hint_ms(100, SLICE("50")), 100);
	assert_int_equal(retry_hint_ms(100, SLICE("1500")), 1500);
	assert_int_equal(retry_hint_ms(100, SLICE("999999")), 5100);
	assert_int_equal(retry_hint_ms(100, SLICE("soon")), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),	     cmocka_unit_test(test_region_order),
		cmocka_unit_test(test_urls),	     cmocka_unit_test(test_endpoint_order),
		cmocka_unit_test(test_plain_http),   cmocka_unit_test(test_own_hosts),
		cmocka_unit_test(test_url_order),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_partitions),   cmocka_unit_test(test_global),
		cmocka_unit_test(test_buses),	     cmocka_unit_test(test_retry_kinds),
		cmocka_unit_test(test_retry_delays), cmocka_unit_test(test_retry_quota),
		cmocka_unit_test(test_retry_hint),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
