#include "connection.h"

#include "aws/sts.h"
#include "base/mem.h"
#include "cli/stop.h"

#include <stdlib.h>
#include <string.h>

struct connection {
	struct bus bus;
	struct session session;
	struct endpoint endpoint;		   /* of the region, or the one that was given */
	struct endpoint global;			   /* of --endpoint-id: takes PutEvents only */
	struct aws_service *service, *put_service; /* the same but for --endpoint-id */
	struct sts *sts;
	struct remote *remote;
};

static int choose_endpoints(struct connection *c, const struct connection_conf *conf,
			    struct err *err)
{
	struct endpoint_conf endpoint = {
		.service = "events",
		.id = "eventbridge",
		.url = conf->aws->endpoint_url,
		.region = c->session.region,
		.insecure_http = conf->aws->insecure_http,
		.profiles = c->session.profiles,
		.profile = c->session.profile,
	};

	if (endpoint_choose(&c->endpoint, &endpoint, err) != 0)
		return -1;
	endpoint.global_id = conf->endpoint_id;
	return conf->endpoint_id ? endpoint_choose(&c->global, &endpoint, err) : 0;
}

static void open_services(struct connection *c, const struct connection_conf *conf)
{
	struct aws_service_conf service = {
		.name = "events",
		.endpoint = &c->endpoint,
		.region = c->session.region,
		.credentials = c->session.credentials,
		.http = c->session.http,
	};
	struct remote_conf remote = {
		.credentials = c->session.credentials,
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

static int open_all(struct connection *c, const struct connection_conf *conf, struct err *err)
{
	struct session_conf session = {
		.options = conf->aws,
		.requests = conf->requests,
		.user_agent = "kebput/" KEB_VERSION,
		.stop_fd = stop_fd(),
	};
	struct provider_env env;

	if (!conf->bus)
		return err_set(err, EXIT_USAGE,
			       "no bus (give --bus NAME or ARN; --bus default is the account's "
			       "own)");
	if (bus_parse(conf->bus, &c->bus, err) != 0)
		return -1;
	session.region = c->bus.region;
	if (session_prepare(&c->session, &session, err) != 0 ||
	    choose_endpoints(c, conf, err) != 0 || session_open(&c->session, &session, err) != 0)
		return -1;
	env = session_env(&c->session, conf->aws);
	c->sts = sts_new(&env, err);
	if (!c->sts)
		return -1;
	open_services(c, conf);
	session_forget(&c->session);
	return 0;
}

struct connection *connection_new(const struct connection_conf *conf, struct err *err)
{
	struct connection *c = mem_alloc(sizeof(*c));

	if (open_all(c, conf, err) == 0)
		return c;
	connection_free(c);
	return NULL;
}

void connection_free(struct connection *c)
{
	if (!c)
		return;
	session_cut(&c->session);
	remote_free(c->remote);
	sts_free(c->sts);
	aws_service_free(c->put_service);
	aws_service_free(c->service);
	session_close(&c->session);
	free(c);
}

struct remote *connection_remote(const struct connection *c)
{
	return c->remote;
}

struct http *connection_http(const struct connection *c)
{
	return c->session.http;
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
		if (strcmp(c->session.region, small[i]) == 0)
			return (UINT64_C(256) << 10) - 1024;
	}
	return MAX_REQUEST_DEFAULT;
}
