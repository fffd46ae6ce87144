/*
 * What becomes of an entry, from the line it was read from to its settlement: delivered,
 * rejected, or sent again, and when. Keeps --max-attempts and --max-age. No clock, no
 * I/O but the report's.
 *
 * An entry that keeps failing holds up its ordering group and nothing else. When that
 * has lasted half a minute the group is named in a warning, one a minute for all
 * groups, and counted as blocked until the entry is settled.
 */
#ifndef KEB_KEBPUT_FATE_H
#define KEB_KEBPUT_FATE_H

#include "aws/outage.h"
#include "entry.h"
#include "outcome.h"

#define FATE_BLOCKED_MS 30000

struct fate_conf {
	int64_t max_age_ms;    /* 0: no limit */
	uint64_t max_attempts; /* 0: no limit */
	struct window *window; /* all borrowed */
	struct entry_pool *pool;
	struct report *report;
	const struct outage *outage;
};

struct fate;

struct fate *fate_new(const struct fate_conf *conf);
void fate_free(struct fate *f);

/* The entry is read: it queues in the window. */
void fate_begin(struct fate *f, struct entry *e);

/* The three ends. The entry goes back to the pool. */
void fate_delivered(struct fate *f, struct entry *e, struct slice id, int64_t now_ms);
void fate_rejected(struct fate *f, struct entry *e, enum reject_class class, struct slice code,
		   struct slice raw_message);
/* True, and rejected: too old, and not for want of an endpoint, since later ones arrived. */
bool fate_expired(struct fate *f, struct entry *e, int64_t now_ms);

/* A request with the entry went out, and no answer came. */
void fate_unknown(struct fate *f, struct entry *e);
/* The next answer: its entries that failed as often back off together, to fill a request again. */
void fate_answer(struct fate *f);
/* The service named the entry as failed or throttled: again later, unless it is enough. */
void fate_failed(struct fate *f, struct entry *e, const struct entry_outcome *outcome,
		 int64_t now_ms);
/* Again, not before at_ms: the call failed, which says nothing about the entry. */
void fate_again_at(struct fate *f, struct entry *e, int64_t at_ms);

struct fate_counts {
	uint64_t retried; /* entries that were sent again */
	uint64_t blocked; /* groups, now */
	uint64_t maybe;	  /* unsettled entries that may have arrived */
	size_t queued;	  /* bytes of the entries that are read and unsettled */
};

const struct fate_counts *fate_counts(const struct fate *f);

#endif
