#include "kafka/producer.h"

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/log.h"
#include "kafka/oauth.h"

#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A message of a batch that was too large, to be sent alone. */
struct lone {
	struct lone *next;
	rd_kafka_topic_t *topic; /* a handle of our own */
	rd_kafka_headers_t *headers;
	int32_t partition;
	int64_t timestamp;
	void *cookie;
	const char *key, *value; /* in bytes; NULL: null */
	size_t key_n, value_n;
	char bytes[];
};

/* A copy of the last topic's handle spares the client a look-up by name for each message. */
struct producer {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue; /* of reports and errors */
	rd_kafka_topic_t *topic;
	producer_report_fn *report;
	void *ctx;
	int fd;
	size_t in_flight;
	struct lone *lone, **last_lone;
	size_t n_lone;
	bool alone; /* the one in flight is such a message */
	bool failed;
	struct err failure;
};

const struct kafka_owned producer_owned[] = {
	{"enable.idempotence", "the producer is always idempotent"},
	{"partitioner", "it is murmur2_random, as Java's producer"},
	{"transactional.id", "transactions are not used"},
	{"delivery.report.only.error", "every record is reported"},
	{NULL, NULL},
};

const char *producer_library(void)
{
	static char text[64];

	snprintf(text, sizeof text, "librdkafka %s", rd_kafka_version_str());
	return text;
}

/* --- errors -------------------------------------------------------------------- */

static enum producer_fate fate_of(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		return PRODUCER_DELIVERED;
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
		return PRODUCER_TOO_LARGE;
	case RD_KAFKA_RESP_ERR_INVALID_MSG:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
	case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
	case RD_KAFKA_RESP_ERR__INVALID_ARG:
		return PRODUCER_INVALID;
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
		return PRODUCER_DENIED;
	default:
		return PRODUCER_LOST;
	}
}

static void fail(struct producer *p, enum exit_status status, const char *what, const char *why)
{
	if (p->failed)
		return;
	p->failed = true;
	err_set(&p->failure, status, "%s: %s", what, why);
}

/* Most errors are notices of a client that goes on by itself; these two end it. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct producer *p = opaque;
	char text[512];

	if (code == RD_KAFKA_RESP_ERR__FATAL) {
		code = rd_kafka_fatal_error(rk, text, sizeof text);
		fail(p, fate_of(code) == PRODUCER_DENIED ? EXIT_REFUSED : EXIT_UNREACHABLE,
		     "the producer cannot go on", text);
	} else if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
		   code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
		   code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED) {
		fail(p, EXIT_REFUSED, "the broker refuses the credentials (check -X sasl.*, -F)",
		     reason);
	}
}

/* --- reports ------------------------------------------------------------------- */

static void make_report(struct producer *p, void *cookie, rd_kafka_resp_err_t code,
			const rd_kafka_message_t *m)
{
	struct producer_report report = {
		.cookie = cookie,
		.fate = fate_of(code),
		.topic = m && m->rkt ? rd_kafka_topic_name(m->rkt) : NULL,
		.partition = m ? m->partition : -1,
		.offset = m ? m->offset : -1,
		.code = rd_kafka_err2name(code),
		.text = rd_kafka_err2str(code),
	};

	p->report(p->ctx, &report);
}

static const char *copy_to(char **at, const void *bytes, size_t n)
{
	char *copy = *at;

	if (!bytes)
		return NULL;
	if (n)
		memcpy(copy, bytes, n);
	*at += n;
	return copy;
}

static void keep_lone(struct producer *p, const rd_kafka_message_t *m)
{
	struct lone *lone = mem_alloc(sizeof *lone + m->key_len + m->len + 1);
	char *at = lone->bytes;

	lone->topic = rd_kafka_topic_new(p->rk, rd_kafka_topic_name(m->rkt), NULL);
	lone->partition = m->partition;
	lone->timestamp = rd_kafka_message_timestamp(m, NULL);
	lone->cookie = m->_private;
	lone->key = copy_to(&at, m->key, m->key_len);
	lone->value = copy_to(&at, m->payload, m->len);
	lone->key_n = m->key_len;
	lone->value_n = m->len;
	if (rd_kafka_message_detach_headers((rd_kafka_message_t *)m, &lone->headers))
		lone->headers = NULL;
	*p->last_lone = lone;
	p->last_lone = &lone->next;
	p->n_lone++;
}

static void free_lone(struct producer *p, struct lone *lone)
{
	p->lone = lone->next;
	if (!p->lone)
		p->last_lone = &p->lone;
	p->n_lone--;
	if (lone->headers)
		rd_kafka_headers_destroy(lone->headers);
	rd_kafka_topic_destroy(lone->topic);
	free(lone);
}

/*
 * The next of them, once nothing else is on its way that could share its batch. True when
 * its report is made already: then another one may go.
 */
static bool send_lone(struct producer *p)
{
	struct lone *lone = p->lone;
	rd_kafka_resp_err_t code;

	if (!lone || p->in_flight)
		return false;
	code = rd_kafka_producev(
		p->rk, RD_KAFKA_V_RKT(lone->topic), RD_KAFKA_V_PARTITION(lone->partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(lone->key, lone->key_n),
		RD_KAFKA_V_VALUE((void *)(uintptr_t)lone->value, lone->value_n),
		RD_KAFKA_V_TIMESTAMP(lone->timestamp), RD_KAFKA_V_OPAQUE(lone->cookie),
		RD_KAFKA_V_HEADERS(lone->headers), RD_KAFKA_V_END);
	if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return false;
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		lone->headers = NULL;
		p->in_flight++;
		p->alone = true;
	} else {
		make_report(p, lone->cookie, code, NULL);
	}
	free_lone(p, lone);
	return code != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct producer *p = opaque;
	bool alone = p->alone;

	(void)rk;
	p->in_flight--;
	p->alone = false;
	if (m->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && !alone)
		keep_lone(p, m);
	else
		make_report(p, m->_private, m->err, m);
}

/* --- the client ---------------------------------------------------------------- */

static rd_kafka_t *open_client(struct producer *p, struct kafka_conf *conf, struct err *err)
{
	rd_kafka_conf_t *rk_conf;
	char text[512];
	rd_kafka_t *rk;
	bool oauth;

	if (kafka_conf_set(conf, "enable.idempotence", "true", err) != 0 ||
	    kafka_conf_set(conf, "partitioner", "murmur2_random", err) != 0) {
		kafka_conf_free(conf);
		return NULL;
	}
	/* the broker's and the topic's limits decide, not the client's */
	kafka_conf_default(conf, "message.max.bytes", "100000000");
	kafka_conf_default(conf, "socket.nagle.disable", "true");
	oauth = kafka_conf_has_oauth(conf);
	rk_conf = kafka_conf_take(conf);
	rd_kafka_conf_set_opaque(rk_conf, p);
	rd_kafka_conf_set_dr_msg_cb(rk_conf, on_delivery);
	rd_kafka_conf_set_error_cb(rk_conf, on_error);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, rk_conf, text, sizeof text);
	if (!rk) {
		rd_kafka_conf_destroy(rk_conf);
		err_set(err, EXIT_USAGE, "the Kafka client refuses its configuration: %s", text);
	} else if (oauth && kafka_oauth_start(rk, err) != 0) {
		rd_kafka_destroy(rk);
		rk = NULL;
	}
	return rk;
}

struct producer *producer_new(struct kafka_conf *conf, producer_report_fn *report, void *ctx,
			      struct err *err)
{
	static const uint64_t one = 1;
	struct producer *p = mem_alloc(sizeof *p);

	p->report = report;
	p->ctx = ctx;
	p->last_lone = &p->lone;
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	p->rk = open_client(p, conf, err);
	if (!p->rk) {
		producer_free(p);
		return NULL;
	}
	p->queue = rd_kafka_queue_get_main(p->rk);
	rd_kafka_queue_io_event_enable(p->queue, p->fd, &one, sizeof one);
	return p;
}

rd_kafka_t *producer_client(const struct producer *p)
{
	return p->rk;
}

void producer_free(struct producer *p)
{
	if (!p)
		return;
	if (p->rk) {
		rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
					      RD_KAFKA_PURGE_F_NON_BLOCKING);
		while (p->lone)
			free_lone(p, p->lone);
		if (p->topic)
			rd_kafka_topic_destroy(p->topic);
		rd_kafka_queue_destroy(p->queue);
		rd_kafka_destroy(p->rk);
	}
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

static bool stopped(int stop_fd)
{
	struct pollfd fd = {stop_fd, POLLIN, 0};

	return stop_fd >= 0 && poll(&fd, 1, 0) > 0;
}

int producer_reach(struct producer *p, int64_t limit_ms, int stop_fd, struct err *err)
{
	int64_t end = clock_ms() + limit_ms;
	const struct rd_kafka_metadata *metadata;
	char why[256];

	for (;;) {
		if (rd_kafka_metadata(p->rk, 0, NULL, &metadata, 250) == 0) {
			rd_kafka_metadata_destroy(metadata);
			return 1;
		}
		producer_serve(p);
		if (p->failed) {
			*err = p->failure;
			return -1;
		}
		if (stopped(stop_fd))
			return 0;
		if (clock_ms() >= end) {
			kafka_log_failure(why, sizeof why);
			return err_set(err, EXIT_UNREACHABLE, "%s", why);
		}
	}
}

/* --- sending ------------------------------------------------------------------- */

static rd_kafka_topic_t *topic_of(struct producer *p, const char *name)
{
	if (p->topic && strcmp(rd_kafka_topic_name(p->topic), name) == 0)
		return p->topic;
	if (p->topic)
		rd_kafka_topic_destroy(p->topic);
	p->topic = rd_kafka_topic_new(p->rk, name, NULL);
	return p->topic;
}

static rd_kafka_headers_t *headers_of(const struct producer_message *m)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(m->n_headers);

	for (size_t i = 0; i < m->n_headers; i++) {
		const struct producer_header *h = &m->headers[i];

		rd_kafka_header_add(headers, h->name.p, (ssize_t)h->name.n, h->value.p,
				    (ssize_t)h->value.n);
	}
	return headers;
}

/* The library takes 0 for the time of the call. */
static int64_t time_for(int64_t timestamp)
{
	return timestamp == PRODUCER_TIME_NOW ? 0 : timestamp ? timestamp : 1;
}

bool producer_send(struct producer *p, const struct producer_message *m)
{
	rd_kafka_topic_t *topic = topic_of(p, m->topic);
	rd_kafka_headers_t *headers;
	rd_kafka_resp_err_t code;

	if (p->lone || p->alone)
		return false;
	if (!topic) {
		make_report(p, m->cookie, rd_kafka_last_error(), NULL);
		return true;
	}
	headers = m->n_headers ? headers_of(m) : NULL;
	code = rd_kafka_producev(
		p->rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(m->partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(m->key.p, m->key.n),
		RD_KAFKA_V_VALUE((void *)(uintptr_t)m->value.p, m->value.n),
		RD_KAFKA_V_TIMESTAMP(time_for(m->timestamp)), RD_KAFKA_V_OPAQUE(m->cookie),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		p->in_flight++;
		return true;
	}
	if (headers)
		rd_kafka_headers_destroy(headers);
	if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return false;
	make_report(p, m->cookie, code, NULL);
	return true;
}

int producer_fd(const struct producer *p)
{
	return p->fd;
}

void producer_serve(struct producer *p)
{
	uint64_t count;

	/* first the mark, then the queue: what comes in between marks it again */
	(void)!read(p->fd, &count, sizeof count);
	while (rd_kafka_poll(p->rk, 0) > 0)
		;
	while (send_lone(p))
		;
}

size_t producer_in_flight(const struct producer *p)
{
	return p->in_flight + p->n_lone;
}

const struct err *producer_failure(const struct producer *p)
{
	return p->failed ? &p->failure : NULL;
}
