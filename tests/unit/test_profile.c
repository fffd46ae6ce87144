/* links: aws http json base pkg:libcrypto pkg:libcurl */
#include "aws/credentials.h"
#include "aws/profile.h"

#include "base/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct profiles *parse(const char *config, const char *credentials)
{
	struct profiles *all = profiles_new();
	struct err err;

	msg_level(MSG_ERROR);
	if (profiles_add(all, PROFILE_CONFIG, slice_of(config), "config", &err) != 0 ||
	    profiles_add(all, PROFILE_CREDENTIALS, slice_of(credentials), "credentials", &err) != 0)
		fail_msg("%s", err.text);
	return all;
}

static void is(const struct profiles *all, const char *name, const char *key, const char *want)
{
	const char *got = profile_get(profiles_find(all, PROFILE_PLAIN, name), key);

	if (!want)
		assert_null(got);
	else if (!got)
		fail_msg("%s of %s is missing", key, name);
	else
		assert_string_equal(got, want);
}

static void test_values(void **state)
{
	struct profiles *all = parse("[default]\n"
				     "# comment\n"
				     "; comment\n"
				     "region = eu-west-1 \r\n"
				     "a=b#c\n"
				     "d = e # comment\n"
				     "f = g ; comment\n"
				     "quoted = \"x\"\n"
				     "twice = 1\n"
				     "twice = 2\n"
				     "long = one\n"
				     "\ttwo # kept\n"
				     "Case = 1\n"
				     "[profile p] # comment\n"
				     "region=x",
				     "");

	(void)state;
	is(all, "default", "region", "eu-west-1");
	is(all, "default", "a", "b#c");
	is(all, "default", "d", "e");
	is(all, "default", "f", "g");
	is(all, "default", "quoted", "\"x\"");
	is(all, "default", "twice", "2");
	is(all, "default", "long", "one\ntwo # kept");
	is(all, "default", "case", NULL);
	is(all, "p", "region", "x");
	profiles_free(all);
}

static void test_sections(void **state)
{
	struct profiles *all = parse("[default]\na = bare\nb = bare\n"
				     "[profile default]\na = prefixed\n"
				     "[default]\nc = late\n"
				     "[ profile\ttwo ]\nk = config\nl = config\n"
				     "[three]\nk = ignored\n"
				     "[profile b!d]\nk = ignored\n"
				     "[sso-session s]\nsso_region = r\n"
				     "[profile two]\nm = merged\n",
				     "[two]\nk = credentials\n"
				     "[profile four]\nk = ignored\n"
				     "[five]\naws_access_key_id = id\n");
	const struct profile *session = profiles_find(all, PROFILE_SSO_SESSION, "s");

	(void)state;
	is(all, "default", "a", "prefixed");
	is(all, "default", "b", NULL);
	is(all, "default", "c", NULL);
	is(all, "two", "k", "credentials");
	is(all, "two", "l", "config");
	is(all, "two", "m", "merged");
	assert_null(profiles_find(all, PROFILE_PLAIN, "three"));
	assert_null(profiles_find(all, PROFILE_PLAIN, "four"));
	is(all, "five", "aws_access_key_id", "id");
	assert_string_equal(profile_get(session, "sso_region"), "r");
	profiles_free(all);
}

static void test_nested(void **state)
{
	struct profiles *all = parse("[profile p]\nservices = mine\ns3 =\n  max = 1\n"
				     "[services mine]\n"
				     "eventbridge =\n"
				     "  endpoint_url = http://localhost:1\n"
				     "  other = 2\n"
				     "s3 =\n"
				     "  endpoint_url = http://localhost:2\n",
				     "");
	const struct profile *mine = profiles_find(all, PROFILE_SERVICES, "mine");

	(void)state;
	assert_true(slice_is(profile_nested(mine, "eventbridge", "endpoint_url"),
			     "http://localhost:1"));
	assert_true(slice_is(profile_nested(mine, "s3", "endpoint_url"), "http://localhost:2"));
	assert_null(profile_nested(mine, "eventbridge", "missing").p);
	assert_null(profile_nested(mine, "sts", "endpoint_url").p);
	assert_null(profile_nested(NULL, "sts", "endpoint_url").p);
	profiles_free(all);
}

static void test_faults(void **state)
{
	static const char *const bad[][2] = {
		{"[default\n", "config:1: a section has no ']'"},
		{"a = b\n", "config:1: a key stands before the first section"},
		{"[default]\nno equals\n", "config:2: a line has neither '=' nor brackets"},
		{"[default]\n  x = 1\n", "config:2: an indented line continues nothing"},
		{"[default]\ns3 =\n  x\n", "config:3: a line of an indented block has no '='"},
		{"[default] x\n", "config:1: something stands behind the ']' of a section"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct profiles *all = profiles_new();
		struct err err;

		assert_int_equal(
			profiles_add(all, PROFILE_CONFIG, slice_of(bad[i][0]), "config", &err), -1);
		assert_int_equal(err.status, EXIT_USAGE);
		assert_string_equal(err.text, bad[i][1]);
		profiles_free(all);
	}
}

/* --- credentials ----------------------------------------------------------- */

static void forget_environment(void)
{
	static const char *const names[] = {"AWS_ACCESS_KEY_ID",
					    "AWS_SECRET_ACCESS_KEY",
					    "AWS_SESSION_TOKEN",
					    "AWS_PROFILE",
					    "AWS_WEB_IDENTITY_TOKEN_FILE",
					    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
					    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
}

static struct credentials *open_credentials(const char *profile, const struct profiles *all,
					    struct err *err)
{
	struct credentials_conf conf = {
		.chain = {.profile = profile}, .profiles = all, .region = "us-east-1"};
	struct credentials *c = credentials_open(&conf, err);

	if (c)
		credentials_step(c);
	return c;
}

static void test_environment_first(void **state)
{
	struct profiles *all =
		parse("", "[default]\naws_access_key_id=file\naws_secret_access_key=s\n"
			  "aws_session_token=t\n");
	struct credentials *c;
	struct err err;

	(void)state;
	forget_environment();
	c = open_credentials(NULL, all, &err);
	assert_non_null(c);
	assert_true(slice_is(credentials_keys(c)->key_id, "file"));
	assert_true(slice_is(credentials_keys(c)->token, "t"));
	assert_string_equal(credentials_origin(c), "profile 'default'");
	credentials_free(c);

	setenv("AWS_ACCESS_KEY_ID", "env", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	setenv("AWS_SESSION_TOKEN", "", 1);
	c = open_credentials(NULL, all, &err);
	assert_non_null(c);
	assert_true(slice_is(credentials_keys(c)->key_id, "env"));
	assert_null(credentials_keys(c)->token.p);
	credentials_free(c);

	c = open_credentials("default", all, &err);
	assert_true(slice_is(credentials_keys(c)->key_id, "file"));
	credentials_free(c);
	forget_environment();
	profiles_free(all);
}

static void test_never_passed_over(void **state)
{
	static const char *const keys[] = {"role_arn", "sso_session", "web_identity_token_file",
					   "login_session"};

	(void)state;
	forget_environment();
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char text[128];
		struct profiles *all;
		struct err err;

		snprintf(text, sizeof(text), "[profile p]\n%s = x\n", keys[i]);
		all = parse(text, "");
		assert_null(open_credentials("p", all, &err));
		assert_int_equal(err.status, EXIT_USAGE);
		assert_non_null(strstr(err.text, keys[i]));
		assert_non_null(strstr(err.text, "'p'"));
		profiles_free(all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_environment_first),
		cmocka_unit_test(test_never_passed_over),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
