/*
 * The instance metadata service of EC2, version 2: a session token, the name of the
 * role, its keys. Source: AWS SDKs and Tools Reference Guide, "IMDS credential
 * provider". Version 1 is not spoken.
 */
#include "aws/provider.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ANSWER_MAX ((size_t)64 << 10)
#define KEYS_PATH  "latest/meta-data/iam/security-credentials/"

struct imds {
	struct provider base;
	struct http *http;
	struct endpoint endpoint;
	int64_t time_ms;
	unsigned attempts, tried;
	struct buf token, role, url;
	bool again; /* once for a token that was refused */
};

static const char *setting(const struct provider_env *env, const char *name, const char *key)
{
	const char *value = getenv(name);

	value = value && *value ? value : profile_get(env->profile, key);
	return value && *value ? value : NULL;
}

static void get_token(struct imds *p);
static void get(struct imds *p, struct slice name, http_done_fn *done);

static void end(struct imds *p, enum provider_result result, const struct err *err)
{
	provider_end(&p->base, result, NULL, err);
}

/* [\w+=,.@-]{1,64}: it goes into a URL. */
static bool role_valid(struct slice role)
{
	for (size_t i = 0; i < role.n; i++) {
		char c = role.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      (c && strchr("_+=,.@-", c))))
			return false;
	}
	return role.n >= 1 && role.n <= 64;
}

/* True when the answer was dealt with here: not 200. */
static bool failed(struct imds *p, const struct http_answer *answer)
{
	enum provider_result result;
	struct err err;

	if (answer->failure == HTTP_ANSWERED && answer->status == 200)
		return false;
	if (answer->failure == HTTP_ANSWERED && answer->status == 401 && !p->again) {
		p->again = true;
		get_token(p);
		return true;
	}
	result = provider_trouble(&p->base, answer, p->endpoint.url, &err);
	if (answer->failure == HTTP_ANSWERED && answer->status == 404) {
		err_set(&err, EXIT_REFUSED, "%s: the instance has no role (attach one)",
			p->base.name);
		result = PROVIDER_ABSENT;
	}
	end(p, result, &err);
	return true;
}

static void on_keys(void *ctx, const struct http_answer *answer)
{
	struct imds *p = ctx;
	struct keys keys = {0};
	struct err err;
	char *code;

	if (failed(p, answer))
		return;
	if (keys_read(&keys, answer->body, &keys_of_metadata, p->base.name, &err) == 0) {
		provider_end(&p->base, PROVIDER_KEYS, &keys, NULL);
		return;
	}
	code = keys_member(answer->body, "Code");
	if (code && strcmp(code, "Success") != 0)
		err_set(&err, EXIT_REFUSED, "%s has no keys: %.100s", p->base.name, code);
	free(code);
	end(p, PROVIDER_FAILED, &err);
}

static void on_role(void *ctx, const struct http_answer *answer)
{
	struct imds *p = ctx;
	struct err err;
	const char *lf;

	if (failed(p, answer))
		return;
	buf_reset(&p->role);
	buf_adds(&p->role, answer->body);
	lf = p->role.len ? memchr(p->role.p, '\n', p->role.len) : NULL;
	if (lf)
		p->role.len = (size_t)(lf - p->role.p);
	if (role_valid(buf_slice(&p->role))) {
		get(p, buf_slice(&p->role), on_keys);
		return;
	}
	err_set(&err, EXIT_REFUSED, "%s gave no name of a role", p->base.name);
	end(p, PROVIDER_FAILED, &err);
}

static void get(struct imds *p, struct slice name, http_done_fn *done)
{
	struct http_header header = {SLICE("x-aws-ec2-metadata-token"), buf_slice(&p->token)};
	struct http_request request = {
		.method = "GET",
		.headers = &header,
		.n_headers = 1,
		.total_ms = p->time_ms,
		.max_answer = ANSWER_MAX,
		.secret = true,
		.plain = true,
		.direct = true,
		.done = done,
		.ctx = p,
	};
	struct err err;

	buf_reset(&p->url);
	buf_addf(&p->url, "%s%s%.*s", p->endpoint.url, KEYS_PATH, SLICE_ARG(name));
	request.url = buf_text(&p->url);
	if (http_start(p->http, &request, &err) != 0)
		end(p, PROVIDER_FAILED, &err);
}

/* Where nobody answers there is no such service: the sources before this one are all there are. */
static void on_token(void *ctx, const struct http_answer *answer)
{
	struct imds *p = ctx;
	struct err err;

	if (answer->failure == HTTP_UNREACHABLE) {
		if (++p->tried < p->attempts) {
			get_token(p);
			return;
		}
		provider_trouble(&p->base, answer, p->endpoint.url, &err);
		end(p, PROVIDER_ABSENT, &err);
		return;
	}
	if (failed(p, answer))
		return;
	buf_reset(&p->token);
	buf_adds(&p->token, answer->body);
	get(p, SLICE(""), on_role);
}

static void get_token(struct imds *p)
{
	struct http_header headers[] = {
		{SLICE("x-aws-ec2-metadata-token-ttl-seconds"), SLICE("21600")},
		{SLICE("Content-Type"), SLICE("text/plain")},
	};
	struct http_request request = {
		.method = "PUT",
		.headers = headers,
		.n_headers = 2,
		.body = SLICE(""),
		.total_ms = p->time_ms,
		.max_answer = ANSWER_MAX,
		.secret = true,
		.plain = true,
		.direct = true,
		.done = on_token,
		.ctx = p,
	};
	struct err err;

	buf_reset(&p->url);
	buf_addf(&p->url, "%slatest/api/token", p->endpoint.url);
	request.url = buf_text(&p->url);
	if (http_start(p->http, &request, &err) != 0)
		end(p, PROVIDER_FAILED, &err);
}

static void start(struct provider *base)
{
	struct imds *p = (struct imds *)base;

	p->tried = 0;
	p->again = false;
	get_token(p);
}

static void release(struct provider *base)
{
	struct imds *p = (struct imds *)base;

	if (p->token.p)
		mem_wipe(p->token.p, p->token.cap);
	buf_free(&p->token);
	buf_free(&p->role);
	buf_free(&p->url);
}

static const struct provider_kind kind = {.start = start, .free = release, .stable = true};

/* --- making one ------------------------------------------------------------ */

static int choose(struct imds *p, const struct provider_env *env, struct err *err)
{
	const char *mode = setting(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
				   "ec2_metadata_service_endpoint_mode");
	const char *url =
		setting(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
	struct buf text = {0};
	int result;

	if (!url && mode && strcasecmp(mode, "IPv4") != 0 && strcasecmp(mode, "IPv6") != 0)
		return err_set(err, EXIT_USAGE,
			       "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE '%s' is neither IPv4 nor "
			       "IPv6",
			       mode);
	if (!url)
		url = mode && strcasecmp(mode, "IPv6") == 0 ? "http://[fd00:ec2::254]"
							    : "http://169.254.169.254";
	buf_adds(&text, slice_of(url));
	if (!slice_ends(buf_slice(&text), SLICE("/")))
		buf_addc(&text, '/');
	result = endpoint_parse(&p->endpoint, buf_slice(&text), "AWS_EC2_METADATA_SERVICE_ENDPOINT",
				err);
	buf_free(&text);
	return result;
}

static int limits(struct imds *p, const struct provider_env *env, struct err *err)
{
	const char *time = setting(env, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
	const char *tries =
		setting(env, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts");
	uint64_t seconds = 1, attempts = 1;

	if (time && (!num_u64(slice_of(time), &seconds) || seconds < 1 || seconds > 60))
		return err_set(err, EXIT_USAGE,
			       "AWS_METADATA_SERVICE_TIMEOUT '%s' is not from 1 to 60 seconds",
			       time);
	if (tries && (!num_u64(slice_of(tries), &attempts) || attempts < 1 || attempts > 100))
		return err_set(err, EXIT_USAGE,
			       "AWS_METADATA_SERVICE_NUM_ATTEMPTS '%s' is not from 1 to 100",
			       tries);
	p->time_ms = (int64_t)seconds * 1000;
	p->attempts = (unsigned)attempts;
	return 0;
}

struct provider *provider_imds(const struct provider_env *env, struct err *err)
{
	const char *off = getenv("AWS_EC2_METADATA_DISABLED");
	const char name[] = "the instance metadata service";
	struct imds *p;

	err->status = EXIT_OK;
	if (off && strcasecmp(off, "true") == 0)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->base.kind = &kind;
	p->base.name = mem_text(name, sizeof(name) - 1);
	p->http = env->http;
	if (choose(p, env, err) == 0 && limits(p, env, err) == 0)
		return &p->base;
	provider_free(&p->base);
	return NULL;
}
