#include "consumer.h"

#include "kafka/oauth.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"
#include "client.h"
#include "hidden.h"
#include "knock.h"
#include "settings.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct consumer {
	rd_kafka_t *rk;
	const char *group; /* NULL: none */
	rd_kafka_queue_t *control, *messages;
	int wake;
	rd_kafka_event_t *rebalance;		/* not yet answered */
	rd_kafka_message_t *taken;		/* what consumer_take gave last */
	struct places places;			/* of the event given last */
	rd_kafka_topic_partition_list_t *again; /* to subscribe to once all is given up */
	rd_kafka_topic_t **topics;		/* started by hand */
	size_t n_topics;
	struct hidden *hidden;
	struct header *headers;
	size_t headers_cap;
	struct knocker *knocker;       /* NULL: the library needs none */
	uint64_t budget, bytes, count; /* of prefetch; taken since it knocked */
};

/* --- the client ---------------------------------------------------------------------- */

static rd_kafka_t *open_client(const struct consumer_conf *conf, struct err *err)
{
	struct kafka_conf *kc = conf->kafka;
	rd_kafka_conf_t *rd;
	rd_kafka_t *rk;
	char why[400];
	bool oauth;

	if (settings_apply(kc, conf, err) != 0) {
		kafka_conf_free(kc);
		return NULL;
	}
	oauth = kafka_conf_has_oauth(kc);
	rd = kafka_conf_take(kc);
	rd_kafka_conf_set_events(rd, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT |
					     RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_FETCH);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, rd, why, sizeof why);
	if (!rk) {
		rd_kafka_conf_destroy(rd);
		err_set(err, EXIT_USAGE, "cannot start the Kafka client: %s (check -X and -F)",
			why);
	} else if (oauth && kafka_oauth_start(rk, err) != 0) {
		rd_kafka_destroy(rk);
		rk = NULL;
	}
	return rk;
}

static struct hidden *hidden_of(const rd_kafka_t *rk)
{
	char list[8192] = "";
	size_t size = sizeof list;

	if (rd_kafka_conf_get(rd_kafka_conf((rd_kafka_t *)rk), "topic.blacklist", list, &size))
		*list = '\0';
	return hidden_new(list);
}

struct consumer *consumer_new(const struct consumer_conf *conf, struct err *err)
{
	static const uint64_t one = 1;
	int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct consumer *c;
	rd_kafka_t *rk;

	if (wake < 0) {
		kafka_conf_free(conf->kafka);
		err_errno(err, EXIT_LOCAL, "cannot create an eventfd");
		return NULL;
	}
	rk = open_client(conf, err);
	if (!rk) {
		close(wake);
		return NULL;
	}
	c = mem_alloc(sizeof *c);
	c->rk = rk;
	c->wake = wake;
	c->group = conf->group;
	c->budget = conf->prefetch;
	c->hidden = hidden_of(rk);
	if (rd_kafka_version() < 0x02020000)
		c->knocker = knocker_new(rk);
	if (c->group)
		rd_kafka_poll_set_consumer(rk);
	c->control = c->group ? rd_kafka_queue_get_consumer(rk) : rd_kafka_queue_get_main(rk);
	c->messages = rd_kafka_queue_new(rk);
	rd_kafka_queue_io_event_enable(c->control, wake, &one, sizeof one);
	rd_kafka_queue_io_event_enable(c->messages, wake, &one, sizeof one);
	return c;
}

rd_kafka_t *consumer_client(const struct consumer *c)
{
	return c->rk;
}

int consumer_wake_fd(const struct consumer *c)
{
	return c->wake;
}

void consumer_woken(struct consumer *c)
{
	uint64_t count;

	(void)!read(c->wake, &count, sizeof count);
}

int consumer_subscribe(struct consumer *c, const char *const *topics, size_t n, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
	rd_kafka_resp_err_t code;

	for (size_t i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(list, topics[i], RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(c->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code ? err_set(err, EXIT_USAGE, "cannot subscribe: %s (check -t)",
			      rd_kafka_err2str(code))
		    : 0;
}

bool consumer_hides(const struct consumer *c, const char *topic)
{
	return hidden_has(c->hidden, topic);
}

bool consumer_is_cooperative(const struct consumer *c)
{
	const char *protocol = rd_kafka_rebalance_protocol(c->rk);

	return protocol && strcmp(protocol, "COOPERATIVE") == 0;
}

bool consumer_is_lost(const struct consumer *c)
{
	return c->group && rd_kafka_assignment_lost(c->rk);
}

/* --- events ------------------------------------------------------------------------- */

_Static_assert(CONSUMER_NO_OFFSET == RD_KAFKA_RESP_ERR__NO_OFFSET, "librdkafka's code");

bool consumer_refuses(int code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
	case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
	case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
	case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
		return true;
	default:
		return false;
	}
}

bool consumer_misses(int code)
{
	return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	       code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	       code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

const char *consumer_code_text(int code)
{
	return rd_kafka_err2str(code);
}

static bool is_of_group(int code)
{
	return code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
	       code == RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT ||
	       code == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL ||
	       code == RD_KAFKA_RESP_ERR_INVALID_GROUP_ID ||
	       code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

static void hear_error(struct consumer *c, rd_kafka_event_t *ev, struct consumer_event *event)
{
	rd_kafka_resp_err_t code = rd_kafka_event_error(ev);
	bool named;
	char why[300];

	if (code == RD_KAFKA_RESP_ERR__FATAL) {
		code = rd_kafka_fatal_error(c->rk, why, sizeof why);
		event->said = SAID_REFUSED;
	} else {
		snprintf(why, sizeof why, "%s", rd_kafka_event_error_string(ev));
		event->said = consumer_refuses(code) ? SAID_REFUSED : SAID_TROUBLE;
	}
	event->code = code;
	named = c->group && is_of_group(code);
	snprintf(event->text, sizeof event->text, "%s%.250s%s%s%s", named ? "group '" : "",
		 named ? c->group : "", named ? "': " : "", why,
		 code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID
			 ? " (another member has the same group.instance.id)"
			 : "");
}

static void hear_rebalance(struct consumer *c, rd_kafka_event_t *ev, struct consumer_event *event)
{
	rd_kafka_resp_err_t code = rd_kafka_event_error(ev);

	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		event->said = SAID_ASSIGNED;
	} else if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
		event->said = SAID_REVOKED;
	} else { /* the group cannot go on as it is: give up what there is and try again */
		event->said = SAID_REVOKED;
		event->code = code;
	}
	client_to_places(rd_kafka_event_topic_partition_list(ev), &c->places);
	c->rebalance = ev;
}

static void hear_commit(struct consumer *c, rd_kafka_event_t *ev, struct consumer_event *event)
{
	event->said = SAID_COMMITTED;
	event->code = rd_kafka_event_error(ev);
	client_to_places(rd_kafka_event_topic_partition_list(ev), &c->places);
	snprintf(event->text, sizeof event->text, "%s", rd_kafka_err2str(event->code));
}

void consumer_listen(struct consumer *c, struct consumer_event *event)
{
	rd_kafka_event_t *ev;

	event->said = SAID_NOTHING;
	event->code = 0;
	event->text[0] = '\0';
	event->places = &c->places;
	places_clear(&c->places);
	while (event->said == SAID_NOTHING && (ev = rd_kafka_queue_poll(c->control, 0))) {
		switch (rd_kafka_event_type(ev)) {
		case RD_KAFKA_EVENT_REBALANCE:
			hear_rebalance(c, ev, event);
			continue; /* destroyed when it is answered */
		case RD_KAFKA_EVENT_OFFSET_COMMIT:
			hear_commit(c, ev, event);
			break;
		case RD_KAFKA_EVENT_ERROR:
			hear_error(c, ev, event);
			break;
		default:
			break;
		}
		rd_kafka_event_destroy(ev);
	}
}

static void answered(struct consumer *c)
{
	if (c->rebalance)
		rd_kafka_event_destroy(c->rebalance);
	c->rebalance = NULL;
}

/* --- assignment --------------------------------------------------------------------- */

/* Messages of the partition go to the shared queue from the first one on. */
static void forward(struct consumer *c, const struct places *places)
{
	for (size_t i = 0; i < places->n; i++) {
		rd_kafka_queue_t *q = rd_kafka_queue_get_partition(c->rk, places->items[i].topic,
								   places->items[i].partition);

		if (!q)
			continue;
		rd_kafka_queue_forward(q, c->messages);
		rd_kafka_queue_destroy(q);
	}
}

static rd_kafka_topic_t *topic_handle(struct consumer *c, const char *name)
{
	rd_kafka_topic_t *topic;

	for (size_t i = 0; i < c->n_topics; i++)
		if (strcmp(rd_kafka_topic_name(c->topics[i]), name) == 0)
			return c->topics[i];
	topic = rd_kafka_topic_new(c->rk, name, NULL);
	if (topic) {
		c->topics = mem_resize(c->topics, c->n_topics + 1, sizeof(rd_kafka_topic_t *));
		c->topics[c->n_topics++] = topic;
	}
	return topic;
}

static int start_one(struct consumer *c, const struct place *p, struct err *err)
{
	rd_kafka_topic_t *topic = topic_handle(c, p->topic);

	if (!topic || rd_kafka_consume_start_queue(topic, p->partition, p->offset, c->messages))
		return err_set(err, EXIT_LOCAL, "cannot read %s/%d: %s", p->topic,
			       (int)p->partition, rd_kafka_err2str(rd_kafka_last_error()));
	return 0;
}

static int assign_in_group(struct consumer *c, const struct places *places, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = client_from_places(places);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	rd_kafka_error_t *error = NULL;

	forward(c, places);
	if (consumer_is_cooperative(c))
		error = rd_kafka_incremental_assign(c->rk, list);
	else
		code = rd_kafka_assign(c->rk, list);
	if (error) {
		code = rd_kafka_error_code(error);
		rd_kafka_error_destroy(error);
	}
	rd_kafka_topic_partition_list_destroy(list);
	answered(c);
	return code ? err_set(err, EXIT_LOCAL, "cannot take the partitions of the group: %s",
			      rd_kafka_err2str(code))
		    : 0;
}

int consumer_assign(struct consumer *c, const struct places *places, struct err *err)
{
	if (c->knocker)
		knocker_add(c->knocker, places);
	if (c->group)
		return assign_in_group(c, places, err);
	for (size_t i = 0; i < places->n; i++)
		if (start_one(c, &places->items[i], err) != 0)
			return -1;
	return 0;
}

static rd_kafka_resp_err_t give_up(struct consumer *c, const struct places *places)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (!consumer_is_cooperative(c))
		return rd_kafka_assign(c->rk, NULL);
	list = client_from_places(places);
	error = rd_kafka_incremental_unassign(c->rk, list);
	if (error) {
		code = rd_kafka_error_code(error);
		rd_kafka_error_destroy(error);
	}
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}

int consumer_unassign(struct consumer *c, const struct places *places, struct err *err)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (c->knocker)
		knocker_remove(c->knocker, places);
	if (c->group)
		code = give_up(c, places);
	for (size_t i = 0; !c->group && i < places->n; i++) {
		rd_kafka_topic_t *topic = topic_handle(c, places->items[i].topic);

		if (topic)
			(void)rd_kafka_consume_stop(topic, places->items[i].partition);
	}
	answered(c);
	if (c->again && !code) {
		code = rd_kafka_subscribe(c->rk, c->again);
		rd_kafka_topic_partition_list_destroy(c->again);
		c->again = NULL;
	}
	return code ? err_set(err, EXIT_LOCAL, "cannot give up partitions of the group: %s",
			      rd_kafka_err2str(code))
		    : 0;
}

int consumer_move(struct consumer *c, const struct place *place, struct err *err)
{
	struct places one = {.items = (struct place *)place, .n = 1, .cap = 1};

	if (consumer_unassign(c, &one, err) != 0)
		return -1;
	return consumer_assign(c, &one, err);
}

int consumer_rejoin(struct consumer *c, struct err *err)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (c->again)
		return 0; /* on its way */
	code = rd_kafka_subscription(c->rk, &c->again);
	if (!code)
		code = rd_kafka_unsubscribe(c->rk);
	return code ? err_set(err, EXIT_LOCAL, "cannot join the group again: %s",
			      rd_kafka_err2str(code))
		    : 0;
}

/* --- messages ----------------------------------------------------------------------- */

static void read_headers(struct consumer *c, const rd_kafka_message_t *rkm, struct message *m)
{
	rd_kafka_headers_t *headers;
	struct header *h;
	const void *value;
	size_t size;

	m->n_headers = 0;
	if (rd_kafka_message_headers(rkm, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	for (;; m->n_headers++) {
		if (m->n_headers == c->headers_cap) {
			c->headers_cap = c->headers_cap ? c->headers_cap * 2 : 16;
			c->headers = mem_resize(c->headers, c->headers_cap, sizeof *c->headers);
		}
		h = &c->headers[m->n_headers];
		if (rd_kafka_header_get_all(headers, m->n_headers, &h->name, &value, &size))
			break;
		h->value = (struct slice){value, value ? size : 0};
	}
	m->headers = c->headers;
}

static void read_message(struct consumer *c, const rd_kafka_message_t *rkm, struct message *m)
{
	rd_kafka_timestamp_type_t type;

	m->offset = rkm->offset;
	m->timestamp = rd_kafka_message_timestamp(rkm, &type);
	m->timestamp_type = type == RD_KAFKA_TIMESTAMP_CREATE_TIME	 ? TIMESTAMP_CREATE
			    : type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? TIMESTAMP_LOG_APPEND
									 : TIMESTAMP_NONE;
	m->key = (struct slice){rkm->key, rkm->key ? rkm->key_len : 0};
	m->value = (struct slice){rkm->payload, rkm->payload ? rkm->len : 0};
	read_headers(c, rkm, m);
}

/* Each quarter of what may be prefetched makes room that the connections should see. */
static void count_taken(struct consumer *c, const rd_kafka_message_t *rkm)
{
	c->bytes += rkm->len + rkm->key_len;
	if (++c->count < settings_records(c->budget) / 4 && c->bytes < c->budget / 4)
		return;
	c->count = c->bytes = 0;
	if (c->knocker)
		knocker_knock(c->knocker);
}

enum consumer_got consumer_take(struct consumer *c, struct consumer_item *item)
{
	rd_kafka_message_t *rkm;

	if (c->taken)
		rd_kafka_message_destroy(c->taken);
	c->taken = rkm = rd_kafka_consume_queue(c->messages, 0);
	if (!rkm)
		return GOT_NOTHING;
	item->topic_key = rkm->rkt;
	item->topic = rkm->rkt ? rd_kafka_topic_name(rkm->rkt) : "";
	item->partition = rkm->partition;
	if (!rkm->err) {
		count_taken(c, rkm);
		read_message(c, rkm, &item->message);
		return GOT_MESSAGE;
	}
	item->code = rkm->err;
	item->text = rd_kafka_message_errstr(rkm);
	item->message.offset = rkm->offset;
	switch (rkm->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		return GOT_END;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		return GOT_GAP;
	default:
		return GOT_TROUBLE;
	}
}

/* --- offsets ------------------------------------------------------------------------ */

void consumer_store(struct consumer *c, const struct places *places)
{
	rd_kafka_topic_partition_list_t *list = client_from_places(places);

	/* Refused for partitions that were lost meanwhile, which is right. */
	(void)rd_kafka_offsets_store(c->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

int consumer_commit(struct consumer *c, const struct places *places, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = client_from_places(places);
	rd_kafka_resp_err_t code = rd_kafka_commit_queue(c->rk, list, c->control, NULL, NULL);

	rd_kafka_topic_partition_list_destroy(list);
	return code ? err_set(err, EXIT_UNREACHABLE, "cannot commit: %s", rd_kafka_err2str(code))
		    : 0;
}

void consumer_pause(struct consumer *c, const char *topic, int32_t partition, bool pause)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(list, topic, partition);
	if (pause)
		(void)rd_kafka_pause_partitions(c->rk, list);
	else
		(void)rd_kafka_resume_partitions(c->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

int64_t consumer_high(const struct consumer *c, const char *topic, int32_t partition)
{
	int64_t low, high;

	if (rd_kafka_get_watermark_offsets(c->rk, topic, partition, &low, &high) || high < 0)
		return -1;
	return high;
}

void consumer_close(struct consumer *c, int64_t ms)
{
	int64_t deadline = clock_ms() + ms;
	rd_kafka_error_t *error;

	if (!c->group)
		return;
	error = rd_kafka_consumer_close_queue(c->rk, c->control);
	if (error) {
		rd_kafka_error_destroy(error);
		return;
	}
	while (!rd_kafka_consumer_closed(c->rk) && clock_ms() < deadline) {
		rd_kafka_event_t *ev = rd_kafka_queue_poll(c->control, 100);
		struct err ignored;

		if (!ev)
			continue;
		if (rd_kafka_event_type(ev) == RD_KAFKA_EVENT_REBALANCE) {
			client_to_places(rd_kafka_event_topic_partition_list(ev), &c->places);
			(void)consumer_unassign(c, &c->places, &ignored);
		}
		rd_kafka_event_destroy(ev);
	}
}
