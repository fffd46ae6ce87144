#include "aws/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define KEY_REQUESTS 2

static int choose(struct session *s, const struct session_conf *conf, struct err *err)
{
	char store[64];
	const char *region;

	s->profiles = profiles_read(err);
	if (!s->profiles ||
	    profiles_choose(s->profiles, conf->chain.profile, &s->profile, err) != 0)
		return -1;
	region = region_choose(conf->region, SLICE_NONE, s->profile, store, err);
	if (!region)
		return -1;
	memcpy(s->region, region, strlen(region) + 1); /* it is valid, so at most 63 */
	return 0;
}

int session_open(struct session *s, const struct session_conf *conf, struct err *err)
{
	const char *ca = getenv("AWS_CA_BUNDLE");
	struct http_conf http = {.width = conf->requests + KEY_REQUESTS,
				 .user_agent = conf->user_agent};
	struct credentials_conf credentials = {
		.chain = conf->chain, .region = s->region, .insecure_http = conf->insecure_http};

	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core would hold the keys */
	*s = (struct session){0};
	if (choose(s, conf, err) != 0)
		return -1;
	http.ca_bundle = ca && *ca ? ca : profile_get(s->profile, "ca_bundle");
	s->http = http_new(&http, err);
	if (!s->http)
		return -1;
	credentials.profiles = s->profiles;
	credentials.profile = s->profile;
	credentials.http = s->http;
	s->credentials = credentials_open(&credentials, err);
	return s->credentials ? credentials_wait(s->credentials, conf->stop_fd, err) : -1;
}

void session_close(struct session *s)
{
	http_free(s->http);
	credentials_free(s->credentials);
	profiles_free(s->profiles);
	*s = (struct session){0};
}
