#include "clusters.h"

#include "base/mem.h"
#include "form.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[][2] = {
	{"plain", ""},
	{"tls", "Tls"},
	{"scram", "SaslScram"},
	{"iam", "SaslIam"},
	{"public-tls", "PublicTls"},
	{"public-scram", "PublicSaslScram"},
	{"public-iam", "PublicSaslIam"},
	{"vpc-tls", "VpcConnectivityTls"},
	{"vpc-scram", "VpcConnectivitySaslScram"},
	{"vpc-iam", "VpcConnectivitySaslIam"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

struct clusters {
	struct clusters_conf conf;
	struct auth *auth;
	struct buf arn; /* of the request at hand */
};

/* "NAME:KIND,KIND": takes the next of the kinds; false at the end. */
static bool next_kind(struct slice *rest, struct slice *kind)
{
	const char *comma = rest->n ? memchr(rest->p, ',', rest->n) : NULL;

	if (!rest->n)
		return false;
	*kind = (struct slice){rest->p, comma ? (size_t)(comma - rest->p) : rest->n};
	rest->p += kind->n + (comma != NULL);
	rest->n -= kind->n + (comma != NULL);
	return true;
}

static struct slice kinds_of(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon ? slice_of(colon + 1) : SLICE("plain");
}

static struct slice name_of(const char *text)
{
	return (struct slice){text, strcspn(text, ":")};
}

static const char *member_of(struct slice kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (slice_is(kind, kinds[i][0]))
			return kinds[i][1];
	return NULL;
}

struct clusters *clusters_new(const struct clusters_conf *conf, struct auth *auth, struct err *err)
{
	struct clusters *c = mem_alloc(sizeof *c);

	c->conf = *conf;
	c->auth = auth;
	for (size_t i = 0; i < conf->list->n; i++) {
		struct slice rest = kinds_of(conf->list->items[i]), kind;

		while (next_kind(&rest, &kind)) {
			if (member_of(kind))
				continue;
			err_set(err, EXIT_USAGE,
				"bad --cluster '%s': it is NAME or NAME:KIND,..., a KIND one of "
				"plain, tls, scram, iam, the last three with public- or vpc- too",
				conf->list->items[i]);
			clusters_free(c);
			return NULL;
		}
	}
	return c;
}

void clusters_free(struct clusters *c)
{
	if (!c)
		return;
	buf_free(&c->arn);
	free(c);
}

static const char *find(const struct clusters *c, struct slice arn)
{
	char front[256];

	for (size_t i = 0; i < c->conf.list->n; i++) {
		const char *text = c->conf.list->items[i];
		int n = snprintf(front, sizeof front, "arn:aws:kafka:%s:%s:cluster/%.*s/",
				 c->conf.region, c->conf.account, SLICE_ARG(name_of(text)));

		if (n > 0 && (size_t)n < sizeof front && slice_starts(arn, slice_of(front)))
			return text;
	}
	return NULL;
}

static void list_brokers(struct clusters *c, struct answer *answer)
{
	const char *cluster = find(c, buf_slice(&c->arn));
	struct slice rest, kind;

	if (!cluster) {
		answer_error(answer, 404, "NotFoundException",
			     "The requested resource doesn't exist.");
		return;
	}
	answer->type = ANSWER_JSON;
	rest = kinds_of(cluster);
	while (next_kind(&rest, &kind))
		buf_addf(&answer->body, "%s\"bootstrapBrokerString%s\":\"%s\"",
			 answer->body.len ? "," : "{", member_of(kind), c->conf.brokers);
	BUF_LIT(&answer->body, "}");
}

bool clusters_handle(struct clusters *c, const struct request *request, int64_t now_ms,
		     struct answer *answer, const char **call)
{
	static const struct slice front = {"/v1/clusters/", 13}, end = {"/bootstrap-brokers", 18};
	struct slice path = request->path;

	if (!slice_is(request->method, "GET") || !slice_starts(path, front) ||
	    !slice_ends(path, end) || path.n <= front.n + end.n)
		return false;
	*call = "GetBootstrapBrokers";
	if (!auth_check(c->auth, request, "kafka", now_ms, answer))
		return true;
	buf_reset(&c->arn);
	form_decode((struct slice){path.p + front.n, path.n - front.n - end.n}, &c->arn);
	list_brokers(c, answer);
	return true;
}
