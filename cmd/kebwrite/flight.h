/*
 * The records that were sent and are not confirmed yet: for each the tokens that its
 * outcome is to be told to. Bounded by the caller; slots are reused.
 */
#ifndef KEB_KEBWRITE_FLIGHT_H
#define KEB_KEBWRITE_FLIGHT_H

#include "report/report.h"

struct slot {
	struct slot *next;  /* free */
	struct slot *older; /* made before */
	struct buf tokens;  /* what the slices of origin.marks point into */
	struct report_origin origin;
	size_t bytes;
};

struct flight {
	struct slot *free;
	struct slot *newest;
	size_t records, bytes; /* in flight */
};

struct slot *flight_take(struct flight *f, const struct report_origin *origin, size_t bytes);
void flight_return(struct flight *f, struct slot *slot);
void flight_free(struct flight *f); /* when the producer is gone */

#endif
