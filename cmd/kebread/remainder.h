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
};

struct remainder *remainder_new(const struct remainder_conf *conf);
void remainder_free(struct remainder *r);

/* Partitions that are left and not ours. */
size_t remainder_of_others(const struct remainder *r, const struct assignment *ours);

/*
 * To be called when ours are read to their ends and committed: asks, now and then, how far
 * the others have committed theirs, and warns when they make no progress. 1: nothing is
 * left, 0: not yet, -1 with err.
 */
int remainder_ask(struct remainder *r, const struct assignment *ours, int64_t now_ms,
		  struct err *err);
/* Ours are not at their ends (any more): asking begins anew. */
void remainder_rest(struct remainder *r);

/* Appends how many are left and how far one of them is. */
void remainder_describe(const struct remainder *r, const struct assignment *ours, struct buf *to);

#endif
