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
	void (*release)(void *copy); /* of what ledger_attach gave; NULL: nothing is attached */
};

struct ledger_counts {
	uint64_t records, bytes;		 /* in flight now */
	uint64_t settled[OUTCOME_DISCARDED + 1]; /* records by outcome */
	uint64_t stale, unknown, again;		 /* statuses */
	uint64_t abandoned;			 /* records in flight when their tenure ended */
};

/* What a status means for the watermark; of a record's parts the worst one counts. */
enum ledger_fate {
	FATE_SETTLED,
	FATE_LETTER, /* rejected, and settled once its dead letter is confirmed */
	FATE_HELD,   /* rejected or discarded, and holds the watermark back */
};

struct ledger_status {
	enum outcome outcome; /* what the status says; with LEDGER_SETTLED: the record's */
	enum ledger_fate fate;
	/* filled in with LEDGER_SETTLED and LEDGER_PART: */
	uint64_t epoch;
	int64_t offset;
	/* What was attached: the caller's from now on if the record is settled with FATE_LETTER,
	 * NULL if it is settled otherwise, since then it was released. */
	void *copy;
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

/* Nothing below offset comes any more: markers of transactions, what was compacted away. */
void tenure_pass(struct tenure *tenure, int64_t offset);

/* What is kept of the record that was handed out last: the ledger's, until it is settled. */
void ledger_attach(struct tenure *tenure, void *copy);

/* A status came; `token` as it stood in the line, parts included. */
enum ledger_got ledger_settle(struct ledger *ledger, struct slice token,
			      struct ledger_status *status);

/*
 * The dead letter of a record that was settled with FATE_LETTER is confirmed: now it is.
 * False when its tenure has ended meanwhile: the record comes again.
 */
bool ledger_confirm(struct ledger *ledger, uint64_t epoch, int64_t offset);

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
