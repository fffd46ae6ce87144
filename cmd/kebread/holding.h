/*
 * The partitions that are ours, and of each how far it was read, settled, told to the
 * client, and committed. Pure: no I/O, no clock, so that a test can drive a million
 * histories of assignments, revocations and refused commits through it.
 *
 * A partition that is given up while the commit of its settled records is not confirmed
 * (a group in mid-rebalance may refuse it) is owed: if it comes back it goes on where
 * everything below is settled; if it does not, its new owner repeats a little.
 */
#ifndef KEB_KEBREAD_HOLDING_H
#define KEB_KEBREAD_HOLDING_H

#include "ledger.h"
#include "place.h"
#include "start.h"

struct partition {
	char *topic;
	int32_t number;
	struct partition *same; /* in its hash bucket */
	struct buf place;	/* see record_place */
	struct tenure *tenure;	/* NULL without a ledger */
	int64_t next;		/* the offset that comes next */
	int64_t end;		/* where reading ends; START_NONE: nowhere */
	int64_t stored;		/* told to the client */
	int64_t confirmed;	/* committed for sure, or in the checkpoint */
	bool ended, paused;
	bool draining;	  /* revoked: its messages are not handed out any more */
	bool unconfirmed; /* its start is not committed yet */
};

struct holding;

struct holding *holding_new(struct ledger *ledger); /* NULL: nothing is settled */
void holding_free(struct holding *h);

/* --- which are ours ------------------------------------------------------------------- */

/*
 * Ours from now on, to be read from *at, which is moved on to what is owed of it unless
 * somebody else has gone beyond that or back meanwhile. `commits`: a start that is not
 * committed is to be.
 */
struct partition *holding_add(struct holding *h, const char *topic, int32_t number,
			      const struct start_position *at, bool commits);
/* Where holding_add would begin. */
int64_t holding_resume(const struct holding *h, const char *topic, int32_t number,
		       const struct start_position *at);
/* After an assignment: what did not come back is another member's. */
void holding_forget_owed(struct holding *h);

void holding_revoke(struct holding *h, const char *topic, int32_t number);
uint64_t holding_outstanding(const struct holding *h); /* unsettled, of what was revoked */
void holding_give_up(struct holding *h);	       /* what was revoked is no longer ours */

struct partition *holding_find(const struct holding *h, const char *topic, int32_t number);
struct partition *const *holding_list(const struct holding *h, size_t *n);

/* --- how far ---------------------------------------------------------------------------- */

int64_t partition_watermark(const struct partition *p);
/* Nothing that was not handed out lies below offset. */
void partition_pass(struct partition *p, int64_t offset);

/* Adds the watermarks that the client was not told of; from now on it was. */
void holding_take_unstored(struct holding *h, struct places *to);
/* Adds the starts that are not committed; or the watermarks that are not. */
void holding_starts(const struct holding *h, struct places *to);
void holding_uncommitted(const struct holding *h, struct places *to);

void holding_confirm(struct holding *h, const char *topic, int32_t number, int64_t offset);
void holding_confirm_stored(struct holding *h); /* all that the client was told */

size_t holding_unconfirmed(const struct holding *h); /* starts that are not committed */
size_t holding_owed(const struct holding *h);

#endif
