/*
 * How a run ended, told from how its stages ended: the cause, not the consequence.
 * keb(7), EXIT STATUS. Pure: nothing here waits or prints.
 */
#ifndef KEB_KEBRUN_VERDICT_H
#define KEB_KEBRUN_VERDICT_H

#include "plan.h"

#include <stdint.h>

struct ending {
	int wait_status; /* as wait(2) gives it */
	int64_t at_ms;	 /* when it was noticed, monotonic */
	uint64_t sent;	 /* the signals that kebrun sent to it: bit n for signal n */
	enum role role;
	unsigned copy, stage; /* from 0 */
};

enum weight {
	WEIGHT_FINE,
	WEIGHT_CONSEQUENCE, /* counts only if nothing else failed */
	WEIGHT_CAUSE,
};

/* The signal that a stage died of, itself or as its shell reports it (128+n); 0 if none. */
int ending_signal(const struct ending *ending);
/* What it weighs; `reader` is the ending of the next stage, NULL for the last one. */
enum weight ending_weight(const struct ending *ending, const struct ending *reader);
/* The exit status that stands for it alone: its own, or 128+n. */
int ending_status(const struct ending *ending);

/*
 * The endings of all stages, copy by copy and in the order of their stages. Returns
 * the exit status and sets *culprit to the index that decided it, n if none did.
 */
int verdict(const struct ending *endings, size_t n, size_t *culprit);

#endif
