#include "kafka/topic.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <string.h>

static enum exit_status status_of(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
		return EXIT_UNREACHABLE;
	default:
		return EXIT_REFUSED;
	}
}

int kafka_topic_exists(rd_kafka_t *rk, const char *name, int ms, struct err *err)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &md, ms);
	int found = 0;

	if (code)
		return err_set(err, status_of(code), "cannot list the topics: %s",
			       rd_kafka_err2str(code));
	for (int i = 0; i < md->topic_cnt && !found; i++)
		found = strcmp(md->topics[i].topic, name) == 0;
	rd_kafka_metadata_destroy(md);
	return found;
}

/* The answer about the one topic that was asked for. */
static int judge(rd_kafka_event_t *event, const char *name, struct err *err)
{
	rd_kafka_resp_err_t code =
		event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
	const char *why = code ? rd_kafka_err2str(code) : NULL;
	const rd_kafka_topic_result_t **results;
	size_t n;

	if (!code) {
		results = rd_kafka_CreateTopics_result_topics(
			rd_kafka_event_CreateTopics_result(event), &n);
		code = n ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR_NO_ERROR;
		why = n ? rd_kafka_topic_result_error_string(results[0]) : NULL;
	}
	if (!code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return 0;
	return err_set(err, status_of(code), "cannot create topic '%s': %s", name,
		       why ? why : rd_kafka_err2str(code));
}

int kafka_topic_create(rd_kafka_t *rk, const char *name, int partitions, int replication, int ms,
		       struct err *err)
{
	char why[256];
	rd_kafka_NewTopic_t *topic =
		rd_kafka_NewTopic_new(name, partitions, replication, why, sizeof why);
	rd_kafka_queue_t *queue;
	rd_kafka_event_t *event;
	int result;

	if (!topic)
		return err_set(err, EXIT_USAGE, "cannot create topic '%s': %s", name, why);
	queue = rd_kafka_queue_new(rk);
	rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, ms);
	result = judge(event, name, err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_NewTopic_destroy(topic);
	return result;
}
