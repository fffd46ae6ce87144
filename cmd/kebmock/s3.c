#include "s3.h"

#include "auth.h"
#include "aws/digest.h"
#include "aws/sigv4.h"
#include "base/b64.h"
#include "base/mem.h"

#include <stdlib.h>

#define TYPE_XML "application/xml"

struct object {
	struct object *next;
	struct buf path, body; /* the path below the bucket */
	struct buf kept;       /* headers that come back: "Name: value" LF ... */
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
	const char *account;
	struct digest *digest;
};

struct s3 *s3_new(const struct opt_list *list, const char *region, const char *account,
		  struct keyring *keyring, struct err *err)
{
	struct s3 *s = mem_alloc(sizeof *s);

	s->account = account;
	s->digest = digest_new();
	s->buckets = mem_array(list->n ? list->n : 1, sizeof *s->buckets);
	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->items[i], *colon = strchr(text, ':');
		const char *where = colon ? colon + 1 : region;
		struct bucket *b = &s->buckets[s->n++];

		b->name = (struct slice){text, colon ? (size_t)(colon - text) : strlen(text)};
		b->region = mem_dup(where);
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
			buf_free(&o->kept);
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
	if (region) {
		buf_addf(&answer->body, "<Region>%s</Region>", region);
		answer_header(answer, "x-amz-bucket-region", slice_of(region));
	}
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
	case FAULT_HTML:
		answer_html(answer, fault->status);
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

static bool is_one(struct slice value, const char *const *names)
{
	return !value.p || slice_in(value, names);
}

/* "a=b&c=d": at most ten. */
static bool tags_good(struct slice tags)
{
	size_t n = 0, equals = 0;

	for (size_t i = 0; i < tags.n; i++) {
		n += tags.p[i] == '&';
		equals += tags.p[i] == '=';
	}
	return !tags.n || (equals == n + 1 && equals <= 10);
}

/* What a PUT asks for, as S3 checks it; false: refused. */
static bool wishes_good(const struct request *request, struct answer *answer)
{
	static const char *const sse[] = {"AES256", "aws:kms", "aws:kms:dsse", NULL};
	static const char *const classes[] = {"STANDARD",   "STANDARD_IA",	   "ONEZONE_IA",
					      "GLACIER",    "INTELLIGENT_TIERING", "DEEP_ARCHIVE",
					      "GLACIER_IR", "REDUCED_REDUNDANCY",  NULL};
	struct slice how = request_header(request, "x-amz-server-side-encryption");
	struct slice key = request_header(request, "x-amz-server-side-encryption-aws-kms-key-id");

	if (!is_one(how, sse) || (key.p && !slice_starts(how, SLICE("aws:kms"))))
		error(answer, 400, "InvalidArgument",
		      "The encryption method specified is not supported", NULL);
	else if (!is_one(request_header(request, "x-amz-storage-class"), classes))
		error(answer, 400, "InvalidStorageClass",
		      "The storage class you specified is not valid", NULL);
	else if (!tags_good(request_header(request, "x-amz-tagging")))
		error(answer, 400, "InvalidTag", "The TagValue you have provided is invalid", NULL);
	else
		return true;
	return false;
}

static void keep_wishes(struct object *o, const struct request *request)
{
	static const char *const names[] = {
		"content-type",
		"x-amz-server-side-encryption",
		"x-amz-server-side-encryption-aws-kms-key-id",
		"x-amz-storage-class",
		"x-amz-tagging",
		"x-amz-checksum-sha256",
	};

	buf_reset(&o->kept);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice value = request_header(request, names[i]);

		if (value.p)
			buf_addf(&o->kept, "%s: %.*s\n", names[i], SLICE_ARG(value));
	}
}

static void put(struct s3 *s, struct bucket *b, struct slice path, const struct request *request,
		struct answer *answer)
{
	struct object *o;

	if (!checksum_good(s, request)) {
		error(answer, 400, "BadDigest",
		      "The SHA256 you specified did not match what we received.", NULL);
		return;
	}
	if (!wishes_good(request, answer))
		return;
	o = find(b, path);
	if (!o) {
		o = mem_alloc(sizeof *o);
		buf_adds(&o->path, path);
		o->next = b->objects;
		b->objects = o;
	}
	buf_reset(&o->body);
	buf_adds(&o->body, request->body);
	keep_wishes(o, request);
	answer->type = NULL;
}

static void get(struct bucket *b, struct slice path, struct answer *answer)
{
	const struct object *o = find(b, path);

	if (!o) {
		error(answer, 404, "NoSuchKey", "The specified key does not exist.", NULL);
		return;
	}
	answer->type = NULL;
	buf_adds(&answer->headers, buf_slice(&o->kept));
	buf_adds(&answer->body, buf_slice(&o->body));
}

/* --- one request ----------------------------------------------------------- */

/* NAME.any.host, or /NAME and what is below it; `path` gets that: "/KEY", or "" or "/". */
static struct bucket *bucket_of(struct s3 *s, const struct request *request, struct slice *path)
{
	struct slice host = request_header(request, "host");

	for (size_t i = 0; i < s->n; i++) {
		struct slice name = s->buckets[i].name;

		*path = request->path;
		if (host.n > name.n && slice_starts(host, name) && host.p[name.n] == '.')
			return &s->buckets[i];
		if (path->n <= name.n || memcmp(path->p + 1, name.p, name.n) != 0)
			continue;
		*path = (struct slice){path->p + name.n + 1, path->n - name.n - 1};
		if (path->n == 0 || path->p[0] == '/')
			return &s->buckets[i];
	}
	return NULL;
}

/* Signed for a bucket's region, by somebody known, for the account that owns it. */
static bool admitted(const struct s3 *s, struct bucket *b, const struct request *request,
		     int64_t now_ms, struct answer *answer)
{
	struct slice authorization = request_header(request, "authorization");
	struct slice owner = request_header(request, "x-amz-expected-bucket-owner");
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
	if (!auth_check(b->auth, request, "s3", now_ms, answer)) {
		refuse_signature(answer);
		return false;
	}
	if (owner.p && !slice_is(owner, s->account)) {
		error(answer, 403, "AccessDenied", "Access Denied", NULL);
		return false;
	}
	return true;
}

/* The status that S3 gives with an error. */
static unsigned status_of(const char *code)
{
	static const struct {
		const char *code;
		unsigned status;
	} others[] = {
		{"SlowDown", 503},	    {"ServiceUnavailable", 503},
		{"InternalError", 500},	    {"InternalFailure", 500},
		{"PermanentRedirect", 301}, {"TemporaryRedirect", 307},
		{"AccessDenied", 403},	    {"RequestTimeTooSkewed", 403},
		{"NoSuchKey", 404},	    {"OperationAborted", 409},
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(code, others[i].code) == 0)
			return others[i].status;
	return 400;
}

static const char *call_of(const struct request *request)
{
	return slice_is(request->method, "PUT")	  ? "PutObject"
	       : slice_is(request->method, "GET") ? "GetObject"
						  : "HeadObject";
}

static void serve(struct s3 *s, struct bucket *b, struct slice path, const struct request *request,
		  struct answer *answer)
{
	bool head = slice_is(request->method, "HEAD");

	if (path.n <= 1 && head)
		answer_header(answer, "x-amz-bucket-region", slice_of(b->region));
	else if (slice_is(request->method, "PUT"))
		put(s, b, path, request, answer);
	else if (head || slice_is(request->method, "GET"))
		get(b, path, answer);
	else
		error(answer, 405, "MethodNotAllowed",
		      "The specified method is not allowed against this resource.", NULL);
}

const char *s3_handle(struct s3 *s, const struct request *request, int64_t now_ms,
		      const struct fault_verdict *fault, const char *code, struct answer *answer)
{
	struct slice path;
	struct bucket *b = bucket_of(s, request, &path);
	const char *call = path.n <= 1 && b ? "HeadBucket" : call_of(request);

	answer->delay_us = fault->delay_us;
	if (!b)
		error(answer, 404, "NoSuchBucket", "The specified bucket does not exist", NULL);
	else if (!admitted(s, b, request, now_ms, answer) || injected(fault, answer))
		return call;
	else if (code && path.n > 1)
		error(answer, status_of(code), code, "made by kebmock on demand", NULL);
	else
		serve(s, b, path, request, answer);
	if (fault->kind == FAULT_RESET_AFTER)
		answer->how = ANSWER_RESET;
	return call;
}
