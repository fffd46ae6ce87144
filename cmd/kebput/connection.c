#include "connection.h"

#include "base/mem.h"

#include <stdlib.h>

struct connection {
	struct bus bus;
	char region_store[64];
	const char *region;
	struct profiles *profiles;
	struct endpoint endpoint;
	struct credentials *credentials;
	struct http *http;
	struct aws_service *service;
	struct remote *remote;
};

static int choose(struct connection *c, const struct connection_conf *conf, struct err *err)
{
	const struct profile *profile;
	struct endpoint_conf endpoint = {
		.service = "events",
		.variable = "EVENTBRIDGE",
		.nested = "eventbridge",
		.url = conf->endpoint_url,
		.insecure_http = conf->insecure_http,
	};

	if (!conf->bus)
		return err_set(
			err, EXIT_USAGE,
			"no bus (give --bus NAME or ARN; --bus default is the account's own)");
	if (bus_parse(conf->bus, &c->bus, err) != 0)
		return -1;
	c->profiles = profiles_read(err);
	if (!c->profiles || profiles_choose(c->profiles, conf->profile, &profile, err) != 0)
		return -1;
	c->region = region_choose(conf->region, c->bus.region, profile, c->region_store, err);
	if (!c->region)
		return -1;
	endpoint.region = c->region;
	endpoint.profiles = c->profiles;
	endpoint.profile = profile;
	if (endpoint_choose(&c->endpoint, &endpoint, err) != 0)
		return -1;
	c->credentials = credentials_open(conf->profile, c->profiles, err);
	return c->credentials ? 0 : -1;
}

/* AWS_CA_BUNDLE, else the profile's ca_bundle. */
static const char *ca_bundle(const struct connection *c, const struct connection_conf *conf)
{
	const char *path = getenv("AWS_CA_BUNDLE");
	const struct profile *profile;
	struct err err;

	if (path && *path)
		return path;
	if (profiles_choose(c->profiles, conf->profile, &profile, &err) != 0)
		return NULL;
	return profile_get(profile, "ca_bundle");
}

static int open_all(struct connection *c, const struct connection_conf *conf, struct err *err)
{
	struct http_conf http = {
		.width = conf->requests,
		.plain = c->endpoint.plain,
		.direct = c->endpoint.loopback,
		.ca_bundle = ca_bundle(c, conf),
		.user_agent = "kebput/" KEB_VERSION,
	};
	struct aws_service_conf service = {
		.name = "events",
		.endpoint = &c->endpoint,
		.region = c->region,
		.credentials = c->credentials,
	};
	struct remote_conf remote = {
		.credentials = c->credentials,
		.endpoint = &c->endpoint,
		.bus = c->bus.text,
	};

	c->http = http_new(&http, err);
	if (!c->http)
		return -1;
	service.http = c->http;
	c->service = aws_service_new(&service);
	remote.service = c->service;
	c->remote = remote_new(&remote);
	return 0;
}

struct connection *connection_new(const struct connection_conf *conf, struct err *err)
{
	struct connection *c = mem_alloc(sizeof(*c));

	if (choose(c, conf, err) == 0 && open_all(c, conf, err) == 0)
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
	aws_service_free(c->service);
	credentials_free(c->credentials);
	profiles_free(c->profiles);
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
