/*
 * Rejected records, whoever rejected them: what --on-reject says is done, a message is
 * written now and then, and what ends the run is kept as a verdict for the loop.
 */
#ifndef KEB_KEBREAD_REJECTS_H
#define KEB_KEBREAD_REJECTS_H

#include "letters.h"
#include "policy.h"

struct rejects;

struct rejects_conf {
	struct policy *policy;
	struct letters *letters; /* NULL: no rule sends any */
};

struct rejects *rejects_new(const struct rejects_conf *conf);
void rejects_free(struct rejects *r);

/* What the policy means for the ledger, before it is asked. */
enum ledger_fate rejects_fate(const struct rejects *r, bool has_class, enum reject_class class,
			      int64_t now_ms);

/*
 * The ledger has taken a status with which a record, or a part of it, was rejected
 * (`got` is LEDGER_SETTLED or LEDGER_PART), or the last part of such a record. `text`
 * says so, as a message; what the context has of the record itself is not looked at.
 */
struct rejected {
	struct slice token;
	const char *text;
	const struct context *why; /* NULL: this status rejects nothing, an earlier part did */
};
void rejects_take(struct rejects *r, const struct rejected *rejected, enum ledger_got got,
		  const struct ledger_status *status, int64_t now_ms);

/* What ends the run: a record that stops it, too many of them. NULL: nothing. */
const struct err *rejects_verdict(const struct rejects *r);

/* Whole records rejected, by class; the last count is of those without one. */
const uint64_t *rejects_counts(const struct rejects *r);

#endif
