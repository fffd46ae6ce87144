/*
 * From partitions to positions: asks the brokers what start.h needs to know, remembers
 * what the topics looked like at the start, and applies --on-gap.
 */
#ifndef KEB_KEBREAD_RESOLVE_H
#define KEB_KEBREAD_RESOLVE_H

#include "ask.h"
#include "checkpoint.h"
#include "start.h"

struct resolver;

struct resolver_conf {
	struct rd_kafka_s *client;
	const struct start *start;
	bool group;			     /* what is committed counts */
	const struct checkpoint *checkpoint; /* likewise what it says; NULL: none */
	bool gap_oldest;
};

struct resolver *resolver_new(const struct resolver_conf *conf);
void resolver_free(struct resolver *r);

/*
 * Notes how the topics are at the start: `found` lists their partitions, those of one topic
 * in a row. Adds to `ends` each partition that has something to read, and where that ends.
 */
enum ask_got resolver_meet(struct resolver *r, const struct places *found, int ms,
			   struct places *ends, struct err *err);

/* One position for each place, in order; room for places->n. Waits for about `ms` at most. */
enum ask_got resolver_ask(struct resolver *r, const struct places *places, int ms,
			  struct start_position *positions, struct err *err);

/*
 * Reading ran out of the partition's range at `offset` (retention was faster, or the
 * topic is another one): sets it to the oldest record, or ASK_REFUSED with err
 * (EXIT_NEGATIVE) under --on-gap stop.
 */
enum ask_got resolver_gap(struct resolver *r, const char *topic, int32_t partition, int ms,
			  int64_t *offset, struct err *err);

/* The note of a commit that says how many partitions the topic had at the start. */
void resolver_note(const struct resolver *r, const char *topic, char note[32]);

#endif
