#include "glue.h"

#include "aws/call.h"
#include "aws/error.h"
#include "base/clock.h"
#include "base/mem.h"
#include "reply.h"
#include "json/text.h"

#include <stdio.h>
#include <stdlib.h>

#define CALL	"GetSchemaVersion"
#define KEYS_MS 1000

struct glue {
	struct glue_conf conf;
	struct session_conf session_conf;
	struct session session;
	struct endpoint endpoint;
	struct aws_service *service;
	struct exchange exchange;
	struct buf body;
};

static int choose(struct glue *g, struct err *err)
{
	struct endpoint_conf conf = {
		.service = "glue",
		.id = "glue",
		.url = g->conf.aws->endpoint_url,
		.insecure_http = g->conf.aws->insecure_http,
	};

	if (session_prepare(&g->session, &g->session_conf, err) != 0)
		return -1;
	conf.region = g->session.region;
	conf.profiles = g->session.profiles;
	conf.profile = g->session.profile;
	return endpoint_choose(&g->endpoint, &conf, err);
}

struct glue *glue_new(const struct glue_conf *conf, struct err *err)
{
	struct glue *g = mem_alloc(sizeof(*g));

	g->conf = *conf;
	g->session_conf = (struct session_conf){
		.options = conf->aws,
		.requests = 1,
		.user_agent = conf->user_agent,
		.stop_fd = conf->stop_fd,
	};
	if (choose(g, err) == 0)
		return g;
	glue_free(g);
	return NULL;
}

void glue_free(struct glue *g)
{
	if (!g)
		return;
	session_cut(&g->session);
	aws_service_free(g->service);
	session_close(&g->session);
	exchange_free(&g->exchange);
	buf_free(&g->body);
	free(g);
}

int glue_open(struct glue *g, struct err *err)
{
	struct aws_service_conf conf = {
		.name = "glue",
		.endpoint = &g->endpoint,
		.region = g->session.region,
	};

	if (g->service)
		return 0;
	if (session_open(&g->session, &g->session_conf, err) != 0)
		return -1;
	session_forget(&g->session);
	conf.credentials = g->session.credentials;
	conf.http = g->session.http;
	g->service = aws_service_new(&conf);
	g->exchange.http = g->session.http;
	g->exchange.credentials = g->session.credentials;
	g->exchange.wait = g->conf.wait;
	g->exchange.outage = g->conf.outage;
	retry_seed(&g->exchange.chance);
	return 0;
}

/* --- one call ----------------------------------------------------------------------- */

/* Keys that can sign, waited for. */
static int await_keys(struct glue *g, struct err *err)
{
	int ready;

	while ((ready = credentials_ready(g->session.credentials, g->conf.outage, clock_ms(),
					  err)) == 0) {
		if (outage_spent(g->conf.outage, clock_ms(), err) ||
		    exchange_pause(&g->exchange, KEYS_MS, err) != 0)
			return -1;
	}
	return ready < 0 ? -1 : 0;
}

/* Whether other keys, or another idea of the time, are there by now or on their way. */
static bool mend(struct glue *g, struct slice code, unsigned version)
{
	static const char *const expired[] = {"ExpiredToken", "ExpiredTokenException",
					      "InvalidClientTokenId", "UnrecognizedClientException",
					      NULL};
	static const char *const clock[] = {"InvalidSignatureException", "SignatureDoesNotMatch",
					    "RequestExpired", "RequestTimeTooSkewed", NULL};

	if (slice_in(code, expired))
		return credentials_refused(g->session.credentials, version);
	return slice_in(code, clock) &&
	       aws_service_learn_clock(g->service, buf_slice(&g->exchange.date));
}

static enum retry retry_kind(const struct exchange *x, const struct aws_error *error)
{
	enum retry kind = retry_code(error->code);

	/* A call that went well and whose answer is none was garbled on its way. */
	if (x->failure != HTTP_ANSWERED || x->status == 200)
		return RETRY_TRANSIENT;
	return kind == RETRY_NEVER ? retry_status(x->status) : kind;
}

static void explain(const struct glue *g, const struct aws_error *error, char why[256])
{
	const struct exchange *x = &g->exchange;

	if (x->failure == HTTP_UNTRUSTED)
		snprintf(why, 256, "no trust in '%.100s': %.100s (check AWS_CA_BUNDLE)",
			 g->endpoint.url, x->why);
	else if (x->failure != HTTP_ANSWERED)
		snprintf(why, 256, "cannot reach '%.100s': %.100s", g->endpoint.url, x->why);
	else if (x->status == 200)
		snprintf(why, 256, "'%.100s' answered " CALL " with what is no JSON",
			 g->endpoint.url);
	else
		snprintf(why, 256, "'%.100s' answered " CALL " with %d %.*s", g->endpoint.url,
			 x->status, (int)(error->code.n < 60 ? error->code.n : 60),
			 error->code.p ? error->code.p : "");
}

static enum registry_result deny(const struct glue *g, const struct aws_error *error,
				 struct err *err)
{
	struct buf message = {0};

	if (error->message.n)
		json_unescape(error->message, &message);
	if (!error->code.n)
		err_set(err, EXIT_REFUSED,
			"'%s' answered " CALL " with %d%s: is it an endpoint of Glue (check "
			"--endpoint-url)",
			g->endpoint.url, g->exchange.status,
			reply_is_html(buf_slice(&g->exchange.body)) ? " and HTML" : "");
	else
		err_set(err, EXIT_REFUSED,
			CALL " refused: %.*s: %.*s (check the credentials, which come from %s, and "
			     "their permission glue:" CALL ")",
			SLICE_ARG(error->code), (int)(message.len < 500 ? message.len : 500),
			message.p ? message.p : "", credentials_origin(g->session.credentials));
	buf_free(&message);
	return REGISTRY_FAILED;
}

/* One call, again and again until there is an answer that says something: then FOUND. */
static enum registry_result call(struct glue *g, struct codec_fault *fault, struct err *err)
{
	static const char *const unknown[] = {"EntityNotFoundException", "InvalidInputException",
					      NULL};
	struct exchange *x = &g->exchange;
	struct aws_error error;
	enum retry kind;
	unsigned version;
	char why[256];

	for (;;) {
		if (await_keys(g, err) != 0)
			return REGISTRY_FAILED;
		version = credentials_version(g->session.credentials);
		if (aws_call(g->service, "AWSGlue." CALL, buf_slice(&g->body), 0, exchange_done, x,
			     err) != 0 ||
		    exchange_await(x, err) != 0)
			return REGISTRY_FAILED;
		aws_error_parse(&error, buf_slice(&x->body),
				x->error_type.len ? buf_slice(&x->error_type) : SLICE_NONE);
		if (x->failure == HTTP_ANSWERED && x->status == 200 &&
		    reply_is_object(buf_slice(&x->body)))
			break;
		kind = retry_kind(x, &error);
		if (kind != RETRY_NEVER) {
			explain(g, &error, why);
			if (exchange_again(x, kind, why, err) != 0)
				return REGISTRY_FAILED;
		} else if (slice_in(error.code, unknown)) {
			exchange_good(x);
			codec_fail(fault, CODEC_UNKNOWN_SCHEMA,
				   "Glue has no such schema version in this account and region");
			return REGISTRY_REFUSED;
		} else if (!mend(g, error.code, version)) {
			return deny(g, &error, err);
		}
	}
	exchange_good(x);
	return REGISTRY_FOUND;
}

enum registry_result glue_fetch(struct glue *g, const struct schema_id *id,
				struct schema_text *text, struct codec_fault *fault,
				struct err *err)
{
	struct schema_reply reply = {0};
	enum registry_result result;
	char version[SCHEMA_ID_TEXT];
	const char *why;

	if (glue_open(g, err) != 0)
		return REGISTRY_FAILED;
	schema_id_put(version, id);
	buf_reset(&g->body);
	buf_addf(&g->body, "{\"SchemaVersionId\":\"%s\"}", version);
	result = call(g, fault, err);
	if (result != REGISTRY_FOUND)
		return result;
	why = schema_reply_read_glue(&reply, buf_slice(&g->exchange.body));
	if (why) {
		codec_fail(fault, CODEC_SCHEMA, "Glue's answer %s", why);
		result = REGISTRY_REFUSED;
	}
	text->type = reply.type;
	text->own = (struct schema_part){reply.name, reply.content};
	text->registry = reply.registry;
	reply.name = reply.content = reply.registry = (struct buf){0};
	schema_reply_free(&reply);
	return result;
}
