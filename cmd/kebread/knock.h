/*
 * Wakes the client's connections. When the prefetched messages reach their limit, a
 * connection of librdkafka before 2.2 looks again only after a second, or when anything
 * else happens on it (librdkafka issue 2879): a sink that is slower than the brokers
 * then gets one budget of messages a second. So, as messages are taken, something else
 * is made to happen: the ends of the partitions are asked for, by a thread of its own
 * since the question waits for its answer.
 */
#ifndef KEB_KEBREAD_KNOCK_H
#define KEB_KEBREAD_KNOCK_H

#include "place.h"

struct knocker;
struct rd_kafka_s;

/* NULL where no thread can be had: it works without, in gulps. Lives as long as the process. */
struct knocker *knocker_new(struct rd_kafka_s *rk);

/* From now on these partitions' leaders are asked too, or no longer. */
void knocker_add(struct knocker *k, const struct places *places);
void knocker_remove(struct knocker *k, const struct places *places);

/* Never waits. Knocks that come while one is under way are one. */
void knocker_knock(struct knocker *k);

#endif
