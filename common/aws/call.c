#include "aws/call.h"

#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

#define SKEW_MS (4 * 60 * 1000)
#define HEADERS 6

struct aws_service {
	struct aws_service_conf conf;
	struct sigv4 *sigv4;
	struct buf authorization;
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
	free(s);
}

/* Fills in all headers but Authorization, which is about them; returns how many. */
static size_t headers_to_sign(const struct aws_service *s, const char *target, struct slice date,
			      struct http_header headers[HEADERS])
{
	const struct credential_keys *keys = credentials_keys(s->conf.credentials);
	size_t n = 0;

	headers[n++] = (struct http_header){SLICE("Host"), slice_of(s->conf.endpoint->host)};
	headers[n++] =
		(struct http_header){SLICE("Content-Type"), SLICE("application/x-amz-json-1.1")};
	headers[n++] = (struct http_header){SLICE("X-Amz-Target"), slice_of(target)};
	headers[n++] = (struct http_header){SLICE("X-Amz-Date"), date};
	if (keys->token.p)
		headers[n++] = (struct http_header){SLICE("X-Amz-Security-Token"), keys->token};
	return n;
}

static bool authorize(struct aws_service *s, const struct http_header *headers, size_t n,
		      struct slice date, struct slice body)
{
	const struct credential_keys *keys = credentials_keys(s->conf.credentials);
	struct canonical_header to_sign[HEADERS];
	char hash[SIGV4_HEX];
	struct canonical_request request = {
		.method = SLICE("POST"),
		.path = slice_of(s->conf.endpoint->path),
		.headers = to_sign,
		.n_headers = n,
		.body_hash = {hash, sizeof(hash)},
	};
	struct sigv4_scope scope = {
		.key_id = keys->key_id,
		.secret = keys->secret,
		.region = slice_of(s->conf.region),
		.service = slice_of(s->conf.name),
		.date = date,
	};

	for (size_t i = 0; i < n; i++)
		to_sign[i] = (struct canonical_header){headers[i].name, headers[i].value};
	sigv4_hash(s->sigv4, body, hash);
	buf_reset(&s->authorization);
	return sigv4_authorization(s->sigv4, &scope, &request, &s->authorization);
}

int aws_call(struct aws_service *s, const char *target, struct slice body, http_done_fn *done,
	     void *ctx, struct err *err)
{
	struct http_header headers[HEADERS];
	char date[SIGV4_DATE_LEN];
	struct slice date_text = {date, sizeof(date)};
	struct http_request request = {
		.method = "POST",
		.url = s->conf.endpoint->url,
		.headers = headers,
		.body = body,
		.done = done,
		.ctx = ctx,
	};
	size_t n;

	sigv4_put_date(date, clock_real_ms() + s->ahead_ms);
	n = headers_to_sign(s, target, date_text, headers);
	if (!authorize(s, headers, n, date_text, body))
		return err_set(err, EXIT_LOCAL, "a request cannot be signed");
	headers[n++] = (struct http_header){SLICE("Authorization"), buf_slice(&s->authorization)};
	request.n_headers = n;
	return http_start(s->conf.http, &request, err);
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
