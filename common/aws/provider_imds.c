/*
 * The keys of the role of an EC2 instance: its name, then its keys, from the instance
 * metadata service. Source: AWS SDKs and Tools Reference Guide, "IMDS credential
 * provider".
 */
#include "aws/imds.h"
#include "aws/provider.h"
#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>

#define KEYS_PATH "latest/meta-data/iam/security-credentials/"

struct imds_keys {
	struct provider base;
	struct imds *imds;
	struct buf role;
};

static void end(struct imds_keys *p, enum provider_result result, const struct err *err)
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

/*
 * True when the answer was dealt with here: not 200. Where nobody answers there is no such service:
 * the sources before this one are all there are.
 */
static bool failed(struct imds_keys *p, const struct http_answer *answer)
{
	enum provider_result result;
	struct err err;

	if (answer->failure == HTTP_ANSWERED && answer->status == 200)
		return false;
	result = provider_trouble(&p->base, answer, imds_url(p->imds), &err);
	if (answer->failure == HTTP_ANSWERED && answer->status == 404) {
		err_set(&err, EXIT_REFUSED, "%s: the instance has no role (attach one)",
			p->base.name);
		result = PROVIDER_ABSENT;
	} else if (answer->failure == HTTP_UNREACHABLE && !imds_there(p->imds)) {
		result = PROVIDER_ABSENT;
	}
	end(p, result, &err);
	return true;
}

static void on_keys(void *ctx, const struct http_answer *answer)
{
	struct imds_keys *p = ctx;
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
	struct imds_keys *p = ctx;
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
		imds_get(p->imds, KEYS_PATH, buf_slice(&p->role), on_keys, p);
		return;
	}
	err_set(&err, EXIT_REFUSED, "%s gave no name of a role", p->base.name);
	end(p, PROVIDER_FAILED, &err);
}

static void start(struct provider *base)
{
	struct imds_keys *p = (struct imds_keys *)base;

	imds_renew(p->imds);
	imds_get(p->imds, KEYS_PATH, SLICE(""), on_role, p);
}

static void release(struct provider *base)
{
	struct imds_keys *p = (struct imds_keys *)base;

	imds_free(p->imds);
	buf_free(&p->role);
}

static const struct provider_kind kind = {.start = start, .free = release, .stable = true};

struct provider *provider_imds(const struct provider_env *env, struct err *err)
{
	const char name[] = "the instance metadata service";
	struct imds *imds = imds_new(env->profile, env->http, err);
	struct imds_keys *p;

	if (!imds)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->base.kind = &kind;
	p->base.name = mem_text(name, sizeof(name) - 1);
	p->imds = imds;
	return &p->base;
}
