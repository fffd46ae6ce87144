/* Roles: AssumeRole with the keys of another provider, or with a web identity's token. */
#include "aws/sts.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TOKEN_MAX ((size_t)20000)

struct role {
	struct provider base;
	struct provider *source; /* NULL: a web identity */
	struct keys with;	 /* the source's, during a call */
	char *token_file;
	char *arn, *external_id, *session, *duration;
	struct sts *sts;
	bool again; /* once for a clock that was wrong */
};

/* --- what may be in there ---------------------------------------------------- */

static bool all_of(const char *text, const char *others, size_t least, size_t most)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      strchr(others, c)))
			return false;
	}
	return n >= least && n <= most;
}

static bool is_role_arn(const char *text)
{
	struct slice arn = slice_of(text);

	return slice_starts(arn, SLICE("arn:")) && strstr(text, ":iam::") &&
	       strstr(text, ":role/") && arn.n >= 20 && arn.n <= 2048;
}

/* 900 s to 12 h, as STS has it. */
static bool duration_valid(const char *text)
{
	uint64_t s;

	return num_u64(slice_of(text), &s) && s >= 900 && s <= 43200;
}

static int validate(const struct role_conf *conf, struct err *err)
{
	if (!is_role_arn(conf->role_arn))
		return err_set(err, EXIT_USAGE, "%s: '%s' is no ARN of a role", conf->from,
			       conf->role_arn);
	if (conf->external_id && !all_of(conf->external_id, "_+=,.@:/-", 2, 1224))
		return err_set(err, EXIT_USAGE,
			       "%s: '%s' is no external id (2 to 1224 of A-Z a-z 0-9 _+=,.@:/-)",
			       conf->from, conf->external_id);
	if (conf->session_name && !all_of(conf->session_name, "_+=,.@-", 2, 64))
		return err_set(err, EXIT_USAGE,
			       "%s: '%s' is no role session name (2 to 64 of A-Z a-z 0-9 _+=,.@-)",
			       conf->from, conf->session_name);
	if (conf->duration && !duration_valid(conf->duration))
		return err_set(err, EXIT_USAGE,
			       "%s: duration_seconds '%s' is not from 900 to 43200", conf->from,
			       conf->duration);
	return 0;
}

/* --- a fetch --------------------------------------------------------------- */

static const char *action(const struct role *r)
{
	return r->source ? "AssumeRole" : "AssumeRoleWithWebIdentity";
}

static void on_answer(void *ctx, const struct http_answer *answer);

static int add_token(struct role *r, struct err *err)
{
	struct buf token = {0};
	int result;

	buf_room(&token, TOKEN_MAX + 4096);
	result = fd_read_file(r->token_file, TOKEN_MAX, &token, err);
	while (result == 0 && token.len &&
	       (token.p[token.len - 1] == '\n' || token.p[token.len - 1] == '\r'))
		token.len--;
	if (result != 0)
		provider_within(err, "web identity token file");
	else if (token.len == 0)
		result = err_set(err, EXIT_USAGE, "web identity token file '%s' is empty",
				 r->token_file);
	if (result == 0)
		sts_add(r->sts, "WebIdentityToken", buf_slice(&token));
	buf_wipe(&token);
	return result;
}

static void call(struct role *r)
{
	struct credential_keys keys = keys_view(&r->with);
	struct err err;
	int result = 0;

	sts_begin(r->sts, action(r));
	sts_add(r->sts, "RoleArn", slice_of(r->arn));
	sts_add(r->sts, "RoleSessionName", slice_of(r->session));
	if (r->duration)
		sts_add(r->sts, "DurationSeconds", slice_of(r->duration));
	if (r->external_id)
		sts_add(r->sts, "ExternalId", slice_of(r->external_id));
	if (!r->source)
		result = add_token(r, &err);
	if (result == 0)
		result = sts_send(r->sts, r->source ? &keys : NULL, on_answer, r, &err);
	if (result != 0)
		provider_end(&r->base, PROVIDER_FAILED, NULL, &err);
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct role *r = ctx;
	struct keys keys = {0};
	enum provider_result result;
	char what[1024];
	struct err err;
	bool skewed;

	snprintf(what, sizeof(what), "%s of '%.500s' for %s", action(r), r->arn, r->base.name);
	result = sts_outcome(r->sts, answer, what, &skewed, &err);
	if (skewed && !r->again) {
		r->again = true;
		call(r);
		return;
	}
	keys_wipe(&r->with);
	if (result == PROVIDER_KEYS && sts_keys(answer, action(r), &keys, &err) != 0)
		result = PROVIDER_FAILED;
	provider_end(&r->base, result, &keys, &err);
}

static void on_source(void *ctx, enum provider_result result, struct keys *keys,
		      const struct err *err)
{
	struct role *r = ctx;

	if (result != PROVIDER_KEYS) {
		/* A role needs its source: that it is not there is a failure here. */
		provider_end(&r->base, result == PROVIDER_AGAIN ? result : PROVIDER_FAILED, NULL,
			     err);
		return;
	}
	keys_wipe(&r->with);
	r->with = *keys;
	*keys = (struct keys){0};
	call(r);
}

static void start(struct provider *base)
{
	struct role *r = (struct role *)base;

	r->again = false;
	if (r->source)
		provider_start(r->source, on_source, r);
	else
		call(r);
}

static int fd(const struct provider *base)
{
	const struct role *r = (const struct role *)base;

	return r->source ? provider_fd(r->source) : -1;
}

static void step(struct provider *base)
{
	struct role *r = (struct role *)base;

	if (r->source)
		provider_step(r->source);
}

static void release(struct provider *base)
{
	struct role *r = (struct role *)base;

	provider_free(r->source);
	keys_wipe(&r->with);
	sts_free(r->sts);
	free(r->token_file);
	free(r->arn);
	free(r->external_id);
	free(r->session);
	free(r->duration);
}

static const struct provider_kind kind = {.start = start, .free = release, .fd = fd, .step = step};

/* --- making one ------------------------------------------------------------ */

static char *session_name(const struct provider_env *env, const struct role_conf *conf)
{
	struct buf text = {0};

	if (conf->session_name || env->session_name)
		return mem_dup(conf->session_name ? conf->session_name : env->session_name);
	buf_addf(&text, "keb-%d-%lld", (int)getpid(), (long long)clock_real_ms() / 1000);
	return buf_text(&text);
}

static struct provider *make(const struct provider_env *env, const struct role_conf *conf,
			     struct provider *source, const char *token_file, struct err *err)
{
	struct buf name = {0};
	struct sts *sts = NULL;
	struct role *r;

	if (validate(conf, err) == 0)
		sts = sts_new(env, err);
	if (!sts) {
		provider_free(source);
		return NULL;
	}
	r = mem_alloc(sizeof(*r));
	r->base.kind = &kind;
	r->source = source;
	r->token_file = mem_dup(token_file);
	r->arn = mem_dup(conf->role_arn);
	r->external_id = mem_dup(conf->external_id);
	r->session = session_name(env, conf);
	r->duration = mem_dup(conf->duration);
	r->sts = sts;
	if (source)
		buf_addf(&name, "role '%s' of %s, by %s", r->arn, conf->from, source->name);
	else
		buf_addf(&name, "role '%s' of %s, by the token in '%s'", r->arn, conf->from,
			 token_file);
	r->base.name = buf_text(&name);
	return &r->base;
}

struct provider *provider_role(const struct provider_env *env, const struct role_conf *conf,
			       struct provider *source, struct err *err)
{
	return make(env, conf, source, NULL, err);
}

struct provider *provider_web_identity(const struct provider_env *env, const struct role_conf *conf,
				       const char *token_file, struct err *err)
{
	return make(env, conf, NULL, token_file, err);
}
