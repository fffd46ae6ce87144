#include "broker.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>

#define PARTITIONS_DEFAULT 1
#define PARTITIONS_MAX	   10000
#define RTT_MAX		   (60 * 1000)

struct broker {
	rd_kafka_t *host; /* the mock cluster lives in a client instance */
	rd_kafka_mock_cluster_t *cluster;
	int32_t n;
	uint64_t rtt_ms;
	uint64_t down; /* bit i: broker i + 1 */
};

const char *broker_library(void)
{
	static char text[64];

	snprintf(text, sizeof text, "librdkafka %s", rd_kafka_version_str());
	return text;
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	if (level <= 4)
		msg_info("librdkafka: %s: %s", facility, text);
	else
		msg_debug("librdkafka: %s: %s", facility, text);
}

struct broker *broker_new(unsigned brokers, struct err *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	struct broker *b;
	char text[512];
	rd_kafka_t *host;

	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set(conf, "client.id", "kebmock", NULL, 0);
	/* the host itself talks to nobody; without an address it warns about that */
	rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:1", NULL, 0);
	rd_kafka_conf_set(conf, "receive.message.max.bytes", "1000000000", NULL, 0);
	host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
	if (!host) {
		rd_kafka_conf_destroy(conf);
		err_set(err, EXIT_LOCAL, "cannot start the mock cluster: %s", text);
		return NULL;
	}
	b = mem_alloc(sizeof *b);
	b->host = host;
	b->n = (int32_t)brokers;
	b->cluster = rd_kafka_mock_cluster_new(host, (int)brokers);
	if (!b->cluster) {
		err_set(err, EXIT_LOCAL, "cannot start the mock cluster: no port to listen on");
		rd_kafka_destroy(host);
		free(b);
		return NULL;
	}
	return b;
}

void broker_end(struct broker *b)
{
	static struct broker *volatile left; /* so that a leak checker can still find it */

	left = b;
	(void)left;
}

const char *broker_addresses(const struct broker *b)
{
	return rd_kafka_mock_cluster_bootstraps(b->cluster);
}

int broker_add_topic(struct broker *b, const char *spec, struct err *err)
{
	const char *colon = strrchr(spec, ':');
	uint64_t partitions = PARTITIONS_DEFAULT;
	char *name;
	rd_kafka_resp_err_t failed;

	if (colon && (!num_u64(slice_of(colon + 1), &partitions) || partitions < 1 ||
		      partitions > PARTITIONS_MAX))
		return err_set(err, EXIT_USAGE,
			       "bad topic '%s': the number of partitions is 1 to %d", spec,
			       PARTITIONS_MAX);
	name = mem_text(spec, colon ? (size_t)(colon - spec) : strlen(spec));
	if (!*name) {
		free(name);
		return err_set(err, EXIT_USAGE, "bad topic '%s': it is NAME or NAME:PARTITIONS",
			       spec);
	}
	failed = rd_kafka_mock_topic_create(b->cluster, name, (int)partitions,
					    b->n < 3 ? (int)b->n : 3);
	free(name);
	if (failed == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return err_set(err, EXIT_USAGE, "topic '%s' is given twice", spec);
	if (failed)
		return err_set(err, EXIT_LOCAL, "cannot create topic '%s': %s", spec,
			       rd_kafka_err2str(failed));
	return 0;
}

/* --- faults ------------------------------------------------------------------------ */

static const struct api {
	const char *name;
	int16_t key;
} apis[] = {
	{"Produce", 0},	     {"Fetch", 1},	 {"ListOffsets", 2},	  {"Metadata", 3},
	{"OffsetCommit", 8}, {"OffsetFetch", 9}, {"FindCoordinator", 10}, {"JoinGroup", 11},
	{"Heartbeat", 12},   {"LeaveGroup", 13}, {"SyncGroup", 14},	  {"InitProducerId", 22},
};

/* "REBALANCE_IN_PROGRESS", or "_TRANSPORT" for a lost connection, as librdkafka names them. */
static bool error_by_name(struct slice name, rd_kafka_resp_err_t *code)
{
	const struct rd_kafka_err_desc *errors;
	size_t n;

	rd_kafka_get_err_descs(&errors, &n);
	for (size_t i = 0; i < n; i++) {
		const char *known = errors[i].name ? errors[i].name : "";

		if (slice_is(name, known) && errors[i].code != RD_KAFKA_RESP_ERR_NO_ERROR) {
			*code = errors[i].code;
			return true;
		}
	}
	return false;
}

static struct slice cut(struct slice *text, char at)
{
	const char *found = text->n ? memchr(text->p, at, text->n) : NULL;
	struct slice head = *text;

	if (!found) {
		*text = SLICE_NONE;
		return head;
	}
	head.n = (size_t)(found - text->p);
	*text = (struct slice){found + 1, text->n - head.n - 1};
	return head;
}

/* "OffsetCommit:3:REBALANCE_IN_PROGRESS": the next three are answered so. */
static bool push_errors(struct broker *b, struct slice value)
{
	struct slice api = cut(&value, ':'), count = cut(&value, ':');
	rd_kafka_resp_err_t code, *errors;
	uint64_t n;

	if (!num_u64(count, &n) || n < 1 || n > 100000 || !error_by_name(value, &code))
		return false;
	for (size_t i = 0; i < sizeof apis / sizeof *apis; i++) {
		if (!slice_is(api, apis[i].name))
			continue;
		errors = mem_array(n, sizeof *errors);
		for (uint64_t j = 0; j < n; j++)
			errors[j] = code;
		rd_kafka_mock_push_request_errors_array(b->cluster, apis[i].key, n, errors);
		free(errors);
		return true;
	}
	return false;
}

static void clear_errors(struct broker *b)
{
	for (size_t i = 0; i < sizeof apis / sizeof *apis; i++)
		rd_kafka_mock_clear_request_errors(b->cluster, apis[i].key);
}

static bool set_rtt(struct broker *b, struct slice value)
{
	int64_t ms = 0;

	if (value.n && (!num_duration(value, &ms) || ms > RTT_MAX))
		return false;
	for (int32_t i = 1; i <= b->n; i++)
		rd_kafka_mock_broker_set_rtt(b->cluster, i, (int)ms);
	b->rtt_ms = (uint64_t)ms;
	return true;
}

/* "2", "1+3" or "all": those are down, all others up. */
static bool set_down(struct broker *b, struct slice value)
{
	uint64_t down = 0, id;

	if (slice_is(value, "all")) {
		down = b->n == 64 ? UINT64_MAX : (UINT64_C(1) << b->n) - 1;
		value.n = 0;
	}
	while (value.n) {
		if (!num_u64(cut(&value, '+'), &id) || id < 1 || id > (uint64_t)b->n)
			return false;
		down |= UINT64_C(1) << (id - 1);
	}
	for (int32_t i = 1; i <= b->n; i++) {
		uint64_t bit = UINT64_C(1) << (i - 1);

		if ((down & bit) && !(b->down & bit))
			rd_kafka_mock_broker_set_down(b->cluster, i);
		else if (!(down & bit) && (b->down & bit))
			rd_kafka_mock_broker_set_up(b->cluster, i);
	}
	b->down = down;
	return true;
}

int broker_set_fault(struct broker *b, struct slice key, struct slice value, struct err *err)
{
	if (slice_is(value, "off"))
		value.n = 0;
	if (slice_is(key, "rtt")) {
		if (set_rtt(b, value))
			return 0;
		return err_set(err, EXIT_USAGE, "bad value of fault 'broker.rtt': it is TIME");
	}
	if (slice_is(key, "down")) {
		if (set_down(b, value))
			return 0;
		return err_set(err, EXIT_USAGE,
			       "bad value of fault 'broker.down': it is a broker from 1 to %d, "
			       "several with + between, or all",
			       (int)b->n);
	}
	if (slice_is(key, "errors")) {
		if (!value.n)
			clear_errors(b);
		if (!value.n || push_errors(b, value))
			return 0;
		return err_set(err, EXIT_USAGE,
			       "bad value of fault 'broker.errors': it is REQUEST:COUNT:ERROR, "
			       "as OffsetCommit:3:REBALANCE_IN_PROGRESS");
	}
	return err_set(err, EXIT_USAGE, "there is no fault 'broker.%.*s' (see kebmock(1))",
		       SLICE_ARG(key));
}

void broker_show_faults(const struct broker *b, struct buf *to)
{
	bool first = true;

	if (b->rtt_ms)
		buf_addf(to, "\"broker.rtt\":\"%llums\"", (unsigned long long)b->rtt_ms);
	if (b->rtt_ms && b->down)
		buf_addc(to, ',');
	if (!b->down)
		return;
	BUF_LIT(to, "\"broker.down\":\"");
	for (int32_t i = 1; i <= b->n; i++) {
		if (!(b->down & (UINT64_C(1) << (i - 1))))
			continue;
		buf_addf(to, first ? "%d" : "+%d", (int)i);
		first = false;
	}
	buf_addc(to, '"');
}
