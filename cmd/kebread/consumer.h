/*
 * The Kafka client. All of librdkafka that kebread uses is behind this header and
 * ask.h, with the ways around the faults of 2.0.2: one shared queue for the messages
 * of all partitions (so that one budget holds for all prefetched data), the group's
 * events in another one that is always served (so that back-pressure never costs the
 * membership), no seek, no batch calls, a bounded close.
 */
#ifndef KEB_KEBREAD_CONSUMER_H
#define KEB_KEBREAD_CONSUMER_H

#include "base/err.h"
#include "kafka/conf.h"
#include "place.h"
#include "record.h"

#include <stdbool.h>

struct consumer;
struct rd_kafka_s;

struct consumer_conf {
	struct kafka_conf *kafka; /* taken, whatever happens */
	const char *group;	  /* NULL: no group, partitions are assigned by hand */
	const char *const *topics;
	size_t n_topics;
	const char *const *ignore; /* topics that no expression takes */
	size_t n_ignore;
	uint64_t prefetch; /* bytes of messages held before they are handed out */
};

/* NULL with err: EXIT_USAGE for bad or owned properties, EXIT_LOCAL. Connects in the background. */
struct consumer *consumer_new(const struct consumer_conf *conf, struct err *err);
struct rd_kafka_s *consumer_client(const struct consumer *c); /* for ask.h */

int consumer_wake_fd(const struct consumer *c); /* readable when something may have come */
void consumer_woken(struct consumer *c);	/* empties it; call before looking */

/* Joins the group (only with one). -1 with err. */
int consumer_subscribe(struct consumer *c, const char *const *topics, size_t n, struct err *err);
bool consumer_hides(const struct consumer *c, const char *topic); /* see hidden.h */
bool consumer_is_cooperative(const struct consumer *c);
bool consumer_is_lost(const struct consumer *c); /* the group has given our partitions away */

/* --- what the client says ----------------------------------------------------------- */

enum consumer_said {
	SAID_NOTHING,
	SAID_ASSIGNED,	/* answer with consumer_assign, now or later */
	SAID_REVOKED,	/* answer with consumer_unassign, after the drain */
	SAID_COMMITTED, /* places as committed, error of each or of all in code */
	SAID_TROUBLE,	/* the client goes on by itself: text is worth a message */
	SAID_REFUSED,	/* credentials, permissions, fatal: running on makes no sense */
};

struct consumer_event {
	enum consumer_said said;
	const struct places *places; /* until the next call */
	int code;		     /* librdkafka's error code, 0 if none */
	char text[400];
};

/* Never waits. Serve it until SAID_NOTHING in every turn of the loop. */
void consumer_listen(struct consumer *c, struct consumer_event *event);

/* Answers to the two rebalance events; without a group assign starts and unassign stops. */
int consumer_assign(struct consumer *c, const struct places *places, struct err *err);
int consumer_unassign(struct consumer *c, const struct places *places, struct err *err);

/* Without a group: leaves the partition and reads it again from place->offset. */
int consumer_move(struct consumer *c, const struct place *place, struct err *err);

/*
 * With a group: gives up all partitions (SAID_REVOKED comes) and joins it again. That is
 * how a partition that ran out of its range goes on: seeking does nothing there in 2.0.2,
 * and assigning it again undoes the forwarding to our queue.
 */
int consumer_rejoin(struct consumer *c, struct err *err);

#define CONSUMER_NO_OFFSET (-168) /* librdkafka: there was nothing to commit */
bool consumer_refuses(int code);  /* trying again makes no sense */
bool consumer_misses(int code);	  /* a topic that was there is gone */
const char *consumer_code_text(int code);

/* --- messages ----------------------------------------------------------------------- */

enum consumer_got {
	GOT_NOTHING,
	GOT_MESSAGE,
	GOT_END,     /* of the partition for now: message.offset is the next one */
	GOT_GAP,     /* message.offset is not there: out of the partition's range */
	GOT_TROUBLE, /* text says what */
};

struct consumer_item {
	const char *topic;
	int32_t partition;
	const void *topic_key;	/* the same for messages of the same topic */
	struct message message; /* without place; valid until the next call */
	int code;
	const char *text;
};

enum consumer_got consumer_take(struct consumer *c, struct consumer_item *item);

/* --- offsets ------------------------------------------------------------------------ */

/* Stored offsets are committed by the client every second, and never in a rebalance. */
void consumer_store(struct consumer *c, const struct places *places);
/* Commits now; the answer comes as SAID_COMMITTED. */
int consumer_commit(struct consumer *c, const struct places *places, struct err *err);

/* Stops and resumes fetching; what was prefetched of the partition is thrown away. */
void consumer_pause(struct consumer *c, const char *topic, int32_t partition, bool pause);

/* One past the last record as of the last fetch; -1 if not known. Never waits. */
int64_t consumer_high(const struct consumer *c, const char *topic, int32_t partition);

/*
 * Leaves the group, at most for ms. Nothing may be called after it, and the process is
 * to end by _exit(2): the client's threads are left to themselves, since its own
 * destructor can hang for minutes (librdkafka 2.0.2).
 */
void consumer_close(struct consumer *c, int64_t ms);

#endif
