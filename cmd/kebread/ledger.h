/*
 * What was handed out and what became of it, partition by partition: the promise of
 * kebread in one place. Pure: no I/O, no clock, so that a test can drive a million
 * histories through it.
 *
 * A tenure is one assignment of one partition, with an epoch of its own. Records are
 * handed out in the order of their offsets (which may have gaps) and settled in any
 * order; the watermark is the offset up to which everything is settled, which is what
 * may be committed. Statuses of other epochs are stale and change nothing.
 */
#ifndef KEB_KEBREAD_LEDGER_H
#define KEB_KEBREAD_LEDGER_H

#include "status/status.h"

struct ledger;
struct tenure;

struct ledger_conf {
	const char *run; /* see token.h; copied */
	/*
	 * A tenure is full when this many records lie between its watermark and its end:
	 * settled ones behind a stuck one would all be read again after a crash.
	 */
	size_t window;
	bool hold_rejected;  /* a rejected record holds the watermark back (--on-reject stop) */
	bool hold_discarded; /* likewise a discarded one (something is committed) */
};

struct ledger_counts {
	uint64_t records, bytes; /* in flight now */
	uint64_t handed_out;
	uint64_t settled[OUTCOME_DISCARDED + 1]; /* records by outcome */
	uint64_t stale, unknown, again;		 /* statuses */
	uint64_t taken_back;			 /* records */
	uint64_t abandoned;			 /* records in flight when their tenure ended */
};

enum ledger_got {
	LEDGER_SETTLED, /* the record is settled now */
	LEDGER_PART,	/* a part of it, others are missing */
	LEDGER_AGAIN,	/* was settled before */
	LEDGER_STALE,	/* of an assignment that is over, or of another process */
	LEDGER_UNKNOWN, /* no token of kebread, or of a record that was not handed out */
};

struct ledger *ledger_new(const struct ledger_conf *conf);
void ledger_free(struct ledger *ledger);
const struct ledger_counts *ledger_counts(const struct ledger *ledger);

/* The first offset that may come is `start`. The tenure belongs to the ledger. */
struct tenure *ledger_begin(struct ledger *ledger, const char *topic, int32_t partition,
			    int64_t start);
/* From now on its tokens are stale. What was in flight is unsettled and in nobody's hand. */
void ledger_end(struct ledger *ledger, struct tenure *tenure);

/* Appends the token of a record, without quotes. */
void tenure_token(const struct tenure *tenure, struct buf *to, int64_t offset);
/* False when the offset was passed already: the record is not to be handed out. */
bool ledger_hand_out(struct ledger *ledger, struct tenure *tenure, int64_t offset, size_t bytes);

/*
 * A status came (`token` as it stood in the line, parts included). *outcome is the
 * status' and becomes the whole record's when LEDGER_SETTLED is answered.
 */
enum ledger_got ledger_settle(struct ledger *ledger, struct slice token, enum outcome *outcome);

/* The record was never written: nobody will settle it, and it holds the watermark. */
bool ledger_take_back(struct ledger *ledger, struct slice token);

int64_t tenure_watermark(const struct tenure *tenure); /* the offset to commit: next to be read */
int64_t tenure_next(const struct tenure *tenure);      /* the first that was not handed out */
uint64_t tenure_in_flight(const struct tenure *tenure);
bool tenure_full(const struct tenure *tenure);
bool tenure_roomy(const struct tenure *tenure); /* at most half full: reading may go on */

/* Records that hold a watermark back and will not be settled: rejected, discarded. */
uint64_t ledger_held(const struct ledger *ledger);

/* Appends the token of the record that is in flight for longest; false if there is none. */
bool ledger_oldest(const struct ledger *ledger, struct buf *to);

#endif
