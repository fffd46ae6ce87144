#include "ask.h"

#include "client.h"

#include <librdkafka/rdkafka.h>
#include <regex.h>
#include <string.h>

void client_to_places(const rd_kafka_topic_partition_list_t *list, struct places *to)
{
	places_clear(to);
	for (int i = 0; list && i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &list->elems[i];
		struct place *place = places_add(to, p->topic, p->partition,
						 p->offset >= 0 ? p->offset : PLACE_NONE, NULL);

		place->error = p->err;
	}
}

rd_kafka_topic_partition_list_t *client_from_places(const struct places *places)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)places->n);

	for (size_t i = 0; i < places->n; i++) {
		const struct place *place = &places->items[i];
		rd_kafka_topic_partition_t *p =
			rd_kafka_topic_partition_list_add(list, place->topic, place->partition);

		p->offset = place->offset;
		if (place->note) {
			p->metadata = strdup(place->note);
			p->metadata_size = p->metadata ? strlen(place->note) : 0;
		}
	}
	return list;
}

static enum ask_got fail(rd_kafka_resp_err_t code, const char *what, struct err *err)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
		err_set(err, EXIT_REFUSED, "%s: %s (check credentials and ACLs)", what,
			rd_kafka_err2str(code));
		return ASK_REFUSED;
	default:
		err_set(err, EXIT_UNREACHABLE, "%s: %s", what, rd_kafka_err2str(code));
		return ASK_AGAIN;
	}
}

static bool internal(const char *name)
{
	return strncmp(name, "__", 2) == 0;
}

static void add_partitions(const rd_kafka_metadata_topic_t *t, struct places *found)
{
	for (int i = 0; i < t->partition_cnt; i++)
		places_add(found, t->topic, t->partitions[i].id, PLACE_NONE, NULL);
}

static enum ask_got ask_pattern(rd_kafka_t *rk, const char *pattern, int ms, struct places *found,
				struct err *err)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code;
	regex_t re;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
		err_set(err, EXIT_USAGE, "'%s' is no regular expression (check -t)", pattern);
		return ASK_REFUSED;
	}
	code = rd_kafka_metadata(rk, 1, NULL, &md, ms);
	for (int i = 0; !code && i < md->topic_cnt; i++) {
		const char *name = md->topics[i].topic;

		if (regexec(&re, name, 0, NULL, 0) == 0 && !places_have(found, name) &&
		    (!internal(name) || internal(pattern + 1)))
			add_partitions(&md->topics[i], found);
	}
	regfree(&re);
	if (code)
		return fail(code, "cannot list the topics", err);
	rd_kafka_metadata_destroy(md);
	return ASK_DONE;
}

static enum ask_got judge_topic(const rd_kafka_metadata_topic_t *t, const char *name,
				struct err *err)
{
	switch (t->err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		if (t->partition_cnt > 0)
			return ASK_DONE;
		err_set(err, EXIT_UNREACHABLE, "topic '%s' has no partitions yet", name);
		return ASK_AGAIN;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
		err_set(err, EXIT_REFUSED, "there is no topic '%s' (check -t and -b)", name);
		return ASK_REFUSED;
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
		err_set(err, EXIT_REFUSED, "'%s' is no name for a topic (check -t)", name);
		return ASK_REFUSED;
	default:
		return fail(t->err, name, err);
	}
}

static enum ask_got ask_topic(rd_kafka_t *rk, const char *name, int ms, struct places *found,
			      struct err *err)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code;
	enum ask_got got;

	if (!topic) {
		err_set(err, EXIT_USAGE, "'%s' is no name for a topic (check -t)", name);
		return ASK_REFUSED;
	}
	code = rd_kafka_metadata(rk, 0, topic, &md, ms);
	rd_kafka_topic_destroy(topic);
	if (code)
		return fail(code, "cannot ask for the topic", err);
	if (md->topic_cnt != 1) {
		err_set(err, EXIT_UNREACHABLE, "the broker does not speak of topic '%s'", name);
		got = ASK_AGAIN;
	} else {
		got = judge_topic(&md->topics[0], name, err);
		if (got == ASK_DONE && !places_have(found, name))
			add_partitions(&md->topics[0], found);
	}
	rd_kafka_metadata_destroy(md);
	return got;
}

enum ask_got ask_topics(rd_kafka_t *rk, const char *const *topics, size_t n, int ms,
			struct places *found, struct err *err)
{
	enum ask_got got = ASK_DONE;

	places_clear(found);
	for (size_t i = 0; i < n && got == ASK_DONE; i++)
		got = topics[i][0] == '^' ? ask_pattern(rk, topics[i], ms, found, err)
					  : ask_topic(rk, topics[i], ms, found, err);
	return got;
}

enum ask_got ask_partitions(rd_kafka_t *rk, const char *topic, int ms, int32_t *count,
			    struct err *err)
{
	struct places found = {0};
	enum ask_got got = ask_topic(rk, topic, ms, &found, err);

	*count = (int32_t)found.n;
	places_free(&found);
	return got;
}

/* Takes offsets (and notes) over into places; the first error of a partition is the answer. */
static enum ask_got take_answer(const rd_kafka_topic_partition_list_t *list, const char *what,
				struct places *places, struct err *err)
{
	struct places answer = {0};
	enum ask_got got = ASK_DONE;

	for (int i = 0; i < list->cnt && got == ASK_DONE; i++) {
		const rd_kafka_topic_partition_t *p = &list->elems[i];
		char note[64] = "";

		if (p->err)
			got = fail(p->err, what, err);
		if (p->metadata && p->metadata_size < sizeof note)
			memcpy(note, p->metadata, p->metadata_size);
		places_add(&answer, p->topic, p->partition, p->offset >= 0 ? p->offset : PLACE_NONE,
			   note[0] ? note : NULL);
	}
	if (got == ASK_DONE) {
		places_free(places);
		*places = answer;
	} else {
		places_free(&answer);
	}
	return got;
}

enum ask_got ask_committed(rd_kafka_t *rk, struct places *places, int ms, struct err *err)
{
	static const char what[] = "cannot read what the group has committed";
	rd_kafka_topic_partition_list_t *list = client_from_places(places);
	rd_kafka_resp_err_t code = rd_kafka_committed(rk, list, ms);
	enum ask_got got = code ? fail(code, what, err) : take_answer(list, what, places, err);

	rd_kafka_topic_partition_list_destroy(list);
	return got;
}

/*
 * -1 and -2 are the protocol's own timestamps for the two ends (ListOffsets), so one
 * call asks for all partitions, one request a broker.
 */
enum ask_got ask_offsets(rd_kafka_t *rk, int64_t when, struct places *places, int ms,
			 struct err *err)
{
	static const char what[] = "cannot ask for offsets";
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;
	enum ask_got got;

	if (places->n == 0)
		return ASK_DONE;
	for (size_t i = 0; i < places->n; i++)
		places->items[i].offset = when;
	list = client_from_places(places);
	code = rd_kafka_offsets_for_times(rk, list, ms);
	got = code ? fail(code, what, err) : take_answer(list, what, places, err);
	rd_kafka_topic_partition_list_destroy(list);
	return got;
}
