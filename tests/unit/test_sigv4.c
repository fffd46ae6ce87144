/* links: aws http json base pkg:libcrypto pkg:libcurl */
#include "aws/ecdsa.h"
#include "aws/sigv4.h"

#include "base/fd.h"
#include "base/hex.h"
#include "json/scan.h"
#include "json/text.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADERS 16

/* --- reading vectors ------------------------------------------------------- */

static struct slice read_file(struct buf *into, const char *folder, const char *name)
{
	struct err err;
	char path[1024];

	snprintf(path, sizeof(path), "%s%s%s", folder, *folder ? "/" : "", name);
	buf_reset(into);
	if (fd_read_file(path, 1 << 20, into, &err) != 0)
		fail_msg("%s", err.text);
	return buf_slice(into);
}

/* The value of a member, unescaped into store; absent if it is not there. Lives until store is
 * freed. */
static struct slice member(struct slice object, const char *name, struct buf *store)
{
	struct json_walk walk;
	struct json_member m;

	json_walk(&walk, object);
	while (json_next(&walk, &m)) {
		size_t from = store->len;

		if (!json_is(m.name, slice_of(name)))
			continue;
		if (m.type != JSON_STRING)
			return m.value;
		json_unescape(json_raw(m.value), store);
		return (struct slice){store->p + from, store->len - from};
	}
	return SLICE_NONE;
}

static struct buf *new_store(void)
{
	struct buf *store = calloc(1, sizeof(*store));

	buf_room(store, 1 << 20); /* never moves in these tests: slices point into it */
	return store;
}

static void free_store(struct buf *store)
{
	buf_free(store);
	free(store);
}

static void same(struct slice got, struct slice want)
{
	if (!slice_eq(got, want))
		fail_msg("got:\n%.*s\nwant:\n%.*s", SLICE_ARG(got), SLICE_ARG(want));
}

/* --- vectors made with botocore ---------------------------------------------- */

static size_t read_headers(struct slice array, struct canonical_header *headers, struct buf *store)
{
	struct json_walk outer, inner;
	struct json_member pair, text;
	size_t n = 0;

	json_walk(&outer, array);
	while (json_next(&outer, &pair)) {
		struct slice *into[] = {&headers[n].name, &headers[n].value};

		json_walk(&inner, pair.value);
		for (size_t i = 0; i < 2 && json_next(&inner, &text); i++) {
			size_t from = store->len;

			json_unescape(json_raw(text.value), store);
			*into[i] = (struct slice){store->p + from, store->len - from};
		}
		assert_true(++n < HEADERS);
	}
	return n;
}

static struct canonical_request request_of(struct slice line, struct canonical_header *headers,
					   struct buf *store)
{
	return (struct canonical_request){
		.method = member(line, "method", store),
		.path = member(line, "path", store),
		.query = member(line, "query", store),
		.headers = headers,
		.n_headers = read_headers(member(line, "headers", store), headers, store),
		.body_hash = member(line, "body_hash", store),
	};
}

static struct sigv4_scope scope_of(struct slice line, struct buf *store)
{
	return (struct sigv4_scope){
		.key_id = member(line, "key_id", store),
		.secret = member(line, "secret", store),
		.region = member(line, "region", store),
		.service = member(line, "service", store),
		.date = member(line, "date", store),
	};
}

static void check_own(struct sigv4 *s, struct slice line)
{
	struct buf *store = new_store(), authorization = {0};
	struct canonical_header headers[HEADERS];
	struct canonical_request request = request_of(line, headers, store);
	struct sigv4_scope scope = scope_of(line, store);
	struct slice want = member(line, "authorization", store);
	char hex[SIGV4_HEX];

	if (slice_is(member(line, "path_rule", store), "as-is"))
		request.path_rule = CANONICAL_PATH_AS_IS;
	sigv4_hash(s, member(line, "body", store), hex);
	same((struct slice){hex, sizeof(hex)}, request.body_hash);
	assert_true(sigv4_sign(s, &scope, &request, hex));
	same(sigv4_last_canonical(s), member(line, "canonical", store));
	same(sigv4_last_string(s), member(line, "string", store));
	same((struct slice){hex, sizeof(hex)}, member(line, "signature", store));
	if (want.n) {
		assert_true(sigv4_authorization(s, &scope, &request, &authorization));
		same(buf_slice(&authorization), want);
	}
	buf_free(&authorization);
	free_store(store);
}

/* One of version 4A: what another signer made holds, with a byte changed it does not. */
static void check_own_4a(struct sigv4 *s, struct slice line)
{
	struct buf *store = new_store(), again = {0};
	struct canonical_header headers[HEADERS];
	struct canonical_request request = request_of(line, headers, store);
	struct sigv4_scope scope = scope_of(line, store);
	struct sigv4_parts given, own;

	scope.asymmetric = true;
	assert_true(sigv4_parse(member(line, "authorization", store), &given));
	assert_true(given.asymmetric);
	same(given.key_id, scope.key_id);
	assert_true(sigv4_verify(s, &scope, &request, given.signature));
	assert_true(sigv4_authorization(s, &scope, &request, &again));
	assert_true(sigv4_parse(buf_slice(&again), &own));
	same(own.names, given.names);
	assert_true(sigv4_verify(s, &scope, &request, own.signature));
	request.method = SLICE("PUT");
	assert_false(sigv4_verify(s, &scope, &request, given.signature));
	buf_free(&again);
	free_store(store);
}

static size_t check_lines(const char *path, void (*check)(struct sigv4 *, struct slice))
{
	struct sigv4 *s = sigv4_new();
	struct buf file = {0};
	struct slice rest = read_file(&file, "", path);
	size_t n = 0;

	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		struct slice line = {rest.p, (size_t)(end - rest.p)};

		check(s, line);
		rest = (struct slice){end + 1, rest.n - line.n - 1};
		n++;
	}
	buf_free(&file);
	sigv4_free(s);
	return n;
}

static void test_botocore(void **state)
{
	(void)state;
	assert_true(check_lines("tests/data/sigv4.ndjson", check_own) >= 10);
}

static void test_common_runtime(void **state)
{
	(void)state;
	assert_true(check_lines("tests/data/sigv4a.ndjson", check_own_4a) >= 5);
}

/* --- the vectors of awslabs/aws-c-auth ---------------------------------------- */

struct vector {
	struct buf files[8];
	struct buf *store;
	struct canonical_header headers[HEADERS];
	struct canonical_request request;
	struct sigv4_scope scope;
	struct slice context, token, expires;
	bool sign_body, omit_token;
	char hash[SIGV4_HEX];
};

static struct slice take_line(struct slice *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct slice line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
	size_t used = line.n + (end ? 1 : 0);

	*rest = (struct slice){rest->p + used, rest->n - used};
	return line;
}

static void add_header(struct vector *v, struct slice name, struct slice value)
{
	assert_true(v->request.n_headers < HEADERS);
	v->headers[v->request.n_headers++] = (struct canonical_header){name, value};
}

/* Request line, headers (a line that begins with a blank goes on), blank line, body. */
static void read_request(struct vector *v, struct slice text, struct sigv4 *s)
{
	struct slice line = take_line(&text);
	const char *first = memchr(line.p, ' ', line.n), *last = memrchr(line.p, ' ', line.n);
	struct slice target = {first + 1, (size_t)(last - first) - 1};
	const char *question = memchr(target.p, '?', target.n);

	v->request.method = (struct slice){line.p, (size_t)(first - line.p)};
	v->request.path =
		(struct slice){target.p, question ? (size_t)(question - target.p) : target.n};
	if (question)
		v->request.query = (struct slice){question + 1, target.n - v->request.path.n - 1};
	while ((line = take_line(&text)).n) {
		const char *colon = memchr(line.p, ':', line.n);

		if (line.p[0] == ' ') {
			struct slice *value = &v->headers[v->request.n_headers - 1].value;

			value->n = (size_t)(line.p + line.n - value->p);
			continue;
		}
		add_header(v, (struct slice){line.p, (size_t)(colon - line.p)},
			   (struct slice){colon + 1, line.n - (size_t)(colon - line.p) - 1});
	}
	sigv4_hash(s, v->sign_body ? text : SLICE(""), v->hash);
	v->request.body_hash = (struct slice){v->hash, sizeof(v->hash)};
}

static void open_vector(struct vector *v, const char *folder, struct sigv4 *s, bool asymmetric)
{
	struct slice credentials;

	*v = (struct vector){.store = new_store()};
	v->context = read_file(&v->files[0], folder, "context.json");
	credentials = member(v->context, "credentials", v->store);
	v->token = member(credentials, "token", v->store);
	v->expires = member(v->context, "expiration_in_seconds", v->store);
	v->sign_body = slice_is(member(v->context, "sign_body", v->store), "true");
	v->omit_token = slice_is(member(v->context, "omit_session_token", v->store), "true");
	v->scope = (struct sigv4_scope){
		.key_id = member(credentials, "access_key_id", v->store),
		.secret = member(credentials, "secret_access_key", v->store),
		.region = member(v->context, "region", v->store),
		.service = member(v->context, "service", v->store),
		.date = SLICE("20150830T123600Z"),
	};
	v->scope.asymmetric = asymmetric;
	v->request.headers = v->headers;
	v->request.path_rule = slice_is(member(v->context, "normalize", v->store), "true")
				       ? CANONICAL_PATH
				       : CANONICAL_PATH_ENCODED;
	read_request(v, read_file(&v->files[1], folder, "request.txt"), s);
}

static void close_vector(struct vector *v)
{
	for (size_t i = 0; i < 8; i++)
		buf_free(&v->files[i]);
	free_store(v->store);
}

static void compare_vector(struct vector *v, struct sigv4 *s, const char *folder, const char *form)
{
	struct buf own = {0};
	struct slice given;
	char name[64];

	assert_true(sigv4_signature(s, &v->scope, &v->request, &own));
	snprintf(name, sizeof(name), "%s-canonical-request.txt", form);
	same(sigv4_last_canonical(s), read_file(&v->files[2], folder, name));
	snprintf(name, sizeof(name), "%s-string-to-sign.txt", form);
	same(sigv4_last_string(s), read_file(&v->files[3], folder, name));
	snprintf(name, sizeof(name), "%s-signature.txt", form);
	given = read_file(&v->files[4], folder, name);
	/* One of version 4A is another each time: both must hold. */
	if (!v->scope.asymmetric)
		same(buf_slice(&own), given);
	assert_true(sigv4_verify(s, &v->scope, &v->request, given));
	assert_true(sigv4_verify(s, &v->scope, &v->request, buf_slice(&own)));
	own.p[own.len - 1] = own.p[own.len - 1] == '0' ? '1' : '0';
	assert_false(sigv4_verify(s, &v->scope, &v->request, buf_slice(&own)));
	buf_free(&own);
}

static void check_header_form(struct sigv4 *s, const char *folder, bool asymmetric)
{
	struct vector v;

	open_vector(&v, folder, s, asymmetric);
	add_header(&v, SLICE("X-Amz-Date"), v.scope.date);
	if (asymmetric)
		add_header(&v, SLICE("X-Amz-Region-Set"), v.scope.region);
	if (v.token.n && !v.omit_token)
		add_header(&v, SLICE("X-Amz-Security-Token"), v.token);
	if (v.sign_body)
		add_header(&v, SLICE("x-amz-content-sha256"), v.request.body_hash);
	compare_vector(&v, s, folder, "header");
	close_vector(&v);
}

/* The parameters go into the query before it is signed: nothing else differs. */
static void check_query_form(struct sigv4 *s, const char *folder, bool asymmetric)
{
	struct buf query = {0}, credential = {0}, names = {0}, unused = {0}, scratch = {0};
	struct vector v;

	open_vector(&v, folder, s, asymmetric);
	assert_true(canonical_add(&unused, &names, &scratch, &v.request));
	buf_adds(&credential, v.scope.key_id);
	buf_addc(&credential, '/');
	sigv4_add_scope(&credential, &v.scope);
	if (v.request.query.n)
		buf_addf(&query, "%.*s&", SLICE_ARG(v.request.query));
	buf_addf(&query, "X-Amz-Algorithm=%s&X-Amz-Date=20150830T123600Z",
		 asymmetric ? SIGV4A_ALGORITHM : SIGV4_ALGORITHM);
	if (asymmetric) {
		BUF_LIT(&query, "&X-Amz-Region-Set=");
		canonical_encode(&query, v.scope.region, false);
	}
	buf_addf(&query, "&X-Amz-Expires=%.*s&X-Amz-Credential=", SLICE_ARG(v.expires));
	canonical_encode(&query, buf_slice(&credential), false);
	BUF_LIT(&query, "&X-Amz-SignedHeaders=");
	canonical_encode(&query, buf_slice(&names), false);
	if (v.token.n && !v.omit_token) {
		BUF_LIT(&query, "&X-Amz-Security-Token=");
		canonical_encode(&query, v.token, false);
	}
	v.request.query = buf_slice(&query);
	compare_vector(&v, s, folder, "query");
	close_vector(&v);
	buf_free(&query);
	buf_free(&credential);
	buf_free(&names);
	buf_free(&unused);
	buf_free(&scratch);
}

/* All vectors of a folder; how many. */
static size_t check_suite(const char *root, bool asymmetric)
{
	struct sigv4 *s = sigv4_new();
	struct dirent *entry;
	DIR *folder = opendir(root);
	size_t n = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		char path[600];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", root, entry->d_name);
		check_header_form(s, path, asymmetric);
		check_query_form(s, path, asymmetric);
		n++;
	}
	closedir(folder);
	sigv4_free(s);
	return n;
}

/* v4 and v4a lie side by side. */
static void test_suite(void **state)
{
	const char *root = getenv("KEB_SIGV4_VECTORS");
	char asymmetric[512];

	(void)state;
	if (!root || access(root, R_OK) != 0) {
		print_message("# skipped: no vectors of aws-c-auth (KEB_SIGV4_VECTORS names their "
			      "folder v4)\n");
		skip();
	}
	snprintf(asymmetric, sizeof(asymmetric), "%sa", root);
	assert_true(check_suite(root, false) >= 25);
	assert_true(check_suite(asymmetric, true) >= 25);
}

/* --- the key pair of version 4A ------------------------------------------------ */

/* The known answer of aws-c-auth's own tests. */
static void test_key_pair(void **state)
{
	struct slice key_id = SLICE("AKISORANDOMAASORANDOM");
	struct slice secret = SLICE("q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom");
	struct digest *digest = digest_new();
	struct ecdsa_key *signer = ecdsa_key_derive(digest, key_id, secret, false);
	struct ecdsa_key *verifier = ecdsa_key_derive(digest, key_id, secret, true);
	unsigned char number[ECDSA_PRIVATE];
	char hex[2 * ECDSA_PRIVATE];
	struct buf signature = {0};

	(void)state;
	ecdsa_private(digest, key_id, secret, number);
	hex_put(hex, number, sizeof(number));
	same((struct slice){hex, sizeof(hex)},
	     SLICE("7fd3bd010c0d9c292141c2b77bfbde1042c92e6836fff749d1269ec890fca1bd"));
	assert_true(ecdsa_sign(signer, SLICE("text"), &signature));
	assert_true(ecdsa_verify(verifier, SLICE("text"), buf_slice(&signature)));
	assert_false(ecdsa_verify(verifier, SLICE("other"), buf_slice(&signature)));
	assert_false(ecdsa_verify(verifier, SLICE("text"), SLICE("30")));
	assert_false(ecdsa_verify(verifier, SLICE("text"), SLICE("zz")));
	buf_free(&signature);
	ecdsa_key_free(signer);
	ecdsa_key_free(verifier);
	digest_free(digest);
}

/* --- verifying ------------------------------------------------------------- */

static void test_parse(void **state)
{
	struct sigv4_parts parts;
	struct slice name,
		good = SLICE(
			"AWS4-HMAC-SHA256 Credential=AK/ID/20150830/us-east-1/events/aws4_request,"
			" SignedHeaders=host;x-amz-date,Signature="
			"08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01");
	const char *bad[] = {
		"",
		"AWS4-HMAC-SHA256",
		"Basic Zm9v",
		"AWS4-HMAC-SHA256 Credential=x",
		"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host, "
		"Signature=08",
		"AWS4-HMAC-SHA256 Credential=/20150830/r/s/aws4_request, SignedHeaders=host, "
		"Signature="
		"08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
		"AWS4-HMAC-SHA256 Credential=20150830/r/s/aws4_request, SignedHeaders=host, "
		"Signature="
		"08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
	};

	(void)state;
	assert_true(sigv4_parse(good, &parts));
	same(parts.key_id, SLICE("AK/ID"));
	same(parts.day, SLICE("20150830"));
	same(parts.region, SLICE("us-east-1"));
	same(parts.service, SLICE("events"));
	assert_true(sigv4_equal(parts.signature, "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a"
						 "50643f830c755c01"));
	assert_false(sigv4_equal(parts.signature, "18c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a"
						  "50643f830c755c01"));
	assert_true(sigv4_next_name(&parts.names, &name));
	same(name, SLICE("host"));
	assert_true(sigv4_next_name(&parts.names, &name));
	same(name, SLICE("x-amz-date"));
	assert_false(sigv4_next_name(&parts.names, &name));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(sigv4_parse(slice_of(bad[i]), &parts));
}

static void test_dates(void **state)
{
	char text[SIGV4_DATE_LEN];
	int64_t ms;

	(void)state;
	sigv4_put_date(text, 1440938160999);
	same((struct slice){text, sizeof(text)}, SLICE("20150830T123600Z"));
	assert_true(sigv4_parse_date((struct slice){text, sizeof(text)}, &ms));
	assert_int_equal(ms, 1440938160000);
	assert_false(sigv4_parse_date(SLICE("20150830T123600"), &ms));
	assert_false(sigv4_parse_date(SLICE("20150830 123600Z"), &ms));
}

/* A new secret, day, region or service must not meet the kept key of the old one. */
static void test_key_follows(void **state)
{
	struct sigv4 *s = sigv4_new();
	struct canonical_request request = {.method = SLICE("POST"), .body_hash = SLICE("x")};
	struct sigv4_scope scope = {SLICE("id"), SLICE("secret"),	    SLICE("r"),
				    SLICE("s"),	 SLICE("20150830T123600Z"), false};
	char first[SIGV4_HEX], other[SIGV4_HEX], again[SIGV4_HEX];

	(void)state;
	assert_true(sigv4_sign(s, &scope, &request, first));
	scope.secret = SLICE("secre");
	assert_true(sigv4_sign(s, &scope, &request, other));
	assert_memory_not_equal(first, other, SIGV4_HEX);
	scope.secret = SLICE("secret");
	assert_true(sigv4_sign(s, &scope, &request, again));
	assert_memory_equal(first, again, SIGV4_HEX);
	scope.date = SLICE("20150830");
	assert_false(sigv4_sign(s, &scope, &request, again));
	sigv4_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_botocore),    cmocka_unit_test(test_common_runtime),
		cmocka_unit_test(test_suite),	    cmocka_unit_test(test_key_pair),
		cmocka_unit_test(test_parse),	    cmocka_unit_test(test_dates),
		cmocka_unit_test(test_key_follows),
	};

	return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
