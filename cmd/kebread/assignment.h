/*
 * The partitions that are ours: taken when the group (or the start) assigns them, with
 * a resolved position that is committed before the first record goes out; given up
 * after a bounded wait for outstanding statuses; and what of them is committed.
 */
#ifndef KEB_KEBREAD_ASSIGNMENT_H
#define KEB_KEBREAD_ASSIGNMENT_H

#include "checkpoint.h"
#include "consumer.h"
#include "holding.h"
#include "resolve.h"

#define REVOKE_DRAIN_MS 2500 /* how long a partition that was revoked waits for statuses */

struct assignment;

struct assignment_conf {
	struct consumer *consumer;
	struct resolver *resolver;
	struct ledger *ledger;	       /* NULL: nothing is settled */
	struct checkpoint *checkpoint; /* NULL: none */
	bool group;
};

struct assignment *assignment_new(const struct assignment_conf *conf);
void assignment_free(struct assignment *a);

/* Without a group: these are ours from now on. */
void assignment_by_hand(struct assignment *a, const struct places *places);
/* SAID_ASSIGNED, SAID_REVOKED and SAID_COMMITTED. 0, or -1 with err. */
int assignment_hear(struct assignment *a, const struct consumer_event *event, struct err *err);
/* What time brings: positions, drains, commits. Once a turn. 0, or -1 with err. */
int assignment_turn(struct assignment *a, int64_t now_ms, struct err *err);
/* When assignment_turn wants to be called again, at the latest. */
int64_t assignment_deadline(const struct assignment *a, int64_t now_ms);

/* Whether messages may be taken: all positions are known and committed. */
bool assignment_is_ready(const struct assignment *a);
/* The partition of a message; NULL if it is not ours (any more). */
struct partition *assignment_find(struct assignment *a, const struct consumer_item *item);
bool assignment_holds(const struct assignment *a, const char *topic, int32_t number);
/* Its end was reached: fetching stops. */
void assignment_ended(struct assignment *a, struct partition *p);
/* The partition's window is full, or has room again. */
void assignment_pause(struct assignment *a, struct partition *p, bool pause);
/* Reading ran out of the partition's range. 0, or -1 with err (--on-gap stop). */
int assignment_gap(struct assignment *a, struct partition *p, struct err *err);
/* All partitions are; also when the group has given us none. Never between two assignments. */
bool assignment_all_ended(const struct assignment *a);
/* One that is not; NULL: none. */
const struct partition *assignment_unended(const struct assignment *a);

/*
 * Towards the end: 1 when everything that is settled is committed and the brokers have
 * said so (or the checkpoint is on disk), 0 not yet, -1 with err.
 */
int assignment_settle(struct assignment *a, int64_t now_ms, struct err *err);

struct partition *const *assignment_list(const struct assignment *a, size_t *n);
uint64_t assignment_rebalances(const struct assignment *a);

#endif
