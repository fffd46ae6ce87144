#include "connection.h"

#include "aws/sts.h"
#include "base/mem.h"
#include "cli/stop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define KEY_REQUESTS 2 /* beside those that carry events */

struct connection {
	struct bus bus;
	char region[64];
	struct endpoint endpoint; /* of the region, or the one that was given */
	struct endpoint global;	  /* of --endpoint-id: takes PutEvents only */
	struct credentials *credentials;
	struct http *http;
	struct aws_service *service, *put_service; /* the same but for --endpoint-id */
	struct sts *sts;
	struct remote *remote;
};

/* The files of profiles are needed only while the rest is opened: they may hold other keys. */
struct settings {
	struct profiles *profiles;
	const struct profile *profile; /* NULL: there is none */
};

static int choose_region(struct connection *c, const struct connection_conf *conf,
			 const struct settings *settings, struct err *err)
{
	char store[64];
	const char *region =
		region_choose(conf->region, c->bus.region, settings->profile, store, err);

	if (!region)
		return -1;
	memcpy(c->region, region, strlen(region) + 1); /* it is valid, so at most 63 */
	return 0;
}

static int choose(struct connection *c, const struct connection_conf *conf,
		  const struct settings *settings, struct err *err)
{
	struct endpoint_conf endpoint = {
		.service = "events",
		.variable = "EVENTBRIDGE",
		.nested = "eventbridge",
		.url = conf->endpoint_url,
		.region = c->region,
		.insecure_http = conf->insecure_http,
		.profiles = settings->profiles,
		.profile = settings->profile,
	};

	if (choose_region(c, conf, settings, err) != 0 ||
	    endpoint_choose(&c->endpoint, &endpoint, err) != 0)
		return -1;
	endpoint.global_id = conf->endpoint_id;
	return conf->endpoint_id ? endpoint_choose(&c->global, &endpoint, err) : 0;
}

/* AWS_CA_BUNDLE, else the profile's ca_bundle; libcurl copies it. */
static const char *ca_bundle(const struct settings *settings)
{
	const char *path = getenv("AWS_CA_BUNDLE");

	return path && *path ? path : profile_get(settings->profile, "ca_bundle");
}

/* The keys, and who could say whose they are; the first ones are fetched at once. */
static int open_credentials(struct connection *c, const struct connection_conf *conf,
			    const struct settings *settings, struct err *err)
{
	struct credentials_conf credentials = {
		.chain = {conf->profile, conf->role_arn, conf->external_id, conf->session_name},
		.profiles = settings->profiles,
		.profile = settings->profile,
		.region = c->region,
		.http = c->http,
		.insecure_http = conf->insecure_http,
	};
	struct provider_env env = {
		.http = c->http,
		.region = c->region,
		.profiles = settings->profiles,
		.profile = settings->profile,
		.insecure_http = conf->insecure_http,
	};

	c->credentials = credentials_open(&credentials, err);
	if (!c->credentials || credentials_wait(c->credentials, stop_fd(), err) != 0)
		return -1;
	c->sts = sts_new(&env, err);
	return c->sts ? 0 : -1;
}

static void open_services(struct connection *c, const struct connection_conf *conf)
{
	struct aws_service_conf service = {
		.name = "events",
		.endpoint = &c->endpoint,
		.region = c->region,
		.credentials = c->credentials,
		.http = c->http,
	};
	struct remote_conf remote = {
		.credentials = c->credentials,
		.endpoint = conf->endpoint_id ? &c->global : &c->endpoint,
		.bus = c->bus.text,
		.endpoint_id = slice_of(conf->endpoint_id),
	};

	remote.service = c->service = aws_service_new(&service);
	if (conf->endpoint_id) {
		service.endpoint = &c->global;
		service.region_set = "*";
		c->put_service = aws_service_new(&service);
	}
	remote.put_service = c->put_service ? c->put_service : c->service;
	c->remote = remote_new(&remote);
}

static int open_all(struct connection *c, const struct connection_conf *conf,
		    const struct settings *settings, struct err *err)
{
	struct http_conf http = {
		.width = conf->requests + KEY_REQUESTS,
		.ca_bundle = ca_bundle(settings),
		.user_agent = "kebput/" KEB_VERSION,
	};

	c->http = http_new(&http, err);
	if (!c->http || open_credentials(c, conf, settings, err) != 0)
		return -1;
	open_services(c, conf);
	return 0;
}

static int open_with(struct connection *c, const struct connection_conf *conf,
		     struct settings *settings, struct err *err)
{
	settings->profiles = profiles_read(err);
	if (!settings->profiles ||
	    profiles_choose(settings->profiles, conf->profile, &settings->profile, err) != 0)
		return -1;
	return choose(c, conf, settings, err) == 0 ? open_all(c, conf, settings, err) : -1;
}

struct connection *connection_new(const struct connection_conf *conf, struct err *err)
{
	struct connection *c = mem_alloc(sizeof(*c));
	struct settings settings = {0};
	int result;

	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core would hold the keys */
	if (!conf->bus)
		result = err_set(err, EXIT_USAGE,
				 "no bus (give --bus NAME or ARN; --bus default is the account's "
				 "own)");
	else
		result = bus_parse(conf->bus, &c->bus, err);
	if (result == 0)
		result = open_with(c, conf, &settings, err);
	profiles_free(settings.profiles);
	if (result == 0)
		return c;
	connection_free(c);
	return NULL;
}

void connection_free(struct connection *c)
{
	if (!c)
		return;
	http_free(c->http);
	remote_free(c->remote);
	sts_free(c->sts);
	aws_service_free(c->put_service);
	aws_service_free(c->service);
	credentials_free(c->credentials);
	free(c);
}

struct remote *connection_remote(const struct connection *c)
{
	return c->remote;
}

struct http *connection_http(const struct connection *c)
{
	return c->http;
}

struct sts *connection_sts(const struct connection *c)
{
	return c->sts;
}

struct slice connection_bus(const struct connection *c)
{
	return c->bus.text;
}

/* Regions that had 256 KB when the others went to 1 MB, on 2026-01-29. */
uint64_t connection_max_request(const struct connection *c)
{
	static const char *const small[] = {"ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
					    "ap-east-2", "mx-central-1"};

	for (size_t i = 0; i < sizeof(small) / sizeof(*small); i++) {
		if (strcmp(c->region, small[i]) == 0)
			return (UINT64_C(256) << 10) - 1024;
	}
	return MAX_REQUEST_DEFAULT;
}
