/* links: kebmock/auth kebmock/answer kebmock/keyring kebmock/chance aws json base pkg:libcrypto */
#include "../../cmd/kebmock/auth.h"

#include "aws/sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW INT64_C(1545084650000) /* 2018-12-17T22:10:50Z */

/* A request as a client signs it, with everything a test may want to spoil. */
struct signing {
	const char *key_id, *secret, *region, *service;
	int64_t date_ms;
	struct slice signed_body, sent_body;
	struct slice content_hash; /* x-amz-content-sha256; absent: no such header */
	const char *unsigned_name; /* sent, but not signed */
};

static const struct signing good = {
	.key_id = AUTH_KEY_ID,
	.secret = AUTH_SECRET,
	.region = "eu-west-1",
	.service = "events",
	.date_ms = NOW,
	.signed_body = {"{}", 2},
	.sent_body = {"{}", 2},
};

/* Signs, verifies at NOW, and returns the code of the refusal, or "" when there is none. */
static const char *verdict_of(const struct signing *s, char *message, size_t size)
{
	struct sigv4 *sigv4 = sigv4_new();
	struct chance chance = {1};
	struct keyring *keyring = keyring_new("123456789012", &chance, 0);
	struct auth *auth = auth_new("eu-west-1", keyring);
	char date[SIGV4_DATE_LEN], hash[SIGV4_HEX];
	struct canonical_header all[8], chosen[8];
	struct answer answer = {0};
	struct buf authorization = {0};
	struct canonical_request canonical = {
		.method = SLICE("POST"), .path = SLICE("/"), .headers = chosen};
	struct sigv4_scope scope = {slice_of(s->key_id),  slice_of(s->secret), slice_of(s->region),
				    slice_of(s->service), {date, sizeof date}, false};
	struct request r = {
		.method = SLICE("POST"), .path = SLICE("/"), .headers = all, .body = s->sent_body};
	size_t n = 0;

	sigv4_put_date(date, s->date_ms);
	sigv4_hash(sigv4, s->signed_body, hash);
	canonical.body_hash = (struct slice){hash, sizeof hash};
	all[n++] = (struct canonical_header){SLICE("Host"), SLICE("127.0.0.1:4000")};
	all[n++] = (struct canonical_header){SLICE("X-Amz-Date"), {date, sizeof date}};
	all[n++] = (struct canonical_header){SLICE("X-Amz-Target"), SLICE("AWSEvents.PutEvents")};
	all[n++] = (struct canonical_header){SLICE("Accept"), SLICE("*/*")};
	if (s->content_hash.p)
		all[n++] =
			(struct canonical_header){SLICE("X-Amz-Content-Sha256"), s->content_hash};
	for (size_t i = 0; i < n; i++)
		if (!slice_is(all[i].name, "Accept") &&
		    !(s->unsigned_name && slice_is(all[i].name, s->unsigned_name)))
			chosen[canonical.n_headers++] = all[i];
	assert_true(sigv4_authorization(sigv4, &scope, &canonical, &authorization));
	all[n++] = (struct canonical_header){SLICE("Authorization"), buf_slice(&authorization)};
	r.n_headers = n;
	answer_reset(&answer);
	if (auth_check(auth, &r, "events", NOW, &answer))
		assert_null(answer.code);
	else
		assert_int_equal(answer.status, 400);
	snprintf(message, size, "%s", buf_text(&answer.body));
	buf_free(&authorization);
	answer_free(&answer);
	auth_free(auth);
	keyring_free(keyring);
	sigv4_free(sigv4);
	return answer.code ? answer.code : "";
}

static void a_good_signature_is_taken(void **state)
{
	struct signing s = good;
	char text[1024];

	(void)state;
	assert_string_equal(verdict_of(&s, text, sizeof text), "");
	s.date_ms = NOW - AUTH_SKEW_MS;
	assert_string_equal(verdict_of(&s, text, sizeof text), "");
	s.date_ms = NOW + AUTH_SKEW_MS;
	assert_string_equal(verdict_of(&s, text, sizeof text), "");
}

static void keys_must_be_the_right_ones(void **state)
{
	struct signing s = good;
	char text[1024];

	(void)state;
	s.key_id = "AKIDOTHER";
	assert_string_equal(verdict_of(&s, text, sizeof text), "UnrecognizedClientException");
	s = good;
	s.secret = "other";
	assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
	assert_non_null(strstr(text, "does not match the signature you provided"));
}

static void the_body_is_what_was_signed(void **state)
{
	static const char none[] =
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct signing s = good;
	char text[1024];

	(void)state;
	s.sent_body = SLICE("{ }");
	assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
	s = good;
	s.content_hash = slice_of(none);
	assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
	s.signed_body = s.sent_body = SLICE("");
	assert_string_equal(verdict_of(&s, text, sizeof text), "");
}

static void the_date_is_now(void **state)
{
	struct signing s = good;
	char text[1024];

	(void)state;
	s.date_ms = NOW - AUTH_SKEW_MS - 1000;
	assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
	assert_non_null(strstr(text, "Signature expired: 20181217T220549Z is now earlier than "
				     "20181217T220550Z (20181217T221050Z - 5 min.)"));
	s.date_ms = NOW + AUTH_SKEW_MS + 1000;
	assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
	assert_non_null(strstr(text, "Signature not yet current: 20181217T221551Z is still later "
				     "than 20181217T221550Z (20181217T221050Z + 5 min.)"));
}

static void the_scope_is_region_and_service(void **state)
{
	struct signing s = good;
	char text[1024];

	(void)state;
	s.region = "us-east-1";
	assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
	assert_non_null(strstr(text, "valid region"));
	s = good;
	s.service = "s3";
	assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
	assert_non_null(strstr(text, "correct service: 'events'"));
}

static void what_must_be_signed_is(void **state)
{
	static const char *const names[] = {"Host", "X-Amz-Date", "X-Amz-Target"};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct signing s = good;

		s.unsigned_name = names[i];
		assert_string_equal(verdict_of(&s, text, sizeof text), "InvalidSignatureException");
		assert_non_null(strstr(text, "must be a 'SignedHeader'"));
		assert_non_null(strstr(text, names[i]));
	}
}

static void headers_must_be_there(void **state)
{
	static const char authorization[] =
		"AWS4-HMAC-SHA256 Credential=" AUTH_KEY_ID "/20181217/eu-west-1/events/"
		"aws4_request, SignedHeaders=host;x-amz-date, Signature="
		"0000000000000000000000000000000000000000000000000000000000000000";
	static const struct {
		const char *name, *value, *code;
	} cases[] = {
		{"Host", "h", "MissingAuthenticationTokenException"},
		{"Authorization", "Basic eDp5", "IncompleteSignatureException"},
		{"Authorization", "AWS4-HMAC-SHA256 Credential=a/b",
		 "IncompleteSignatureException"},
		{"Authorization", authorization, "IncompleteSignatureException"},
	};
	struct chance chance = {1};
	struct keyring *keyring = keyring_new("123456789012", &chance, 0);
	struct auth *auth = auth_new("eu-west-1", keyring);
	struct answer answer = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct canonical_header h = {slice_of(cases[i].name), slice_of(cases[i].value)};
		struct request r = {
			.method = SLICE("POST"), .path = SLICE("/"), .headers = &h, .n_headers = 1};

		answer_reset(&answer);
		assert_false(auth_check(auth, &r, "events", NOW, &answer));
		assert_string_equal(answer.code, cases[i].code);
	}
	answer_free(&answer);
	auth_free(auth);
	keyring_free(keyring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_signature_is_taken),
		cmocka_unit_test(keys_must_be_the_right_ones),
		cmocka_unit_test(the_body_is_what_was_signed),
		cmocka_unit_test(the_date_is_now),
		cmocka_unit_test(the_scope_is_region_and_service),
		cmocka_unit_test(what_must_be_signed_is),
		cmocka_unit_test(headers_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
