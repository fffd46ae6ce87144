#include "endpoint.h"

#include "auth.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "bus.h"
#include "chance.h"
#include "clusters.h"
#include "control.h"
#include "faults.h"
#include "identity.h"
#include "journal.h"
#include "s3.h"
#include "schema_registry.h"
#include "secrets.h"
#include "targets.h"

#include <stdlib.h>

struct endpoint {
	struct bus_conf bus_conf;
	struct chance ids; /* of requests and events; apart from that of the faults */
	struct broker *broker;
	struct keyring *keyring;
	struct auth *auth;
	struct identity *identity;
	unsigned keys_status; /* fault: what the givers of keys answer; 0: none */
	struct faults *faults;
	struct bus *bus;
	struct s3 *s3;
	struct secrets *secrets;
	struct clusters *clusters;
	struct schema_registry *registry;
	struct journal *events, *log;
	struct targets *targets;
	struct counts counts;
	struct bus_result result; /* of the request at hand */
	int64_t started_us;
};

struct endpoint *endpoint_new(const struct endpoint_conf *conf, struct broker *broker,
			      struct err *err)
{
	struct endpoint *e = mem_alloc(sizeof *e);

	e->bus_conf = (struct bus_conf){.account = conf->account,
					.region = conf->region,
					.max_request = conf->max_request,
					.names = conf->buses};
	chance_seed(&e->ids);
	e->broker = broker;
	e->keyring = keyring_new(conf->account, &e->ids, conf->keys_live_ms);
	e->auth = auth_new(conf->region, e->keyring);
	e->identity =
		identity_new(&(struct identity_conf){conf->account, conf->region, conf->roles},
			     e->auth, e->keyring);
	e->faults = faults_new(conf->seed);
	e->bus = bus_new(&e->bus_conf, &e->ids);
	e->started_us = clock_us();
	e->events = journal_open(conf->events_file, err);
	if (e->events)
		e->s3 = s3_new(&conf->buckets, conf->region, conf->account, e->keyring, err);
	if (e->s3)
		e->secrets = secrets_new(
			&(struct secrets_conf){conf->region, conf->account, &conf->secrets},
			e->auth, err);
	if (e->secrets)
		e->clusters = clusters_new(&(struct clusters_conf){conf->region, conf->account,
								   broker_addresses(broker),
								   &conf->clusters},
					   e->auth, err);
	if (e->clusters)
		e->registry = schema_registry_new(
			&(struct schema_registry_conf){conf->schemas, conf->registry_user,
						       conf->registry_token, conf->account,
						       conf->region, conf->seed},
			e->auth, err);
	if (e->registry)
		e->log = journal_open(conf->log_file, err);
	if (e->log)
		e->targets = targets_open(&conf->rules, err);
	if (!e->targets) {
		endpoint_free(e);
		return NULL;
	}
	return e;
}

void endpoint_free(struct endpoint *e)
{
	if (!e)
		return;
	journal_free(e->events);
	journal_free(e->log);
	s3_free(e->s3);
	secrets_free(e->secrets);
	clusters_free(e->clusters);
	schema_registry_free(e->registry);
	targets_free(e->targets);
	bus_free(e->bus);
	faults_free(e->faults);
	identity_free(e->identity);
	auth_free(e->auth);
	keyring_free(e->keyring);
	free(e);
}

int endpoint_set_fault(struct endpoint *e, struct slice key, struct slice value, struct err *err)
{
	static const struct slice prefix = {"broker.", 7}, registry = {"registry.", 9};
	uint64_t status = 0;

	if (slice_is(key, "keys")) {
		if (value.n && (!num_u64(value, &status) || status < 400 || status > 599))
			return err_set(err, EXIT_USAGE,
				       "bad fault keys='%.*s': it is a status from 400 to 599",
				       SLICE_ARG(value));
		e->keys_status = (unsigned)status;
		return 0;
	}
	if (slice_starts(key, registry))
		return schema_registry_set_fault(
			e->registry, (struct slice){key.p + registry.n, key.n - registry.n}, value,
			err);
	if (!slice_starts(key, prefix))
		return faults_set(e->faults, key, value, err);
	return broker_set_fault(e->broker, (struct slice){key.p + prefix.n, key.n - prefix.n},
				value, err);
}

/* --- one call ------------------------------------------------------------------------ */

enum call { CALL_NONE, CALL_PUT_EVENTS, CALL_DESCRIBE };

static const char *const call_names[] = {"", "PutEvents", "DescribeEventBus"};

static enum call call_of(const struct request *request)
{
	struct slice target = request_header(request, "x-amz-target");

	if (slice_is(target, "AWSEvents.PutEvents"))
		return CALL_PUT_EVENTS;
	if (slice_is(target, "AWSEvents.DescribeEventBus"))
		return CALL_DESCRIBE;
	return CALL_NONE;
}

static struct bus_injection inject(void *ctx)
{
	struct endpoint *e = ctx;
	const char *code = faults_entry(e->faults, clock_us());

	return (struct bus_injection){code, "made by kebmock on demand"};
}

static void deny(struct endpoint *e, enum call call, struct answer *answer)
{
	answer_error(answer, 400, "AccessDeniedException",
		     "User: arn:aws:iam::%s:user/kebmock is not authorized to perform: events:%s "
		     "because no identity-based policy allows the events:%s action",
		     e->bus_conf.account, call_names[call], call_names[call]);
}

/* An answer that is an error of the service as a whole: 503, 500, ... */
static void fail(struct answer *answer, unsigned status)
{
	answer_error(answer, status,
		     status == 503   ? "ServiceUnavailableException"
		     : status == 500 ? "InternalFailure"
		     : status == 429 ? "TooManyRequestsException"
				     : "UnknownError",
		     "made by kebmock on demand");
}

static void bare_413(struct answer *answer)
{
	buf_reset(&answer->body);
	answer->status = 413;
	answer->type = NULL;
	answer->code = "413";
	answer->how = ANSWER_SEND_AND_CLOSE;
}

/* The call itself, once nothing stands against it. */
static void serve(struct endpoint *e, enum call call, const struct request *request,
		  struct answer *answer)
{
	struct slice refused = faults_refused_text(e->faults);

	if (call == CALL_DESCRIBE) {
		bus_describe(e->bus, request->body, answer);
		return;
	}
	if (refused.n && request->body.n &&
	    memmem(request->body.p, request->body.n, refused.p, refused.n)) {
		answer_error(answer, 400, "ValidationException", "made by kebmock on demand");
		return;
	}
	bus_put_events(e->bus, request->body, clock_real_ms(), inject, e, answer,
		       journal_buf(e->events), &e->result);
	if (e->result.too_large && faults_bare_413(e->faults))
		bare_413(answer);
}

static const char *call_aws(struct endpoint *e, enum call call, const struct request *request,
			    struct answer *answer)
{
	struct fault_verdict v;

	if (!auth_check(e->auth, request, "events", clock_real_ms(), answer)) {
		e->counts.unsigned_requests++;
		return call_names[call];
	}
	if (call == CALL_NONE) {
		answer_error(answer, 400, "UnknownOperationException",
			     "kebmock knows AWSEvents.PutEvents and AWSEvents.DescribeEventBus");
		return call_names[call];
	}
	v = faults_request(e->faults,
			   call == CALL_PUT_EVENTS ? FAULT_CALL_PUT : FAULT_CALL_DESCRIBE,
			   clock_us());
	answer->delay_us = v.delay_us;
	switch (v.kind) {
	case FAULT_HTTP:
		fail(answer, v.status);
		break;
	case FAULT_HTML:
		answer_html(answer, v.status);
		break;
	case FAULT_THROTTLE:
		answer_error(answer, 400, "ThrottlingException", "Rate exceeded");
		e->counts.throttled++;
		break;
	case FAULT_DENY:
		deny(e, call, answer);
		break;
	case FAULT_EXPIRED:
		answer_error(answer, 400, "ExpiredTokenException",
			     "The security token included in the request is expired");
		break;
	case FAULT_RESET:
		answer->how = ANSWER_RESET;
		e->counts.reset++;
		break;
	case FAULT_RESET_AFTER:
		serve(e, call, request, answer);
		answer->how = ANSWER_RESET;
		e->counts.reset++;
		break;
	case FAULT_GARBLE:
		serve(e, call, request, answer);
		answer->body.len /= 2;
		break;
	case FAULT_NONE:
		serve(e, call, request, answer);
	}
	return call_names[call];
}

static const char *call_s3(struct endpoint *e, const struct request *request, struct answer *answer)
{
	struct fault_verdict v = faults_request(e->faults, FAULT_CALL_PUT, clock_us());
	const char *code = v.kind == FAULT_NONE ? faults_entry(e->faults, clock_us()) : NULL;
	const char *call = s3_handle(e->s3, request, clock_real_ms(), &v, code, answer);

	e->counts.throttled += v.kind == FAULT_THROTTLE;
	e->counts.reset += answer->how == ANSWER_RESET;
	return call;
}

/* What a Kafka client asks before it begins; false: it is another call. */
static bool call_msk(struct endpoint *e, const struct request *request, struct answer *answer,
		     const char **call)
{
	struct fault_verdict v;

	if (!secrets_handle(e->secrets, request, clock_real_ms(), answer, call) &&
	    !clusters_handle(e->clusters, request, clock_real_ms(), answer, call))
		return false;
	v = faults_request(e->faults, FAULT_CALL_DESCRIBE, clock_us());
	answer->delay_us = v.delay_us;
	if (answer->code)
		return true;
	if (v.kind == FAULT_HTTP)
		fail(answer, v.status);
	else if (v.kind == FAULT_EXPIRED)
		answer_error(answer, 400, "ExpiredTokenException",
			     "The security token included in the request is expired");
	else if (v.kind == FAULT_DENY)
		answer_error(answer, 400, "AccessDeniedException",
			     "User: arn:aws:iam::%s:user/kebmock is not authorized to perform: %s",
			     e->bus_conf.account, *call);
	return true;
}

/* --- the books ------------------------------------------------------------------------ */

static void count(struct endpoint *e, const struct request *request, const struct answer *answer)
{
	struct counts *c = &e->counts;

	c->requests++;
	c->failed_requests += answer->code != NULL;
	c->bytes += request->body.n;
	c->entries += e->result.entries;
	c->accepted += e->result.accepted;
	c->lost += e->result.lost;
	c->failed += e->result.failed;
}

static void note(struct endpoint *e, const char *call, const struct request *request,
		 const struct answer *answer, int64_t at_us)
{
	struct buf *to = journal_buf(e->log);
	const struct bus_result *r = &e->result;
	char date[CLOCK_DATE_LEN];

	clock_put_date(date, clock_real_ms());
	buf_addf(to, "{\"time\":\"%.*s\",\"at_us\":%lld,\"answered_us\":%lld", CLOCK_DATE_LEN, date,
		 (long long)(at_us - e->started_us),
		 (long long)(clock_us() - e->started_us + answer->delay_us));
	buf_addf(to, ",\"request\":\"%s\",\"call\":\"%s\",\"status\":%u,\"code\":\"%s\"",
		 answer->id, call, answer->how == ANSWER_RESET ? 0 : answer->status,
		 answer->code ? answer->code : "");
	buf_addf(to,
		 ",\"bytes\":%zu,\"entries\":%u,\"size\":%llu,\"failed\":%u,\"lost\":%u,\"ids\":[",
		 request->body.n, r->entries, (unsigned long long)r->size, r->failed, r->lost);
	for (unsigned i = 0; i < r->entries; i++) {
		if (i)
			buf_addc(to, ',');
		buf_addf(to, r->ids[i][0] ? "\"%s\"" : "null", r->ids[i]);
	}
	BUF_LIT(to, "]}\n");
}

/* A comma behind what was added, if anything was. */
static void end_part(struct buf *to, size_t *from)
{
	if (to->len > *from)
		buf_addc(to, ',');
	*from = to->len;
}

static void show_faults(struct endpoint *e, struct buf *to)
{
	size_t from;

	buf_addc(to, '{');
	from = to->len;
	if (e->keys_status)
		buf_addf(to, "\"keys\":\"%u\"", e->keys_status);
	end_part(to, &from);
	faults_show(e->faults, "", to);
	end_part(to, &from);
	schema_registry_show_faults(e->registry, to);
	end_part(to, &from);
	broker_show_faults(e->broker, to);
	end_part(to, &from);
	if (to->p[to->len - 1] == ',')
		to->len--;
	BUF_LIT(to, "}\n");
}

static int set_fault(void *ctx, struct slice key, struct slice value, struct err *err)
{
	return endpoint_set_fault(ctx, key, value, err);
}

static void control(struct endpoint *e, const struct request *request, struct answer *answer)
{
	answer->type = ANSWER_JSON;
	switch (control_of(request)) {
	case CONTROL_STATS:
		control_show_counts(&e->counts, &answer->body);
		break;
	case CONTROL_SET_FAULTS:
		if (!control_set_faults(request->body, set_fault, e, answer))
			break;
		show_faults(e, &answer->body);
		break;
	case CONTROL_FAULTS:
		show_faults(e, &answer->body);
		break;
	case CONTROL_UNKNOWN:
		answer_error(answer, 404, "NotFound",
			     "kebmock has GET /_mock/stats, GET and POST /_mock/faults");
	}
}

int endpoint_handle(struct endpoint *e, const struct request *request, struct answer *answer,
		    struct err *err)
{
	int64_t at_us = clock_us();
	const char *call = "";

	answer_reset(answer);
	if (slice_starts(request->path, SLICE("/_mock/"))) {
		control(e, request, answer);
		return 0;
	}
	e->result = (struct bus_result){0};
	chance_uuid(&e->ids, answer->id);
	if (request->body_too_large)
		bare_413(answer);
	else if (!identity_handle(e->identity, request, clock_real_ms(), e->keys_status, answer,
				  &call) &&
		 !call_msk(e, request, answer, &call) &&
		 !schema_registry_handle(e->registry, request, clock_real_ms(), answer, &call))
		call = s3_takes(request) ? call_s3(e, request, answer)
					 : call_aws(e, call_of(request), request, answer);
	count(e, request, answer);
	if (journal_kept(e->log))
		note(e, call, request, answer, at_us);
	if (targets_put(e->targets, buf_slice(journal_buf(e->events)), err) != 0)
		return -1;
	if (journal_write(e->events, err) != 0 || journal_write(e->log, err) != 0)
		return -1;
	return 0;
}
