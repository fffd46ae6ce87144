/*
 * A small admin client for tests, benches and the demo: the JVM's own tools take two
 * seconds a call. Prints one line an answer; status 1 when the broker said no.
 *
 *	kadm BROKERS wait [SECONDS]              until a broker answers
 *	kadm BROKERS create TOPIC:PARTITIONS[:name=value]...
 *	kadm BROKERS grow TOPIC:PARTITIONS       to so many partitions
 *	kadm BROKERS delete TOPIC...
 *	kadm BROKERS trim TOPIC:PARTITION:OFFSET...  deletes the records before OFFSET
 *	kadm BROKERS abort TOPIC:PARTITION...    one record in a transaction, aborted
 *	kadm BROKERS allow KIND:NAME:OPERATION...   to everyone: topic:orders:write
 *	kadm BROKERS deny KIND:NAME:OPERATION...
 *	kadm BROKERS ends TOPIC                  "partition first next"
 *	kadm BROKERS committed GROUP TOPIC       "partition offset", "-" for none
 *	kadm BROKERS commit GROUP TOPIC:PARTITION:OFFSET...
 */
#include <librdkafka/rdkafka.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS 15000

static void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("kadm: error: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void no_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	(void)level;
	(void)facility;
	(void)text;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[512];

	if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
		die("%s", why);
}

static rd_kafka_t *client(const char *brokers, const char *group)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	char why[512];

	set(conf, "bootstrap.servers", brokers);
	set(conf, "group.id", group ? group : "kadm");
	set(conf, "enable.auto.commit", "false");
	rd_kafka_conf_set_log_cb(conf, no_log);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
	if (!rk)
		die("%s", why);
	return rk;
}

/* Cuts the next part off at a colon. */
static char *part(char **text)
{
	char *start = *text, *colon = start ? strchr(start, ':') : NULL;

	if (colon)
		*colon++ = '\0';
	*text = colon;
	return start;
}

static long long number(const char *text)
{
	char *end;
	long long n = text && *text ? strtoll(text, &end, 10) : 0;

	if (!text || !*text || *end)
		die("'%s' is not a number", text ? text : "");
	return n;
}

static rd_kafka_topic_partition_list_t *positions(char **words, int n)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n);
	int i;

	for (i = 0; i < n; i++) {
		char *rest = words[i], *topic = part(&rest);
		int32_t partition = (int32_t)number(part(&rest));

		rd_kafka_topic_partition_list_add(list, topic, partition)->offset = number(rest);
	}
	return list;
}

static const rd_kafka_metadata_t *metadata(rd_kafka_t *rk, const char *topic)
{
	rd_kafka_topic_t *t = rd_kafka_topic_new(rk, topic, NULL);
	const rd_kafka_metadata_t *m = NULL;
	rd_kafka_resp_err_t bad = rd_kafka_metadata(rk, 0, t, &m, TIMEOUT_MS);

	rd_kafka_topic_destroy(t);
	if (bad)
		die("%s", rd_kafka_err2str(bad));
	return m;
}

/* The same of a topic that has to be there; one made a moment ago may not be, to metadata. */
static const rd_kafka_metadata_t *known(rd_kafka_t *rk, const char *topic)
{
	const rd_kafka_metadata_t *m = metadata(rk, topic);

	if (m->topics[0].err)
		die("%s: %s", topic, rd_kafka_err2str(m->topics[0].err));
	return m;
}

static rd_kafka_event_t *answer(rd_kafka_queue_t *queue)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 2 * TIMEOUT_MS);

	rd_kafka_queue_destroy(queue);
	if (!event)
		die("no answer");
	if (rd_kafka_event_error(event))
		die("%s", rd_kafka_event_error_string(event));
	return event;
}

static void check_topics(const rd_kafka_topic_result_t **results, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rd_kafka_topic_result_error(results[i]))
			die("%s: %s", rd_kafka_topic_result_name(results[i]),
			    rd_kafka_topic_result_error_string(results[i]));
}

/* Waits until every partition of the topic has a leader, which create does not. */
static void await_leaders(rd_kafka_t *rk, const char *topic, int partitions)
{
	for (int tries = 0; tries < 200; tries++) {
		const rd_kafka_metadata_t *m = metadata(rk, topic);
		int ready = 0;

		for (int i = 0; i < m->topics[0].partition_cnt; i++)
			ready += m->topics[0].partitions[i].leader >= 0;
		rd_kafka_metadata_destroy(m);
		if (ready >= partitions)
			return;
		usleep(50000);
	}
	die("%s: no leaders", topic);
}

static void create(rd_kafka_t *rk, char *word)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	char *rest = word, *topic = part(&rest), *setting, why[512];
	int partitions = (int)number(part(&rest));
	rd_kafka_NewTopic_t *new = rd_kafka_NewTopic_new(topic, partitions, 1, why, sizeof why);
	const rd_kafka_topic_result_t **results;
	rd_kafka_event_t *event;
	size_t n;

	if (!new)
		die("%s", why);
	while ((setting = part(&rest))) {
		char *value = strchr(setting, '=');

		if (!value)
			die("'%s' has no value", setting);
		*value++ = '\0';
		rd_kafka_NewTopic_set_config(new, setting, value);
	}
	rd_kafka_CreateTopics(rk, &new, 1, NULL, queue);
	event = answer(queue);
	results =
		rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
	check_topics(results, n);
	rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy(new);
	await_leaders(rk, topic, partitions);
}

static void grow(rd_kafka_t *rk, char *word)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	char *rest = word, *topic = part(&rest), why[512];
	size_t partitions = (size_t)number(rest), n;
	rd_kafka_NewPartitions_t *new =
		rd_kafka_NewPartitions_new(topic, partitions, why, sizeof why);
	const rd_kafka_topic_result_t **results;
	rd_kafka_event_t *event;

	if (!new)
		die("%s", why);
	rd_kafka_CreatePartitions(rk, &new, 1, NULL, queue);
	event = answer(queue);
	results = rd_kafka_CreatePartitions_result_topics(
		rd_kafka_event_CreatePartitions_result(event), &n);
	check_topics(results, n);
	rd_kafka_event_destroy(event);
	rd_kafka_NewPartitions_destroy(new);
	await_leaders(rk, topic, (int)partitions);
}

static void drop(rd_kafka_t *rk, const char *topic)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_DeleteTopic_t *old = rd_kafka_DeleteTopic_new(topic);
	const rd_kafka_topic_result_t **results;
	rd_kafka_event_t *event;
	size_t n;

	rd_kafka_DeleteTopics(rk, &old, 1, NULL, queue);
	event = answer(queue);
	results =
		rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
	check_topics(results, n);
	rd_kafka_event_destroy(event);
	rd_kafka_DeleteTopic_destroy(old);
}

static void trim(rd_kafka_t *rk, char **words, int n)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_topic_partition_list_t *list = positions(words, n);
	rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(list);

	rd_kafka_DeleteRecords(rk, &records, 1, NULL, queue);
	rd_kafka_event_destroy(answer(queue));
	rd_kafka_DeleteRecords_destroy(records);
	rd_kafka_topic_partition_list_destroy(list);
}

static void ends(rd_kafka_t *rk, const char *topic)
{
	const rd_kafka_metadata_t *m = known(rk, topic);
	int64_t first, next;

	for (int i = 0; i < m->topics[0].partition_cnt; i++) {
		rd_kafka_resp_err_t bad =
			rd_kafka_query_watermark_offsets(rk, topic, i, &first, &next, TIMEOUT_MS);

		if (bad)
			die("%s/%d: %s", topic, i, rd_kafka_err2str(bad));
		printf("%d %lld %lld\n", i, (long long)first, (long long)next);
	}
	rd_kafka_metadata_destroy(m);
}

static void committed(rd_kafka_t *rk, const char *topic)
{
	const rd_kafka_metadata_t *m = known(rk, topic);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t bad;

	for (int i = 0; i < m->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic, i);
	bad = rd_kafka_committed(rk, list, TIMEOUT_MS);
	if (bad)
		die("%s", rd_kafka_err2str(bad));
	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].offset >= 0)
			printf("%d %lld\n", i, (long long)list->elems[i].offset);
		else
			printf("%d -\n", i);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(m);
}

static void commit(rd_kafka_t *rk, char **words, int n)
{
	rd_kafka_topic_partition_list_t *list = positions(words, n);
	rd_kafka_resp_err_t bad = rd_kafka_commit(rk, list, 0);

	if (bad)
		die("%s", rd_kafka_err2str(bad));
	rd_kafka_topic_partition_list_destroy(list);
}

static rd_kafka_ResourceType_t kind_of(const char *name)
{
	if (!strcmp(name, "topic"))
		return RD_KAFKA_RESOURCE_TOPIC;
	if (!strcmp(name, "group"))
		return RD_KAFKA_RESOURCE_GROUP;
	if (!strcmp(name, "cluster"))
		return RD_KAFKA_RESOURCE_BROKER;
	die("unknown kind of resource '%s'", name);
}

static rd_kafka_AclOperation_t operation_of(const char *name)
{
	static const char *const names[] = {
		[RD_KAFKA_ACL_OPERATION_READ] = "read",
		[RD_KAFKA_ACL_OPERATION_WRITE] = "write",
		[RD_KAFKA_ACL_OPERATION_CREATE] = "create",
		[RD_KAFKA_ACL_OPERATION_DESCRIBE] = "describe",
		[RD_KAFKA_ACL_OPERATION_IDEMPOTENT_WRITE] = "idempotent-write",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (name && names[i] && !strcmp(names[i], name))
			return (rd_kafka_AclOperation_t)i;
	die("unknown operation '%s'", name ? name : "");
}

static void permit(rd_kafka_t *rk, char *word, rd_kafka_AclPermissionType_t permission)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	char *rest = word, *kind = part(&rest), *name = part(&rest), why[512];
	rd_kafka_AclBinding_t *acl = rd_kafka_AclBinding_new(
		kind_of(kind), name, RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:*", "*",
		operation_of(rest), permission, why, sizeof why);
	const rd_kafka_acl_result_t **results;
	rd_kafka_event_t *event;
	size_t n;

	if (!acl)
		die("%s", why);
	rd_kafka_CreateAcls(rk, &acl, 1, NULL, queue);
	event = answer(queue);
	results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &n);
	for (size_t i = 0; i < n; i++)
		if (rd_kafka_acl_result_error(results[i]))
			die("%s: %s", name,
			    rd_kafka_error_string(rd_kafka_acl_result_error(results[i])));
	rd_kafka_event_destroy(event);
	rd_kafka_AclBinding_destroy(acl);
}

static void done(rd_kafka_error_t *error)
{
	if (error)
		die("%s", rd_kafka_error_string(error));
}

/* A record of a transaction that is aborted: it stays in the log, nobody is to see it. */
static void abort_one(const char *brokers, char *place)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	const char *topic = part(&place);
	char why[512], value[] = "aborted";
	rd_kafka_t *rk;

	set(conf, "bootstrap.servers", brokers);
	set(conf, "transactional.id", "kadm");
	rd_kafka_conf_set_log_cb(conf, no_log);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	if (!rk)
		die("%s", why);
	done(rd_kafka_init_transactions(rk, TIMEOUT_MS));
	done(rd_kafka_begin_transaction(rk));
	rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION((int32_t)number(place)),
			  RD_KAFKA_V_VALUE(value, sizeof value - 1), RD_KAFKA_V_END);
	rd_kafka_flush(rk, TIMEOUT_MS);
	done(rd_kafka_abort_transaction(rk, TIMEOUT_MS));
	rd_kafka_destroy(rk);
}

static void await(rd_kafka_t *rk, int seconds)
{
	const rd_kafka_metadata_t *m;
	time_t end = time(NULL) + seconds;

	while (rd_kafka_metadata(rk, 0, NULL, &m, 1000) != RD_KAFKA_RESP_ERR_NO_ERROR)
		if (time(NULL) >= end)
			die("no broker answered within %d s", seconds);
	rd_kafka_metadata_destroy(m);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[2] : "";
	int of_group = !strcmp(verb, "committed") || !strcmp(verb, "commit");
	char **words = argv + 3 + of_group;
	int n = argc - 3 - of_group;
	rd_kafka_t *rk;

	if (n < 0 || (!n && strcmp(verb, "wait") != 0))
		die("usage: kadm BROKERS VERB ARGUMENT...");
	rk = client(argv[1], of_group ? argv[3] : NULL);
	if (!strcmp(verb, "wait"))
		await(rk, n ? (int)number(words[0]) : 30);
	else if (!strcmp(verb, "trim"))
		trim(rk, words, n);
	else if (!strcmp(verb, "commit"))
		commit(rk, words, n);
	else
		for (int i = 0; i < n; i++) {
			if (!strcmp(verb, "create"))
				create(rk, words[i]);
			else if (!strcmp(verb, "grow"))
				grow(rk, words[i]);
			else if (!strcmp(verb, "delete"))
				drop(rk, words[i]);
			else if (!strcmp(verb, "abort"))
				abort_one(argv[1], words[i]);
			else if (!strcmp(verb, "allow"))
				permit(rk, words[i], RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
			else if (!strcmp(verb, "deny"))
				permit(rk, words[i], RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
			else if (!strcmp(verb, "ends"))
				ends(rk, words[i]);
			else if (!strcmp(verb, "committed"))
				committed(rk, words[i]);
			else
				die("unknown verb '%s'", verb);
		}
	rd_kafka_destroy(rk);
	return 0;
}
