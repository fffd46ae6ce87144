#include "s3.h"

#include "auth.h"
#include "aws/digest.h"
#include "aws/sigv4.h"
#include "base/b64.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define TYPE_XML "application/xml"

struct object {
	struct object *next;
	struct buf path, body;
};

struct bucket {
	struct slice name;
	char *region;
	struct auth *auth;
	struct object *objects;
};

struct s3 {
	struct bucket *buckets;
	size_t n;
	struct digest *digest;
};

struct s3 *s3_new(const struct opt_list *list, const char *region, struct keyring *keyring,
		  struct err *err)
{
	struct s3 *s = mem_alloc(sizeof *s);

	s->digest = digest_new();
	s->buckets = mem_array(list->n ? list->n : 1, sizeof *s->buckets);
	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->items[i], *colon = strchr(text, ':');
		const char *where = colon ? colon + 1 : region;
		struct bucket *b = &s->buckets[s->n++];

		b->name = (struct slice){text, colon ? (size_t)(colon - text) : strlen(text)};
		b->region = mem_text(where, strlen(where));
		b->auth = auth_new(b->region, keyring);
		if (b->name.n == 0 || !*where) {
			err_set(err, EXIT_USAGE, "bad --bucket '%s': it is NAME or NAME:REGION",
				text);
			s3_free(s);
			return NULL;
		}
	}
	return s;
}

void s3_free(struct s3 *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		struct object *o = s->buckets[i].objects;

		while (o) {
			struct object *next = o->next;

			buf_free(&o->path);
			buf_free(&o->body);
			free(o);
			o = next;
		}
		auth_free(s->buckets[i].auth);
		free(s->buckets[i].region);
	}
	free(s->buckets);
	digest_free(s->digest);
	free(s);
}

bool s3_takes(const struct request *request)
{
	return !slice_is(request->method, "POST") && request->path.n > 1;
}

/* --- errors ---------------------------------------------------------------- */

static void error(struct answer *answer, unsigned status, const char *code, const char *text,
		  const char *region)
{
	answer->status = status;
	answer->code = code;
	answer->type = TYPE_XML;
	buf_reset(&answer->body);
	buf_addf(&answer->body,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s"
		 "</Message>",
		 code, text);
	if (region)
		buf_addf(&answer->body, "<Region>%s</Region>", region);
	buf_addf(&answer->body, "<RequestId>%s</RequestId></Error>", answer->id);
}

/* What the JSON services say about a signature, in S3's words. */
static void refuse_signature(struct answer *answer)
{
	static const char *const codes[][2] = {
		{"MissingAuthenticationTokenException", "AccessDenied"},
		{"UnrecognizedClientException", "InvalidAccessKeyId"},
		{"ExpiredTokenException", "ExpiredToken"},
		{"InvalidSignatureException", "SignatureDoesNotMatch"},
	};
	const char *code = "AuthorizationHeaderMalformed";

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (answer->code && strcmp(answer->code, codes[i][0]) == 0)
			code = codes[i][1];
	}
	error(answer, strcmp(code, "ExpiredToken") == 0 ? 400 : 403, code,
	      "The request is not signed as it has to be.", NULL);
}

static bool injected(const struct fault_verdict *fault, struct answer *answer)
{
	static const char text[] = "made by kebmock on demand";

	switch (fault->kind) {
	case FAULT_THROTTLE:
		error(answer, 503, "SlowDown", "Please reduce your request rate.", NULL);
		return true;
	case FAULT_DENY:
		error(answer, 403, "AccessDenied", "Access Denied", NULL);
		return true;
	case FAULT_EXPIRED:
		error(answer, 400, "ExpiredToken", "The provided token has expired.", NULL);
		return true;
	case FAULT_HTTP:
		error(answer, fault->status,
		      fault->status == 503 ? "ServiceUnavailable" : "InternalError", text, NULL);
		return true;
	case FAULT_RESET:
		answer->how = ANSWER_RESET;
		return true;
	default:
		return false;
	}
}

/* --- objects --------------------------------------------------------------- */

static struct object *find(struct bucket *b, struct slice path)
{
	for (struct object *o = b->objects; o; o = o->next) {
		if (slice_eq(buf_slice(&o->path), path))
			return o;
	}
	return NULL;
}

static bool checksum_good(struct s3 *s, const struct request *request)
{
	struct slice said = request_header(request, "x-amz-checksum-sha256");
	unsigned char raw[DIGEST_LEN];
	char text[B64_ENCODED(DIGEST_LEN)];
	size_t n;

	if (!said.p)
		return true;
	digest_sha256(s->digest, request->body, raw);
	n = b64_encode(text, raw, sizeof raw);
	return said.n == n && memcmp(said.p, text, n) == 0;
}

static void put(struct s3 *s, struct bucket *b, const struct request *request,
		struct answer *answer)
{
	struct object *o;

	if (!checksum_good(s, request)) {
		error(answer, 400, "BadDigest",
		      "The SHA256 you specified did not match what we received.", NULL);
		return;
	}
	o = find(b, request->path);
	if (!o) {
		o = mem_alloc(sizeof *o);
		buf_adds(&o->path, request->path);
		o->next = b->objects;
		b->objects = o;
	}
	buf_reset(&o->body);
	buf_adds(&o->body, request->body);
	answer->type = NULL;
}

static void get(struct bucket *b, const struct request *request, struct answer *answer)
{
	const struct object *o = find(b, request->path);

	if (!o) {
		error(answer, 404, "NoSuchKey", "The specified key does not exist.", NULL);
		return;
	}
	answer->type = "application/octet-stream";
	buf_adds(&answer->body, buf_slice(&o->body));
}

/* --- one request ----------------------------------------------------------- */

static struct bucket *bucket_of(struct s3 *s, struct slice path)
{
	for (size_t i = 0; i < s->n; i++) {
		struct slice name = s->buckets[i].name;

		if (path.n > name.n + 1 && memcmp(path.p + 1, name.p, name.n) == 0 &&
		    path.p[name.n + 1] == '/')
			return &s->buckets[i];
	}
	return NULL;
}

/* Signed for a bucket's region, by somebody known. */
static bool admitted(struct bucket *b, const struct request *request, int64_t now_ms,
		     struct answer *answer)
{
	struct slice authorization = request_header(request, "authorization");
	struct sigv4_parts parts;

	if (authorization.p && sigv4_parse(authorization, &parts) &&
	    !slice_is(parts.region, b->region)) {
		error(answer, 400, "AuthorizationHeaderMalformed",
		      "The authorization header is malformed; the region is wrong", b->region);
		return false;
	}
	if (!request_header(request, "x-amz-content-sha256").p) {
		error(answer, 400, "InvalidRequest",
		      "Missing required header for this request: x-amz-content-sha256", NULL);
		return false;
	}
	if (auth_check(b->auth, request, "s3", now_ms, answer))
		return true;
	refuse_signature(answer);
	return false;
}

const char *s3_handle(struct s3 *s, const struct request *request, int64_t now_ms,
		      const struct fault_verdict *fault, struct answer *answer)
{
	bool is_put = slice_is(request->method, "PUT"), is_get = slice_is(request->method, "GET");
	struct bucket *b = bucket_of(s, request->path);
	const char *call = is_put ? "PutObject" : is_get ? "GetObject" : "HeadObject";

	answer->delay_us = fault->delay_us;
	if (!b)
		error(answer, 404, "NoSuchBucket", "The specified bucket does not exist", NULL);
	else if (!admitted(b, request, now_ms, answer) || injected(fault, answer))
		return call;
	else if (is_put)
		put(s, b, request, answer);
	else if (is_get || slice_is(request->method, "HEAD"))
		get(b, request, answer);
	else
		error(answer, 405, "MethodNotAllowed",
		      "The specified method is not allowed against this resource.", NULL);
	if (fault->kind == FAULT_RESET_AFTER)
		answer->how = ANSWER_RESET;
	return call;
}
