#include "settings.h"

#include "base/buf.h"

#include <stdio.h>

#define COMMIT_EVERY "1000" /* ms */
#define FETCH_LEAST  (16u << 10)
#define RECORD_COST  512 /* bytes, about what the client keeps beside a message's own */
#define RECORDS_MAX  100000

const struct kafka_owned settings_owned[] = {
	{"group.id", "use -G"},
	{"enable.auto.commit", "it commits what was settled"},
	{"auto.commit.enable", "it commits what was settled"},
	{"auto.commit.interval.ms", "it commits every second"},
	{"enable.auto.offset.store", "it commits what was settled"},
	{"offset.store.method", "use --checkpoint for a file"},
	{"auto.offset.reset", "use -o and --on-gap"},
	{"enable.partition.eof", "use -e"},
	{"queued.min.messages", "use --prefetch"},
	{"queued.max.messages.kbytes", "use --prefetch"},
	{"fetch.max.bytes", "use --prefetch"},
	{"fetch.message.max.bytes", "use --prefetch"},
	{"max.partition.fetch.bytes", "use --prefetch"},
	{"message.max.bytes", "use --max-line"},
	{"log.queue", "use -v and -q"},
	{"test.mock.num.brokers", "use kebmock"},
	{NULL, NULL},
};

uint64_t settings_records(uint64_t prefetch)
{
	uint64_t records = prefetch / RECORD_COST;

	return records < RECORDS_MAX ? records : RECORDS_MAX;
}

static int set_number(struct kafka_conf *kc, const char *property, uint64_t value, struct err *err)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return kafka_conf_set(kc, property, text, err);
}

/*
 * One budget: a response is asked to be a quarter of it and a partition's share of one
 * a sixty-fourth, so that the queue seldom runs into its limit, and tiny messages (whose
 * overhead is many times their size) stay few. What reaching the limit would cost
 * knock.h prevents, in libraries that do not know the property below.
 */
static int set_prefetch(struct kafka_conf *kc, uint64_t prefetch, struct err *err)
{
	uint64_t response = prefetch / 4;
	uint64_t share = prefetch / 64 > FETCH_LEAST ? prefetch / 64 : FETCH_LEAST;

	if (set_number(kc, "queued.max.messages.kbytes", prefetch / 1024, err) != 0 ||
	    set_number(kc, "queued.min.messages", settings_records(prefetch), err) != 0 ||
	    set_number(kc, "message.max.bytes", response < 1000000 ? response : 1000000, err) !=
		    0 ||
	    set_number(kc, "fetch.max.bytes", response, err) != 0)
		return -1;
	kafka_conf_default(kc, "fetch.queue.backoff.ms", "10"); /* where it is known: 2.2 on */
	return set_number(kc, "fetch.message.max.bytes", share, err);
}

static bool wants_internal(const struct consumer_conf *conf)
{
	for (size_t i = 0; i < conf->n_topics; i++)
		if (strncmp(conf->topics[i], "__", 2) == 0 ||
		    strncmp(conf->topics[i], "^__", 3) == 0)
			return true;
	return false;
}

/* A list of expressions: internal topics, those to ignore, and what the user says. */
static int hide_topics(struct kafka_conf *kc, const struct consumer_conf *conf, struct err *err)
{
	struct buf list = {0};
	char given[4096];
	int result = 0;

	if (kafka_conf_given(kc, "topic.blacklist") &&
	    kafka_conf_get(kc, "topic.blacklist", given, sizeof given))
		buf_addf(&list, "%s,", given);
	else if (!wants_internal(conf))
		BUF_LIT(&list, "^__,");
	for (size_t i = 0; i < conf->n_ignore; i++) {
		buf_addc(&list, '^');
		for (const char *p = conf->ignore[i]; *p; p++)
			buf_addf(&list, *p == '.' ? "[%c]" : "%c", *p);
		BUF_LIT(&list, "$,");
	}
	if (list.len) {
		list.len--;
		result = kafka_conf_set(kc, "topic.blacklist", buf_text(&list), err);
	}
	buf_free(&list);
	return result;
}

int settings_apply(struct kafka_conf *kc, const struct consumer_conf *conf, struct err *err)
{
	if ((conf->group && kafka_conf_set(kc, "group.id", conf->group, err) != 0) ||
	    kafka_conf_set(kc, "enable.auto.commit", conf->group ? "true" : "false", err) != 0 ||
	    kafka_conf_set(kc, "auto.commit.interval.ms", COMMIT_EVERY, err) != 0 ||
	    kafka_conf_set(kc, "enable.auto.offset.store", "false", err) != 0 ||
	    kafka_conf_set(kc, "auto.offset.reset", "error", err) != 0 ||
	    kafka_conf_set(kc, "enable.partition.eof", "true", err) != 0)
		return -1;
	if (hide_topics(kc, conf, err) != 0)
		return -1;
	return set_prefetch(kc, conf->prefetch, err);
}
