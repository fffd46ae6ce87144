/*
 * A limit on what is sent: so many requests, events or bytes a second. Pure.
 *
 * What is sent is taken from a balance that grows with time, at most to what a tenth
 * of a second gives; sending is allowed while the balance is not negative.
 *
 * Throttling takes the rate down to seven tenths, at most twice a second; what goes
 * well takes it up again, by a twentieth of the limit each second.
 */
#ifndef KEB_KEBPUT_RATE_H
#define KEB_KEBPUT_RATE_H

#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

enum rate_unit {
	RATE_NONE,
	RATE_REQUESTS,
	RATE_EVENTS,
	RATE_BYTES,
};

struct rate {
	enum rate_unit unit;
	double per_ms;
	double balance, most;
	double share; /* of per_ms that is used now: 1 unless it was throttled */
	int64_t at_ms, throttled_ms;
};

/*
 * "100req", "5000ev", "1MB", each also with "/s" behind it. `copies` >= 1 share it. 0, or -1 with
 * err (EXIT_USAGE).
 */
int rate_parse(struct rate *rate, const char *text, uint64_t copies, struct err *err);

/* Milliseconds until something may be sent; 0: now. */
int64_t rate_wait(struct rate *rate, int64_t now_ms);
void rate_throttled(struct rate *rate, int64_t now_ms);
void rate_spend(struct rate *rate, uint64_t requests, uint64_t events, uint64_t bytes);

#endif
