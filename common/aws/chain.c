#include "aws/chain.h"

#include "base/env.h"

#include <stdio.h>

#define ROLES_MAX 16 /* source_profile of source_profile of ... */

/* --- profiles -------------------------------------------------------------- */

struct walk {
	const struct provider_env *env;
	const struct profile *seen[ROLES_MAX];
	size_t n;
	struct err *err;
};

static struct provider *of_profile(struct walk *w, const struct profile *profile, bool is_source);

static bool has_static(const struct profile *profile)
{
	return profile_get(profile, "aws_access_key_id") ||
	       profile_get(profile, "aws_secret_access_key");
}

static bool is_sso(const struct profile *profile)
{
	return profile_get(profile, "sso_account_id") || profile_get(profile, "sso_role_name") ||
	       profile_get(profile, "sso_session") || profile_get(profile, "sso_start_url");
}

static struct provider *named_source(struct walk *w, const struct profile *profile,
				     const char *name)
{
	const struct profile *source = profiles_find(w->env->profiles, PROFILE_PLAIN, name);
	bool itself = source == profile;

	if (!source) {
		err_set(w->err, EXIT_USAGE, "source_profile '%s' of profile '%s' does not exist",
			name, profile_name(profile));
		return NULL;
	}
	if (itself && has_static(profile))
		return provider_static(profile, w->err);
	for (size_t i = 0; i < w->n; i++) {
		if (w->seen[i] == source) {
			err_set(w->err, EXIT_USAGE,
				"the source_profile of '%s' leads back to profile '%s'",
				profile_name(profile), name);
			return NULL;
		}
	}
	return of_profile(w, source, true);
}

static struct provider *credential_source(struct walk *w, const struct profile *profile,
					  const char *name)
{
	struct provider *p = NULL;

	if (strcmp(name, "Environment") == 0)
		p = provider_environment(w->err);
	else if (strcmp(name, "EcsContainer") == 0)
		p = provider_container(w->env, w->err);
	else if (strcmp(name, "Ec2InstanceMetadata") == 0)
		p = provider_imds(w->env, w->err);
	else
		err_set(w->err, EXIT_USAGE,
			"credential_source '%s' of profile '%s' is none of Environment, "
			"EcsContainer, Ec2InstanceMetadata",
			name, profile_name(profile));
	if (!p && w->err->status == EXIT_OK)
		err_set(w->err, EXIT_USAGE,
			"credential_source '%s' of profile '%s' is not there: %s is %s", name,
			profile_name(profile),
			*name == 'E' && name[1] == 'n' ? "AWS_ACCESS_KEY_ID"
			: name[2] == 's'	       ? "AWS_CONTAINER_CREDENTIALS_FULL_URI"
						       : "AWS_EC2_METADATA_DISABLED",
			name[2] == '2' ? "true" : "not set");
	return p;
}

static struct provider *of_role(struct walk *w, const struct profile *profile)
{
	const char *token = profile_get(profile, "web_identity_token_file");
	const char *source = profile_get(profile, "source_profile");
	const char *credential = profile_get(profile, "credential_source");
	char from[128];
	struct role_conf conf = {
		.role_arn = profile_get(profile, "role_arn"),
		.external_id = profile_get(profile, "external_id"),
		.session_name = profile_get(profile, "role_session_name"),
		.duration = profile_get(profile, "duration_seconds"),
		.from = from,
	};
	struct provider *with;

	snprintf(from, sizeof(from), "profile '%.100s'", profile_name(profile));
	if (token)
		return provider_web_identity(w->env, &conf, token, w->err);
	if (profile_get(profile, "mfa_serial")) {
		err_set(w->err, EXIT_USAGE,
			"%s sets 'mfa_serial', and nobody is here to type the code (use a session "
			"of aws sts get-session-token, or another profile)",
			from);
		return NULL;
	}
	if (!source == !credential) {
		err_set(w->err, EXIT_USAGE,
			source ? "%s has both source_profile and credential_source (leave one out)"
			       : "%s has a role_arn but neither source_profile nor "
				 "credential_source",
			from);
		return NULL;
	}
	with = source ? named_source(w, profile, source)
		      : credential_source(w, profile, credential);
	return with ? provider_role(w->env, &conf, with, w->err) : NULL;
}

/* NULL with err->status 0 where the profile has nothing to do with keys. */
static struct provider *of_profile(struct walk *w, const struct profile *profile, bool is_source)
{
	const char *command = profile_get(profile, "credential_process");
	char from[128];

	w->err->status = EXIT_OK;
	if (w->n == ROLES_MAX) {
		err_set(w->err, EXIT_USAGE, "more than %d profiles lead to each other", ROLES_MAX);
		return NULL;
	}
	w->seen[w->n++] = profile;
	if (profile_get(profile, "role_arn") && !(is_source && has_static(profile)))
		return of_role(w, profile);
	if (profile_get(profile, "web_identity_token_file")) {
		err_set(w->err, EXIT_USAGE,
			"profile '%s' has a web_identity_token_file but no role_arn",
			profile_name(profile));
		return NULL;
	}
	if (is_sso(profile))
		return provider_sso(w->env, profile, w->err);
	if (has_static(profile))
		return provider_static(profile, w->err);
	snprintf(from, sizeof(from), "profile '%.100s'", profile_name(profile));
	if (profile_get(profile, "login_session")) {
		err_set(w->err, EXIT_USAGE,
			"%s sets 'login_session', which is not supported (try: eval \"$(aws "
			"configure export-credentials --profile %s --format env)\")",
			from, profile_name(profile));
		return NULL;
	}
	if (command)
		return provider_process(command, from);
	if (is_source)
		err_set(w->err, EXIT_USAGE, "%s is a source_profile and has no keys", from);
	return NULL;
}

static struct provider *from_profile(const struct provider_env *env, const char *name,
				     struct err *err)
{
	const struct profile *profile;
	struct walk walk = {.env = env, .err = err};
	struct provider *p;

	if (profiles_choose(env->profiles, name, &profile, err) != 0)
		return NULL;
	err->status = EXIT_OK;
	if (!profile)
		return NULL;
	p = of_profile(&walk, profile, false);
	if (!p && name && err->status == EXIT_OK)
		err_set(err, EXIT_USAGE,
			"profile '%s' has no 'aws_access_key_id', and no other source of keys",
			name);
	return p;
}

/* --- the chain ------------------------------------------------------------- */

static struct provider *from_web_identity(const struct provider_env *env, struct err *err)
{
	const char *token = env_text("AWS_WEB_IDENTITY_TOKEN_FILE");
	struct role_conf conf = {
		.role_arn = env_text("AWS_ROLE_ARN"),
		.session_name = env_text("AWS_ROLE_SESSION_NAME"),
		.from = "AWS_WEB_IDENTITY_TOKEN_FILE",
	};

	err->status = EXIT_OK;
	if (!token)
		return NULL;
	if (conf.role_arn)
		return provider_web_identity(env, &conf, token, err);
	err_set(err, EXIT_USAGE, "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not");
	return NULL;
}

static struct provider *find(const struct provider_env *env, const char *profile, bool *last,
			     struct err *err)
{
	struct provider *p;

	*last = false;
	if (profile)
		return from_profile(env, profile, err);
	p = provider_environment(err);
	if (!p && err->status == EXIT_OK)
		p = from_web_identity(env, err);
	if (!p && err->status == EXIT_OK)
		p = from_profile(env, NULL, err);
	if (!p && err->status == EXIT_OK)
		p = provider_container(env, err);
	if (p || err->status != EXIT_OK)
		return p;
	p = provider_imds(env, err);
	*last = p != NULL;
	if (!p && err->status == EXIT_OK)
		err_set(err, EXIT_USAGE,
			"no credentials (set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name "
			"a profile with --profile)");
	return p;
}

struct provider *chain_choose(const struct provider_env *env, const struct chain_conf *conf,
			      bool *last, struct err *err)
{
	struct role_conf role = {
		.role_arn = conf->role_arn,
		.external_id = conf->external_id,
		.session_name = conf->session_name,
		.from = "--role-arn",
	};
	struct provider *p;

	if (!conf->role_arn && conf->external_id) {
		err_set(err, EXIT_USAGE, "--external-id is for --role-arn");
		return NULL;
	}
	p = find(env, conf->profile, last, err);
	return p && conf->role_arn ? provider_role(env, &role, p, err) : p;
}
