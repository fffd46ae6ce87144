#include "aws/credentials.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>

struct credentials {
	char *profile; /* name; NULL: the environment */
	char *origin;
	char *key_id, *secret, *token;
	struct credential_keys keys;
};

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static char *copy(const char *text)
{
	return text ? mem_text(text, strlen(text)) : NULL;
}

static void wipe(struct credentials *c)
{
	mem_wipe_text(c->secret);
	mem_wipe_text(c->token);
	free(c->key_id);
	free(c->secret);
	free(c->token);
}

static void take(struct credentials *c, const char *key_id, const char *secret, const char *token)
{
	wipe(c);
	c->key_id = copy(key_id);
	c->secret = copy(secret);
	c->token = copy(token);
	c->keys = (struct credential_keys){slice_of(c->key_id), slice_of(c->secret),
					   slice_of(c->token)};
}

/* --- environment ----------------------------------------------------------- */

/* 1: taken, 0: not configured, -1: half of it. */
static int from_environment(struct credentials *c, struct err *err)
{
	const char *key_id = variable("AWS_ACCESS_KEY_ID");
	const char *secret = variable("AWS_SECRET_ACCESS_KEY");

	if (!key_id && !secret)
		return 0;
	if (!key_id || !secret)
		return err_set(err, EXIT_USAGE, "%s is set but %s is not (set both, or neither)",
			       key_id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
			       key_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
	take(c, key_id, secret, variable("AWS_SESSION_TOKEN"));
	c->origin = copy("the environment");
	return 1;
}

/* A source of another kind that the environment asks for, or NULL. */
static const char *foreign_variable(void)
{
	static const char *const names[] = {
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (variable(names[i]))
			return names[i];
	}
	return NULL;
}

/* --- profile --------------------------------------------------------------- */

/* A key that asks for a source of another kind, or NULL: such a profile means another identity. */
static const char *foreign_key(const struct profile *profile)
{
	static const char *const before[] = {"role_arn",       "web_identity_token_file",
					     "sso_account_id", "sso_role_name",
					     "sso_session",    "sso_start_url"};
	static const char *const after[] = {"login_session", "credential_process"};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		if (profile_get(profile, before[i]))
			return before[i];
	}
	if (profile_get(profile, "aws_access_key_id"))
		return NULL;
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
		if (profile_get(profile, after[i]))
			return after[i];
	}
	return NULL;
}

/* 1: taken, 0: the profile has nothing to do with credentials, -1: it cannot be used. */
static int from_profile(struct credentials *c, const struct profile *profile, struct err *err)
{
	const char *foreign = foreign_key(profile);
	const char *key_id = profile_get(profile, "aws_access_key_id");
	const char *secret = profile_get(profile, "aws_secret_access_key");

	if (foreign)
		return err_set(
			err, EXIT_USAGE,
			"profile '%s' sets '%s', but only static keys are read from a profile "
			"(try: eval \"$(aws configure export-credentials --profile %s --format "
			"env)\")",
			profile_name(profile), foreign, profile_name(profile));
	if (!key_id && !secret)
		return 0;
	if (!key_id || !*key_id || !secret || !*secret)
		return err_set(err, EXIT_USAGE, "profile '%s' has no '%s'", profile_name(profile),
			       key_id && *key_id ? "aws_secret_access_key" : "aws_access_key_id");
	take(c, key_id, secret, profile_get(profile, "aws_session_token"));
	return 1;
}

static int choose_profile(struct credentials *c, const char *name, const struct profiles *all,
			  struct err *err)
{
	const struct profile *profile;
	struct buf origin = {0};
	int got;

	if (profiles_choose(all, name, &profile, err) != 0)
		return -1;
	got = profile ? from_profile(c, profile, err) : 0;
	if (got != 1)
		return got;
	c->profile = copy(profile_name(profile));
	buf_addf(&origin, "profile '%s'", c->profile);
	c->origin = buf_text(&origin);
	return 1;
}

/* --- the chain ------------------------------------------------------------- */

static int choose(struct credentials *c, const char *name, const struct profiles *all,
		  struct err *err)
{
	const char *foreign = foreign_variable();
	int got = name ? 0 : from_environment(c, err);

	if (got == 0 && !(foreign && !name && strcmp(foreign, "AWS_WEB_IDENTITY_TOKEN_FILE") == 0))
		got = choose_profile(c, name, all, err);
	if (got != 0)
		return got;
	if (foreign && !name)
		return err_set(
			err, EXIT_USAGE,
			"%s is set, but only keys in the environment or in a profile are used "
			"(set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)",
			foreign);
	if (name)
		return err_set(err, EXIT_USAGE, "profile '%s' has no 'aws_access_key_id'", name);
	return err_set(err, EXIT_USAGE,
		       "no credentials (set AWS_ACCESS_KEY_ID and "
		       "AWS_SECRET_ACCESS_KEY, or name a profile with --profile)");
}

struct credentials *credentials_open(const char *profile, const struct profiles *all,
				     struct err *err)
{
	struct credentials *c = mem_alloc(sizeof(*c));

	if (choose(c, profile, all, err) == 1)
		return c;
	credentials_free(c);
	return NULL;
}

void credentials_free(struct credentials *c)
{
	if (!c)
		return;
	wipe(c);
	free(c->profile);
	free(c->origin);
	free(c);
}

const struct credential_keys *credentials_keys(const struct credentials *c)
{
	return &c->keys;
}

const char *credentials_origin(const struct credentials *c)
{
	return c->origin;
}

/* The environment of a process does not change; a profile may have been rotated by another one. */
int credentials_renew(struct credentials *c, struct err *err)
{
	const struct profile *profile;
	struct profiles *all;
	char *old;
	int got;

	if (!c->profile)
		return 0;
	all = profiles_read(err);
	if (!all)
		return -1;
	old = c->key_id ? mem_text(c->key_id, strlen(c->key_id)) : NULL;
	got = profiles_choose(all, c->profile, &profile, err);
	if (got == 0)
		got = from_profile(c, profile, err);
	if (got == 0)
		got = err_set(err, EXIT_REFUSED, "profile '%s' has no keys any more", c->profile);
	if (got == 1)
		got = strcmp(old, c->key_id) != 0;
	profiles_free(all);
	free(old);
	return got;
}
