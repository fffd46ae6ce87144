/* Keys that are simply written down: the environment, the profile files. */
#include "aws/provider.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

/* --- environment ----------------------------------------------------------- */

struct from_environment {
	struct provider base;
	int64_t expires_ms; /* 0: not said */
	bool asked, told;   /* for the keys before; of their end */
};

/* The environment of a process never changes, so keys that end are not renewed. */
static void start_environment(struct provider *base)
{
	struct from_environment *p = (struct from_environment *)base;
	struct keys keys = {0};
	char date[CLOCK_DATE_LEN];

	if (p->asked && p->expires_ms && !p->told) {
		clock_put_date(date, p->expires_ms);
		msg_warning("the keys in the environment end at %.19sZ, and cannot be renewed: the "
			    "run ends then (see AWS_CREDENTIAL_EXPIRATION)",
			    date);
		p->told = true;
	}
	p->asked = true;
	keys_set(&keys, slice_of(getenv("AWS_ACCESS_KEY_ID")),
		 slice_of(getenv("AWS_SECRET_ACCESS_KEY")),
		 slice_of(env_text("AWS_SESSION_TOKEN")));
	keys.expires_ms = p->expires_ms;
	provider_end(base, PROVIDER_KEYS, &keys, NULL);
}

static const struct provider_kind environment = {.start = start_environment, .fixed = true};

/* As botocore does, and as "aws configure export-credentials" writes it. */
static int read_expiry(int64_t *expires_ms, struct err *err)
{
	const char *text = env_text("AWS_CREDENTIAL_EXPIRATION");

	*expires_ms = 0;
	if (text && !clock_parse_date(slice_of(text), expires_ms))
		return err_set(err, EXIT_USAGE,
			       "AWS_CREDENTIAL_EXPIRATION '%.100s' is no date such as "
			       "2026-01-31T12:00:00Z",
			       text);
	return 0;
}

struct provider *provider_environment(struct err *err)
{
	const char *key_id = env_text("AWS_ACCESS_KEY_ID");
	const char *secret = env_text("AWS_SECRET_ACCESS_KEY");
	struct from_environment *p;
	int64_t expires_ms;

	err->status = EXIT_OK;
	if (!key_id && !secret)
		return NULL;
	if (!key_id || !secret) {
		err_set(err, EXIT_USAGE, "%s is set but %s is not (set both, or neither)",
			key_id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
			key_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
		return NULL;
	}
	if (read_expiry(&expires_ms, err) != 0)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->base.kind = &environment;
	p->base.name = mem_dup("the environment");
	p->expires_ms = expires_ms;
	return &p->base;
}

/* --- profile --------------------------------------------------------------- */

struct from_profile {
	struct provider base;
	char *profile;
	struct keys first; /* as the files had them at the start */
};

static int take(struct keys *keys, const struct profile *profile, struct err *err)
{
	const char *key_id = profile_get(profile, "aws_access_key_id");
	const char *secret = profile_get(profile, "aws_secret_access_key");

	if (!key_id || !*key_id || !secret || !*secret)
		return err_set(err, EXIT_USAGE, "profile '%s' has no '%s'", profile_name(profile),
			       key_id && *key_id ? "aws_secret_access_key" : "aws_access_key_id");
	keys_set(keys, slice_of(key_id), slice_of(secret),
		 slice_of(profile_get(profile, "aws_session_token")));
	return 0;
}

/* Another process may have written new keys meanwhile. */
static void start_profile(struct provider *base)
{
	struct from_profile *p = (struct from_profile *)base;
	const struct profile *profile = NULL;
	struct keys keys = {0};
	struct profiles *all;
	struct err err;
	int result;

	if (p->first.key_id) {
		provider_end(base, PROVIDER_KEYS, &p->first, NULL);
		return;
	}
	all = profiles_read(&err);
	result = all ? profiles_choose(all, p->profile, &profile, &err) : -1;

	if (result == 0)
		result = take(&keys, profile, &err);
	profiles_free(all);
	provider_end(base, result == 0 ? PROVIDER_KEYS : PROVIDER_FAILED, &keys, &err);
}

static void free_profile(struct provider *base)
{
	struct from_profile *p = (struct from_profile *)base;

	keys_wipe(&p->first);
	free(p->profile);
}

static const struct provider_kind kind = {.start = start_profile, .free = free_profile};

struct provider *provider_static(const struct profile *profile, struct err *err)
{
	const char *name = profile_name(profile);
	struct from_profile *p;
	struct buf text = {0};
	struct keys keys = {0};

	if (take(&keys, profile, err) != 0)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->base.kind = &kind;
	p->first = keys;
	p->profile = mem_dup(name);
	buf_addf(&text, "profile '%s'", name);
	p->base.name = buf_text(&text);
	return &p->base;
}
