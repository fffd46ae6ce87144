#include "services.h"

#include "auth.h"
#include "base/mem.h"
#include "broker.h"
#include "schema_registry.h"

#include <stdio.h>
#include <stdlib.h>

struct services {
	const struct services_conf *conf;
	struct broker *broker;
	struct endpoint *endpoint;
	struct server *server;
	char url[64], registry_url[80];
	bool failed;
	struct err failure;
};

static void on_request(void *ctx, const struct request *request, struct answer *answer)
{
	struct services *s = ctx;

	if (endpoint_handle(s->endpoint, request, answer, &s->failure) != 0) {
		s->failed = true;
		answer->how = ANSWER_RESET;
	}
}

/* "latency=30ms,fail=0.1:InternalFailure" */
static int set_faults(struct endpoint *e, struct slice list, struct err *err)
{
	while (list.n) {
		const char *comma = memchr(list.p, ',', list.n), *equals;
		struct slice item = {list.p, comma ? (size_t)(comma - list.p) : list.n};
		struct slice key = item;

		equals = item.n ? memchr(item.p, '=', item.n) : NULL;
		if (!equals)
			return err_set(err, EXIT_USAGE,
				       "bad fault '%.*s': it is KEY=VALUE (see kebmock(1))",
				       SLICE_ARG(item));
		key.n = (size_t)(equals - item.p);
		if (endpoint_set_fault(e, key, (struct slice){equals + 1, item.n - key.n - 1},
				       err) != 0)
			return -1;
		list.p += item.n + (comma != NULL);
		list.n -= item.n + (comma != NULL);
	}
	return 0;
}

static int start(struct services *s, struct err *err)
{
	const struct services_conf *conf = s->conf;

	s->broker = broker_new((unsigned)conf->brokers, err);
	if (!s->broker)
		return -1;
	for (size_t i = 0; i < conf->topics.n; i++)
		if (broker_add_topic(s->broker, conf->topics.items[i], err) != 0)
			return -1;
	s->endpoint = endpoint_new(&conf->endpoint, s->broker, err);
	if (!s->endpoint)
		return -1;
	for (size_t i = 0; i < conf->faults.n; i++)
		if (set_faults(s->endpoint, slice_of(conf->faults.items[i]), err) != 0)
			return -1;
	s->server = server_new((uint16_t)conf->port, conf->max_body, on_request, s, err);
	if (!s->server)
		return -1;
	snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u", (unsigned)server_port(s->server));
	snprintf(s->registry_url, sizeof s->registry_url, "%s" SCHEMA_REGISTRY_PATH, s->url);
	return 0;
}

struct services *services_start(const struct services_conf *conf, struct err *err)
{
	struct services *s = mem_alloc(sizeof *s);

	s->conf = conf;
	if (start(s, err) == 0)
		return s;
	services_end(s);
	return NULL;
}

void services_end(struct services *s)
{
	if (!s)
		return;
	server_free(s->server);
	endpoint_free(s->endpoint);
	broker_end(s->broker);
	free(s);
}

struct server *services_server(struct services *s)
{
	return s->server;
}

const struct err *services_failure(const struct services *s)
{
	return s->failed ? &s->failure : NULL;
}

#define TOLD 6

static void list(const struct services *s, const char *told[TOLD][2])
{
	const char *pairs[TOLD][2] = {
		{"KEB_BROKERS", broker_addresses(s->broker)}, {"AWS_ENDPOINT_URL", s->url},
		{"AWS_REGION", s->conf->endpoint.region},     {"AWS_ACCESS_KEY_ID", AUTH_KEY_ID},
		{"AWS_SECRET_ACCESS_KEY", AUTH_SECRET},	      {"KEB_REGISTRY", s->registry_url},
	};

	memcpy(told, pairs, sizeof pairs);
}

void services_tell(const struct services *s, struct buf *to)
{
	const char *told[TOLD][2];

	list(s, told);
	for (size_t i = 0; i < TOLD; i++)
		buf_addf(to, "%s=%s\n", told[i][0], told[i][1]);
}

void services_setenv(const struct services *s)
{
	static const char *const others[] = {
		"AWS_SESSION_TOKEN",   "AWS_PROFILE",
		"AWS_DEFAULT_REGION",  "AWS_ENDPOINT_URL_EVENTBRIDGE",
		"AWS_ENDPOINT_URL_S3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"};
	const char *told[TOLD][2];

	list(s, told);
	for (size_t i = 0; i < TOLD; i++)
		setenv(told[i][0], told[i][1], 1);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		unsetenv(others[i]);
}
