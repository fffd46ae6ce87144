/*
 * IAM Identity Center: the token that `aws sso login` has left in its cache is
 * exchanged for a role's keys, and renewed with the refresh token of a session.
 * Source: AWS SDKs and Tools Reference Guide, "IAM Identity Center credential
 * provider"; the cache as botocore and aws-c-auth read and write it.
 */
#include "aws/canonical.h"
#include "aws/provider.h"
#include "aws/sso_cache.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

#define CACHE_MAX	 ((size_t)64 << 10)
#define ANSWER_MAX	 ((size_t)64 << 10)
#define TIME_MS		 10000
#define RENEW_BEFORE_MS	 (15 * 60 * 1000)
#define RENEW_NOT_BEFORE 60000

struct sso {
	struct provider base;
	struct http *http;
	struct endpoint portal, oidc;
	bool session;		      /* the form with [sso-session]: its token can be renewed */
	char *account, *role, *login; /* what to type to log in */
	char *cache;		      /* path */
	char *token;
	struct buf file, body, url;
	int64_t renewed_ms;
};

static void get_keys(struct sso *s);

static void end(struct sso *s, enum provider_result result, const struct err *err)
{
	provider_end(&s->base, result, NULL, err);
}

static void set_token(struct sso *s, char *token)
{
	mem_free_secret(s->token);
	s->token = token;
}

static int log_in(const struct sso *s, struct err *err, const char *why)
{
	return err_set(err, EXIT_REFUSED, "%s: %s (run: aws sso login %s)", s->base.name, why,
		       s->login);
}

static void set_url(struct buf *to, const struct endpoint *endpoint, const char *path)
{
	struct slice url = slice_of(endpoint->url);

	buf_reset(to);
	buf_adds(to, url);
	if (!slice_ends(url, SLICE("/")))
		buf_addc(to, '/');
	buf_adds(to, slice_of(path));
}

/* The URL and the body are the caller's. */
static struct http_request request_to(struct sso *s, const struct endpoint *to, const char *method,
				      const struct http_header *header, http_done_fn *done)
{
	return (struct http_request){
		.method = method,
		.headers = header,
		.n_headers = 1,
		.total_ms = TIME_MS,
		.max_answer = ANSWER_MAX,
		.secret = true,
		.plain = to->plain,
		.direct = to->loopback,
		.done = done,
		.ctx = s,
	};
}

/* --- renewing the token ------------------------------------------------------ */

static bool seconds_of(struct slice json, uint64_t *seconds)
{
	struct json_walk walk;
	struct json_member m;
	bool good = false;

	json_walk(&walk, json);
	while (json_next(&walk, &m)) {
		if (json_is(m.name, SLICE("expiresIn")))
			good = m.type == JSON_NUMBER && num_u64(m.value, seconds) &&
			       *seconds < 366 * 86400;
	}
	return good;
}

static bool take_renewed(struct sso *s, const struct http_answer *answer)
{
	char *token, *refresh;
	uint64_t seconds;
	bool good;

	if (answer->failure != HTTP_ANSWERED || answer->status != 200 ||
	    json_check(answer->body, NULL) != JSON_OBJECT)
		return false;
	token = keys_member(answer->body, "accessToken");
	refresh = keys_member(answer->body, "refreshToken");
	good = token && *token && seconds_of(answer->body, &seconds);
	if (good) {
		sso_cache_renew(s->cache, buf_slice(&s->file), token, refresh,
				clock_real_ms() + (int64_t)seconds * 1000);
		set_token(s, token);
		token = NULL;
	}
	mem_free_secret(token);
	mem_free_secret(refresh);
	return good;
}

/* It may fail as long as the old one lives. */
static void on_renewed(void *ctx, const struct http_answer *answer)
{
	struct sso *s = ctx;
	int64_t expires;
	struct err err;

	if (!take_renewed(s, answer) &&
	    (!sso_cache_date(buf_slice(&s->file), "expiresAt", &expires) ||
	     expires <= clock_real_ms())) {
		if (answer->failure != HTTP_ANSWERED || answer->status >= 500) {
			end(s, provider_trouble(&s->base, answer, s->oidc.url, &err), &err);
			return;
		}
		log_in(s, &err, "the login has expired and cannot be renewed");
		end(s, PROVIDER_FAILED, &err);
		return;
	}
	buf_wipe(&s->file);
	buf_wipe(&s->body);
	get_keys(s);
}

/* False where the token cannot be renewed. */
static bool renew(struct sso *s)
{
	static const char *const needed[] = {"clientId", "clientSecret", "refreshToken"};
	struct http_header header = {SLICE("Content-Type"), SLICE("application/json")};
	struct http_request request = request_to(s, &s->oidc, "POST", &header, on_renewed);
	int64_t now = clock_real_ms(), registered;
	struct err err;

	if (!s->session || (s->renewed_ms && now - s->renewed_ms < RENEW_NOT_BEFORE) ||
	    !sso_cache_date(buf_slice(&s->file), "registrationExpiresAt", &registered) ||
	    registered <= now)
		return false;
	buf_wipe(&s->body);
	buf_room(&s->body, 2 * s->file.len + 256);
	buf_addc(&s->body, '{');
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		char *value = keys_member(buf_slice(&s->file), needed[i]);

		if (!value)
			return false;
		buf_addf(&s->body, "\"%s\":", needed[i]);
		json_add_string(&s->body, slice_of(value));
		buf_addc(&s->body, ',');
		mem_free_secret(value);
	}
	BUF_LIT(&s->body, "\"grantType\":\"refresh_token\"}");
	s->renewed_ms = now;
	set_url(&s->url, &s->oidc, "token");
	request.url = buf_text(&s->url);
	request.body = buf_slice(&s->body);
	return http_start(s->http, &request, &err) == 0;
}

/* --- the keys -------------------------------------------------------------- */

static struct slice role_credentials(struct slice body)
{
	struct json_walk walk;
	struct json_member m;
	struct slice found = SLICE("");

	if (json_check(body, NULL) != JSON_OBJECT)
		return found;
	json_walk(&walk, body);
	while (json_next(&walk, &m)) {
		if (json_is(m.name, SLICE("roleCredentials")))
			found = m.value;
	}
	return found;
}

static void on_keys(void *ctx, const struct http_answer *answer)
{
	struct sso *s = ctx;
	enum provider_result result = PROVIDER_KEYS;
	struct keys keys = {0};
	struct err err;

	set_token(s, NULL);
	if (answer->failure == HTTP_ANSWERED && answer->status == 401) {
		log_in(s, &err, "the login is no longer valid");
		result = PROVIDER_FAILED;
	} else if (answer->failure != HTTP_ANSWERED || answer->status != 200) {
		result = provider_trouble(&s->base, answer, s->portal.url, &err);
	} else if (keys_read(&keys, role_credentials(answer->body), &keys_of_sso, s->base.name,
			     &err) != 0) {
		result = PROVIDER_FAILED;
	}
	provider_end(&s->base, result, &keys, &err);
}

static void get_keys(struct sso *s)
{
	struct http_header header = {SLICE("x-amz-sso_bearer_token"), slice_of(s->token)};
	struct http_request request = request_to(s, &s->portal, "GET", &header, on_keys);
	struct err err;

	set_url(&s->url, &s->portal, "federation/credentials?role_name=");
	canonical_encode(&s->url, slice_of(s->role), false);
	BUF_LIT(&s->url, "&account_id=");
	canonical_encode(&s->url, slice_of(s->account), false);
	request.url = buf_text(&s->url);
	if (http_start(s->http, &request, &err) != 0)
		end(s, PROVIDER_FAILED, &err);
}

static void start(struct provider *base)
{
	struct sso *s = (struct sso *)base;
	int64_t expires, now = clock_real_ms();
	struct err err;

	buf_wipe(&s->file);
	buf_room(&s->file, CACHE_MAX + 4096);
	if (fd_read_file(s->cache, CACHE_MAX, &s->file, &err) != 0 ||
	    json_check(buf_slice(&s->file), NULL) != JSON_OBJECT) {
		log_in(s, &err, "nobody is logged in");
		end(s, PROVIDER_FAILED, &err);
		return;
	}
	set_token(s, keys_member(buf_slice(&s->file), "accessToken"));
	if (!s->token || !sso_cache_date(buf_slice(&s->file), "expiresAt", &expires)) {
		log_in(s, &err, "the cached login is not readable");
		end(s, PROVIDER_FAILED, &err);
	} else if (expires - now < RENEW_BEFORE_MS && renew(s)) {
		return;
	} else if (expires <= now) {
		log_in(s, &err, "the login has expired");
		end(s, PROVIDER_FAILED, &err);
	} else {
		buf_wipe(&s->file);
		get_keys(s);
	}
}

static void release(struct provider *base)
{
	struct sso *s = (struct sso *)base;

	buf_wipe(&s->file);
	buf_wipe(&s->body);
	buf_free(&s->url);
	set_token(s, NULL);
	free(s->account);
	free(s->role);
	free(s->login);
	free(s->cache);
}

static const struct provider_kind kind = {.start = start, .free = release};

/* --- making one ------------------------------------------------------------ */

struct settings {
	const char *session, *start_url, *region, *account, *role;
};

/* A key of the profile and of its session: where both have it, they must agree. */
static int both(const struct profile *profile, const struct profile *session, const char *key,
		const char **value, struct err *err)
{
	const char *own = profile_get(profile, key), *shared = profile_get(session, key);

	if (own && shared && strcmp(own, shared) != 0)
		return err_set(err, EXIT_USAGE, "profile '%s' and its sso-session differ in '%s'",
			       profile_name(profile), key);
	*value = shared ? shared : own;
	return 0;
}

static int read_settings(struct settings *set, const struct provider_env *env,
			 const struct profile *profile, struct err *err)
{
	const struct profile *session = NULL;
	const char *missing;

	set->session = profile_get(profile, "sso_session");
	if (set->session)
		session = profiles_find(env->profiles, PROFILE_SSO_SESSION, set->session);
	if (set->session && !session)
		return err_set(err, EXIT_USAGE,
			       "sso_session of profile '%s' is '%s', which is not in the config "
			       "file",
			       profile_name(profile), set->session);
	if (both(profile, session, "sso_start_url", &set->start_url, err) != 0 ||
	    both(profile, session, "sso_region", &set->region, err) != 0)
		return -1;
	set->account = profile_get(profile, "sso_account_id");
	set->role = profile_get(profile, "sso_role_name");
	missing = !set->account	    ? "sso_account_id"
		  : !set->role	    ? "sso_role_name"
		  : !set->region    ? "sso_region"
		  : !set->start_url ? "sso_start_url"
				    : NULL;
	if (missing)
		return err_set(err, EXIT_USAGE, "profile '%s' has no '%s'", profile_name(profile),
			       missing);
	if (!region_valid(slice_of(set->region)))
		return err_set(err, EXIT_USAGE, "sso_region '%s' of profile '%s' is no region",
			       set->region, profile_name(profile));
	return 0;
}

struct provider *provider_sso(const struct provider_env *env, const struct profile *profile,
			      struct err *err)
{
	struct endpoint_conf endpoint = {.service = "portal.sso",
					 .id = "sso",
					 .insecure_http = env->insecure_http,
					 .profiles = env->profiles,
					 .profile = env->profile};
	struct buf name = {0}, login = {0};
	struct settings set = {0};
	struct sso *s;

	if (read_settings(&set, env, profile, err) != 0)
		return NULL;
	s = mem_alloc(sizeof(*s));
	s->base.kind = &kind;
	s->http = env->http;
	s->session = set.session != NULL;
	s->account = mem_dup(set.account);
	s->role = mem_dup(set.role);
	s->cache = sso_cache_path(set.session ? set.session : set.start_url);
	buf_addf(&login, "--profile %s", profile_name(profile));
	s->login = buf_text(&login);
	buf_addf(&name, "the SSO login of profile '%s'", profile_name(profile));
	s->base.name = buf_text(&name);
	endpoint.region = set.region;
	if (endpoint_choose(&s->portal, &endpoint, err) == 0) {
		endpoint.service = "oidc";
		endpoint.id = "sso_oidc";
		if (endpoint_choose(&s->oidc, &endpoint, err) == 0)
			return &s->base;
	}
	provider_free(&s->base);
	return NULL;
}
