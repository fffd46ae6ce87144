/*
 * What kebread's metrics file says, and whom it asks.
 */
#ifndef KEB_KEBREAD_GAUGES_H
#define KEB_KEBREAD_GAUGES_H

#include "assignment.h"
#include "letters.h"
#include "rejects.h"
#include "report/metrics.h"

/* Where the numbers stand; all borrowed. */
struct gauges {
	const struct consumer *consumer;
	const struct assignment *assignment;
	const struct ledger *ledger;   /* NULL: none */
	const struct rejects *rejects; /* NULL as well then */
	const struct letters *letters; /* NULL: no dead letters */
};

/* Counts of the loop. */
struct tally {
	uint64_t records, bytes; /* handed out */
	uint64_t refused;	 /* not handed out: too large, no dead letter */
	uint64_t exhausted;	 /* dead letters that were redriven often enough */
	bool bounded;		 /* an end is known: the progress line has an ETA */
};

/* A round of metrics but its end: metrics_end is the caller's. */
void gauges_fill(struct metrics *m, const struct gauges *g, const struct tally *tally);

/* Records between what is settled of the partition and its end. */
int64_t gauges_lag(const struct gauges *g, const struct partition *p);

#endif
