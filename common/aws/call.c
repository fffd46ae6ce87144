#include "aws/call.h"

#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

#define SKEW_MS (4 * 60 * 1000)
#define OWN	5 /* Host, X-Amz-Date, X-Amz-Security-Token, hash, region set */
#define HEADERS (OWN + AWS_HEADERS_MAX + 1)

struct aws_service {
	struct aws_service_conf conf;
	struct sigv4 *sigv4;
	struct buf authorization;
	struct buf url;
	int64_t ahead_ms; /* how much later it is there than here */
};

struct aws_service *aws_service_new(const struct aws_service_conf *conf)
{
	struct aws_service *s = mem_alloc(sizeof(*s));

	s->conf = *conf;
	s->sigv4 = sigv4_new();
	return s;
}

void aws_service_free(struct aws_service *s)
{
	if (!s)
		return;
	sigv4_free(s->sigv4);
	buf_free(&s->authorization);
	buf_free(&s->url);
	free(s);
}

/* A call on its way: what is signed and what is sent. */
struct call {
	const struct aws_request *request;
	const struct credential_keys *keys;
	struct slice path;
	char date[SIGV4_DATE_LEN];
	char hash[SIGV4_HEX];
	struct http_header headers[HEADERS];
	size_t n;
};

static void add(struct call *call, struct slice name, struct slice value)
{
	call->headers[call->n++] = (struct http_header){name, value};
}

/* All headers but Authorization, which is about them. */
static void collect(const struct aws_service *s, struct call *call)
{
	const struct aws_request *request = call->request;

	add(call, SLICE("Host"), slice_of(s->conf.endpoint->host));
	for (size_t i = 0; i < request->n_headers; i++)
		add(call, request->headers[i].name, request->headers[i].value);
	add(call, SLICE("X-Amz-Date"), (struct slice){call->date, sizeof(call->date)});
	if (request->hash_header)
		add(call, SLICE("X-Amz-Content-Sha256"),
		    (struct slice){call->hash, sizeof(call->hash)});
	if (s->conf.region_set)
		add(call, SLICE("X-Amz-Region-Set"), slice_of(s->conf.region_set));
	if (call->keys->token.p)
		add(call, SLICE("X-Amz-Security-Token"), call->keys->token);
}

static bool authorize(struct aws_service *s, struct call *call)
{
	struct canonical_header to_sign[HEADERS];
	struct canonical_request request = {
		.method = slice_of(call->request->method ? call->request->method : "POST"),
		.path = call->path,
		.path_rule = call->request->path_as_is ? CANONICAL_PATH_AS_IS : CANONICAL_PATH,
		.query = call->request->query,
		.headers = to_sign,
		.n_headers = call->n,
		.body_hash = {call->hash, sizeof(call->hash)},
	};
	struct sigv4_scope scope = {
		.key_id = call->keys->key_id,
		.secret = call->keys->secret,
		.region = slice_of(s->conf.region),
		.service = slice_of(s->conf.name),
		.date = {call->date, sizeof(call->date)},
		.asymmetric = s->conf.region_set != NULL,
	};

	for (size_t i = 0; i < call->n; i++)
		to_sign[i] =
			(struct canonical_header){call->headers[i].name, call->headers[i].value};
	buf_reset(&s->authorization);
	if (!sigv4_authorization(s->sigv4, &scope, &request, &s->authorization))
		return false;
	add(call, SLICE("Authorization"), buf_slice(&s->authorization));
	return true;
}

/* scheme://host, path, query: the endpoint's own URL ends in its path. */
static const char *url_of(struct aws_service *s, const struct aws_request *request)
{
	const struct endpoint *endpoint = s->conf.endpoint;

	if (!request->path.p && !request->query.p)
		return endpoint->url;
	buf_reset(&s->url);
	buf_addf(&s->url, "%s://%s", endpoint->plain ? "http" : "https", endpoint->host);
	buf_adds(&s->url, request->path.p ? request->path : slice_of(endpoint->path));
	if (request->query.p) {
		buf_addc(&s->url, '?');
		buf_adds(&s->url, request->query);
	}
	return buf_text(&s->url);
}

int aws_send(struct aws_service *s, const struct aws_request *request, http_done_fn *done,
	     void *ctx, struct err *err)
{
	const struct endpoint *endpoint = s->conf.endpoint;
	struct call call = {
		.request = request,
		.keys = request->keys ? request->keys : credentials_keys(s->conf.credentials),
		.path = request->path.p ? request->path : slice_of(endpoint->path),
	};
	struct http_request http = {
		.method = request->method ? request->method : "POST",
		.url = url_of(s, request),
		.headers = call.headers,
		.body = request->body,
		.total_ms = request->total_ms,
		.max_answer = request->max_answer,
		.plain = endpoint->plain,
		.direct = endpoint->loopback,
		.expect = request->expect,
		.secret = request->secret,
		.done = done,
		.ctx = ctx,
	};

	sigv4_put_date(call.date, clock_real_ms() + s->ahead_ms);
	if (request->body_hash)
		memcpy(call.hash, request->body_hash, sizeof(call.hash));
	else
		sigv4_hash(s->sigv4, request->body.p ? request->body : SLICE(""), call.hash);
	if (request->n_headers > AWS_HEADERS_MAX)
		return err_set(err, EXIT_LOCAL, "a request has more than %d headers",
			       AWS_HEADERS_MAX);
	collect(s, &call);
	if (!authorize(s, &call))
		return err_set(err, EXIT_LOCAL, "a request cannot be signed");
	http.n_headers = call.n;
	return http_start(s->conf.http, &http, err);
}

int aws_call(struct aws_service *s, const char *target, struct slice body, int64_t total_ms,
	     http_done_fn *done, void *ctx, struct err *err)
{
	struct http_header headers[] = {
		{SLICE("Content-Type"), SLICE("application/x-amz-json-1.1")},
		{SLICE("X-Amz-Target"), slice_of(target)},
	};
	struct aws_request request = {
		.headers = headers, .n_headers = 2, .body = body, .total_ms = total_ms};

	return aws_send(s, &request, done, ctx, err);
}

bool aws_service_learn_clock(struct aws_service *s, struct slice date)
{
	int64_t there, ahead;

	if (!date.p || (s->conf.endpoint->plain && !s->conf.endpoint->loopback) ||
	    !http_parse_date(date, &there))
		return false;
	ahead = there - clock_real_ms();
	if (llabs(ahead - s->ahead_ms) < SKEW_MS)
		return false;
	s->ahead_ms = ahead;
	return true;
}
