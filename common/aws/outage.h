/*
 * Calls that fail one after the other: since when, what is said about it (after a
 * second, then once a minute), and when it is enough.
 */
#ifndef KEB_AWS_OUTAGE_H
#define KEB_AWS_OUTAGE_H

#include "base/err.h"
#include "base/msg.h"

#include <stdbool.h>
#include <stdint.h>

struct outage {
	int64_t limit_ms; /* -1: for ever; 0: a first failure is enough */
	int64_t since_ms; /* 0: calls go well */
	int64_t well_ms;  /* when a call went well last */
	bool told;
	struct msg_gate gate;
	char why[256];
};

/* `why`: cause and subject, e.g. "cannot reach 'https://...': connection refused". */
void outage_failed(struct outage *o, int64_t now_ms, const char *why);
/* The same, of a call that was begun at began_ms: the time in which an endpoint hung counts. */
void outage_hung(struct outage *o, int64_t began_ms, int64_t now_ms, const char *why);
void outage_over(struct outage *o, int64_t now_ms);

/* Whether the limit has passed: then err (EXIT_UNREACHABLE) says so. */
bool outage_spent(const struct outage *o, int64_t now_ms, struct err *err);
/* When outage_spent may change: a time, or -1. */
int64_t outage_due(const struct outage *o);

/*
 * How long a call that begins now may take, most_ms at most: none runs past the limit. With a
 * limit of 0 each is made once, and has its time.
 */
int64_t outage_time_ms(const struct outage *o, int64_t now_ms, int64_t most_ms);

#endif
