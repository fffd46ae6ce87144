/*
 * With -e in a group: what the group as a whole has still to read. A member that ends may
 * be given partitions in that very moment, and if all others have ended by then nobody
 * reads them. So none ends before what is committed has reached the ends of all
 * partitions, whoever reads them; until then it stays, to be given what others leave.
 */
#ifndef KEB_KEBREAD_REMAINDER_H
#define KEB_KEBREAD_REMAINDER_H

#include "assignment.h"

struct remainder;

struct remainder_conf {
	struct rd_kafka_s *client;
	const char *const *topics; /* as subscribed to */
	size_t n_topics;
	const struct places *ends; /* the partitions with something to read, and where that ends */
	struct assignment *assignment; /* ours */
	const struct ledger *ledger;
	int64_t limit_ms; /* how long others are waited for; -1: until they are done */
};

struct remainder *remainder_new(const struct remainder_conf *conf);
void remainder_free(struct remainder *r);

/* Ours are not at their ends (any more). */
void remainder_rest(struct remainder *r);

/*
 * Ours are read to their ends: whether this member may end, in every turn. What is settled
 * is committed, since others wait for it, and now and then it asks how far they are.
 * heard_at: when the last status came. 1: it may, 0: it waits, -1 with err.
 */
int remainder_turn(struct remainder *r, int64_t heard_at_ms, int64_t now_ms, struct err *err);
/* What others had still to read when the limit was over; NULL: it was not. */
const char *remainder_given_up(struct remainder *r);

#endif
