#include "remote.h"

#include "base/buf.h"
#include "base/mem.h"
#include "json/text.h"

#include <stdio.h>
#include <stdlib.h>

struct remote {
	struct remote_conf conf;
	struct buf describe; /* the body, always the same */
	unsigned epoch;	     /* counts changes of the clock */
	struct retry_quota quota;
};

struct remote *remote_new(const struct remote_conf *conf)
{
	struct remote *r = mem_alloc(sizeof(*r));

	r->conf = *conf;
	BUF_LIT(&r->describe, "{");
	if (conf->bus.p) {
		BUF_LIT(&r->describe, "\"Name\":");
		json_add_string(&r->describe, conf->bus);
	}
	BUF_LIT(&r->describe, "}");
	return r;
}

struct retry_quota *remote_quota(struct remote *r)
{
	return &r->quota;
}

void remote_free(struct remote *r)
{
	if (!r)
		return;
	buf_free(&r->describe);
	free(r);
}

struct slice remote_bus(const struct remote *r)
{
	return r->conf.bus.p ? r->conf.bus : SLICE("default");
}

struct slice remote_endpoint_id(const struct remote *r)
{
	return r->conf.endpoint_id;
}

struct credentials *remote_credentials(const struct remote *r)
{
	return r->conf.credentials;
}

/* Differs when keys or clock are others. */
static unsigned epoch_of(const struct remote *r)
{
	return r->epoch + credentials_version(r->conf.credentials);
}

int remote_put(struct remote *r, struct slice body, int64_t total_ms, http_done_fn *done, void *ctx,
	       unsigned *epoch, struct err *err)
{
	*epoch = epoch_of(r);
	return aws_call(r->conf.put_service, "AWSEvents.PutEvents", body, total_ms, done, ctx, err);
}

int remote_describe(struct remote *r, int64_t total_ms, http_done_fn *done, void *ctx,
		    unsigned *epoch, struct err *err)
{
	*epoch = epoch_of(r);
	return aws_call(r->conf.service, "AWSEvents.DescribeEventBus", buf_slice(&r->describe),
			total_ms, done, ctx, err);
}

bool remote_recover(struct remote *r, const struct call_outcome *outcome,
		    const struct http_answer *answer, unsigned epoch)
{
	bool learnt;

	if (epoch != epoch_of(r))
		return true; /* somebody else's answer has brought the change already */
	if (outcome->verdict == CALL_EXPIRED)
		return credentials_refused(r->conf.credentials,
					   credentials_version(r->conf.credentials));
	learnt = aws_service_learn_clock(r->conf.put_service, answer->date);
	if (r->conf.service != r->conf.put_service)
		learnt |= aws_service_learn_clock(r->conf.service, answer->date);
	r->epoch += learnt;
	return learnt;
}

/* --- messages -------------------------------------------------------------- */

static void add_message(struct buf *to, struct slice raw)
{
	if (!raw.n)
		return;
	BUF_LIT(to, ": ");
	json_unescape((struct slice){raw.p, raw.n}, to);
}

void remote_explain(const struct remote *r, char *to, size_t n, const char *call,
		    const struct call_outcome *outcome, const struct http_answer *answer)
{
	struct buf text = {0};

	if (answer->failure == HTTP_UNTRUSTED)
		buf_addf(&text, "no trust in '%s': %s (check AWS_CA_BUNDLE and the clock)",
			 r->conf.endpoint->url, answer->why);
	else if (answer->failure != HTTP_ANSWERED)
		buf_addf(&text, "cannot reach '%s': %s", r->conf.endpoint->url, answer->why);
	else if (outcome->verdict == CALL_ANSWERED)
		buf_addf(&text, "'%s' answered %s with something that is no answer to it",
			 r->conf.endpoint->url, call);
	else
		buf_addf(&text, "'%s' answered %s with %d%s%.*s", r->conf.endpoint->url, call,
			 answer->status, outcome->error.code.n ? " " : "",
			 SLICE_ARG(outcome->error.code));
	add_message(&text, outcome->error.message);
	snprintf(to, n, "%s", buf_text(&text));
	buf_free(&text);
}

void remote_denied(const struct remote *r, struct err *err, const char *call, struct slice code,
		   struct slice raw_message, int status)
{
	struct slice bus = remote_bus(r);
	struct buf text = {0};

	if (code.n)
		buf_addf(&text, "%.*s", SLICE_ARG(code));
	else
		buf_addf(&text, "status %d", status);
	add_message(&text, raw_message);
	if (slice_is(code, "ResourceNotFoundException"))
		err_set(err, EXIT_REFUSED,
			"bus '%.*s' does not exist: %s (check --bus, --region and the account)",
			SLICE_ARG(bus), buf_text(&text));
	else if (code.n)
		err_set(err, EXIT_REFUSED,
			"%s on bus '%.*s' refused: %s (check the credentials, which come from %s, "
			"and their permission events:%s)",
			call, SLICE_ARG(bus), buf_text(&text),
			credentials_origin(r->conf.credentials), call);
	else
		err_set(err, EXIT_REFUSED,
			"'%s' answered %s with %s: is it an endpoint of "
			"EventBridge (check --endpoint-url)",
			r->conf.endpoint->url, call, buf_text(&text));
	buf_free(&text);
}
