/* links: aws json base pkg:libcrypto */
#include "aws/msk.h"

#include "base/b64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW INT64_C(1769688000000) /* 2026-01-29T12:00:00Z */

/* What the broker sees: the URL behind the base64url. */
static char *url_of(struct buf *token)
{
	char *url;
	ssize_t n;

	for (size_t i = 0; i < token->len; i++) {
		assert_true(token->p[i] != '+' && token->p[i] != '/' && token->p[i] != '=');
		token->p[i] = (char)(token->p[i] == '-'	  ? '+'
				     : token->p[i] == '_' ? '/'
							  : token->p[i]);
	}
	while (token->len % 4)
		buf_addc(token, '=');
	url = calloc(1, token->len + 1);
	n = b64_decode(url, token->p, token->len);
	assert_true(n > 0);
	url[n] = '\0';
	return url;
}

/* The signatures are botocore's (SigV4QueryAuth, service kafka-cluster). */
static void check(struct slice session, const char *signature)
{
	struct credential_keys keys = {SLICE("AKIDEXAMPLE"),
				       SLICE("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), session};
	struct buf token = {0}, end = {0};
	char *url;

	assert_true(msk_token(&keys, "eu-west-1", "kebread/1", NOW, &token));
	url = url_of(&token);
	assert_int_equal(
		strncmp(url,
			"https://kafka.eu-west-1.amazonaws.com/"
			"?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&",
			103),
		0);
	buf_addf(&end, "&X-Amz-Signature=%s&User-Agent=kebread%%2F1", signature);
	assert_non_null(strstr(url, buf_text(&end)));
	free(url);
	buf_free(&token);
	buf_free(&end);
}

static void test_token(void **state)
{
	(void)state;
	check(SLICE_NONE, "0bf8586ecd65af935f5ebb804c6cd71e0d6f5b431e8bbaa1659a89864c462b4b");
	check(SLICE("IQoJ//==+/token"),
	      "713f3bb538c05e8df1addc4092ae8edd0e22880cab862a354bd7b78f50f81bef");
}

static void test_region(void **state)
{
	static const char *const names[][2] = {
		{"b-1.x.y.c2.kafka.eu-west-1.amazonaws.com:9098,b-2.z", "eu-west-1"},
		{"boot-a.c1.kafka-serverless.us-east-1.amazonaws.com:9098", "us-east-1"},
		{"b-1.x.kafka.cn-north-1.amazonaws.com.cn:9098", "cn-north-1"},
		{"localhost:9092", NULL},
		{"b.kafka.evil_region.amazonaws.com", NULL},
		{"b.kafka.eu-west-1.evil.example", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct slice region = msk_region(slice_of(names[i][0]));

		if (names[i][1])
			assert_true(slice_is(region, names[i][1]));
		else
			assert_null(region.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_region),
	};

	return cmocka_run_group_tests_name("msk", tests, NULL, NULL);
}
