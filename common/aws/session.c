#include "aws/session.h"

#include "aws/placement.h"
#include "base/env.h"

#include <string.h>
#include <sys/resource.h>

#define KEY_REQUESTS 2

int session_prepare(struct session *s, const struct session_conf *conf, struct err *err)
{
	char store[64], placement[64];
	struct slice implied = conf->region;
	const char *region;

	s->profiles = profiles_read(err);
	if (!s->profiles ||
	    profiles_choose(s->profiles, conf->options->profile, &s->profile, err) != 0)
		return -1;
	if (!region_said(conf->options->region, implied, s->profile)) {
		int found = placement_region(s->profile, conf->user_agent, conf->stop_fd, placement,
					     err);

		if (found < 0)
			return -1;
		if (found)
			implied = slice_of(placement);
	}
	region = region_choose(conf->options->region, implied, s->profile, store, err);
	if (!region)
		return -1;
	memcpy(s->region, region, strlen(region) + 1); /* it is valid, so at most 63 */
	return 0;
}

int session_open(struct session *s, const struct session_conf *conf, struct err *err)
{
	const char *ca = env_text("AWS_CA_BUNDLE");
	struct http_conf http = {.width = conf->requests + KEY_REQUESTS,
				 .user_agent = conf->user_agent};
	const struct aws_options *o = conf->options;
	struct credentials_conf credentials = {
		.chain = {o->profile, o->role_arn, o->external_id, o->session_name},
		.region = s->region,
		.insecure_http = o->insecure_http,
	};

	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core would hold the keys */
	http.ca_bundle = ca ? ca : profile_get(s->profile, "ca_bundle");
	s->http = http_new(&http, err);
	if (!s->http)
		return -1;
	credentials.profiles = s->profiles;
	credentials.profile = s->profile;
	credentials.http = s->http;
	s->credentials = credentials_open(&credentials, err);
	return s->credentials ? credentials_wait(s->credentials, conf->stop_fd, err) : -1;
}

void session_cut(struct session *s)
{
	http_free(s->http);
	s->http = NULL;
}

void session_close(struct session *s)
{
	session_cut(s);
	credentials_free(s->credentials);
	profiles_free(s->profiles);
	*s = (struct session){0};
}

void session_forget(struct session *s)
{
	profiles_free(s->profiles);
	s->profiles = NULL;
	s->profile = NULL;
}

struct provider_env session_env(const struct session *s, const struct aws_options *options)
{
	return (struct provider_env){
		.http = s->http,
		.region = s->region,
		.session_name = options->session_name,
		.profiles = s->profiles,
		.profile = s->profile,
		.insecure_http = options->insecure_http,
	};
}
