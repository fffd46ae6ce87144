/*
 * The credential endpoint of a container: ECS, EKS Pod Identity, Greengrass. Source:
 * AWS SDKs and Tools Reference Guide, "Container credential provider".
 *
 * The URI comes from the environment and a token is sent there, so plain http goes
 * to this machine and to three addresses of the link only, compared as addresses.
 */
#include "aws/provider.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/fd.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define ANSWER_MAX ((size_t)64 << 10)
#define TOKEN_MAX  ((size_t)64 << 10)
#define TIME_MS	   2000

struct container {
	struct provider base;
	struct http *http;
	struct endpoint endpoint;
	char *url; /* with the query, if there is one */
	struct buf token;
};

/* --- where to -------------------------------------------------------------- */

static bool on_the_link(const char *host)
{
	static const char *const fours[] = {"169.254.170.2", "169.254.170.23"};
	struct in_addr four, known;
	struct in6_addr six, eks;
	char bare[64];
	size_t n = strcspn(host + (*host == '['), *host == '[' ? "]" : ":");

	if (n >= sizeof(bare))
		return false;
	memcpy(bare, host + (*host == '['), n);
	bare[n] = '\0';
	if (inet_pton(AF_INET, bare, &four) == 1) {
		for (size_t i = 0; i < 2; i++) {
			inet_pton(AF_INET, fours[i], &known);
			if (known.s_addr == four.s_addr)
				return true;
		}
		return false;
	}
	inet_pton(AF_INET6, "fd00:ec2::23", &eks);
	return inet_pton(AF_INET6, bare, &six) == 1 && memcmp(&six, &eks, sizeof(six)) == 0;
}

/* What stands behind a '?': visible ASCII without what a URL would have to encode. */
static bool query_valid(const char *query)
{
	for (; *query; query++) {
		if (*query <= ' ' || *query > '~' || strchr("\"<>\\^`{|}#", *query))
			return false;
	}
	return true;
}

static int choose(struct container *c, const char *uri, const char *from, struct err *err)
{
	const char *query = strchr(uri, '?');
	struct slice url = {uri, query ? (size_t)(query - uri) : strlen(uri)};
	struct buf text = {0};

	if (endpoint_parse(&c->endpoint, url, from, err) != 0)
		return -1;
	if (query && !query_valid(query))
		return err_set(err, EXIT_USAGE, "%s holds a query that is no part of a URL", from);
	if (c->endpoint.plain && !c->endpoint.loopback && !on_the_link(c->endpoint.host))
		return err_set(err, EXIT_USAGE,
			       "%s is '%s': keys come over plain http from this machine, "
			       "169.254.170.2, 169.254.170.23 and [fd00:ec2::23] only (use https)",
			       from, c->endpoint.url);
	buf_addf(&text, "%s%s", c->endpoint.url, query ? query : "");
	c->url = buf_text(&text);
	return 0;
}

/* --- a fetch --------------------------------------------------------------- */

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct container *c = ctx;
	enum provider_result result = PROVIDER_KEYS;
	struct keys keys = {0};
	struct err err;

	if (answer->failure != HTTP_ANSWERED || answer->status != 200)
		result = provider_trouble(&c->base, answer, c->endpoint.url, &err);
	else if (keys_read(&keys, answer->body, &keys_of_metadata, c->base.name, &err) != 0)
		result = PROVIDER_FAILED;
	provider_end(&c->base, result, &keys, &err);
}

/* The token's file wins; it is read each time, for it changes. */
static int read_token(struct container *c, struct err *err)
{
	const char *file = env_text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");

	buf_reset(&c->token);
	buf_room(&c->token, TOKEN_MAX + 4096);
	if (file && fd_read_file(file, TOKEN_MAX, &c->token, err) != 0)
		return provider_within(err, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	if (!file)
		buf_adds(&c->token, slice_of(getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")));
	if (memchr(c->token.p, '\n', c->token.len) || memchr(c->token.p, '\r', c->token.len) ||
	    memchr(c->token.p, '\0', c->token.len))
		return err_set(err, EXIT_USAGE, "%s holds a line break or a NUL",
			       file ? file : "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	return 0;
}

static void start(struct provider *base)
{
	struct container *c = (struct container *)base;
	struct http_header headers[2] = {{SLICE("Accept"), SLICE("application/json")}};
	struct http_request request = {
		.method = "GET",
		.url = c->url,
		.headers = headers,
		.n_headers = 1,
		.total_ms = TIME_MS,
		.max_answer = ANSWER_MAX,
		.secret = true,
		.plain = c->endpoint.plain,
		.direct = true,
		.done = on_answer,
		.ctx = c,
	};
	struct err err;

	if (read_token(c, &err) != 0) {
		provider_end(base, PROVIDER_FAILED, NULL, &err);
		return;
	}
	if (c->token.len)
		headers[request.n_headers++] =
			(struct http_header){SLICE("Authorization"), buf_slice(&c->token)};
	if (http_start(c->http, &request, &err) != 0)
		provider_end(base, PROVIDER_FAILED, NULL, &err);
}

static void release(struct provider *base)
{
	struct container *c = (struct container *)base;

	buf_wipe(&c->token);
	free(c->url);
}

static const struct provider_kind kind = {.start = start, .free = release};

struct provider *provider_container(const struct provider_env *env, struct err *err)
{
	const char *relative = env_text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = env_text("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *from = relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
				    : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
	struct container *c;
	struct buf uri = {0}, name = {0};

	err->status = EXIT_OK;
	if (!relative && !full)
		return NULL;
	c = mem_alloc(sizeof(*c));
	c->base.kind = &kind;
	c->http = env->http;
	buf_addf(&uri, "%s%s", relative ? "http://169.254.170.2" : "", relative ? relative : full);
	buf_addf(&name, "the container endpoint of %s", from);
	c->base.name = buf_text(&name);
	if (choose(c, buf_text(&uri), from, err) != 0) {
		provider_free(&c->base);
		c = NULL;
	}
	buf_free(&uri);
	return c ? &c->base : NULL;
}
