/*
 * How often an endpoint is asked that answers nothing: once calls have failed one after the
 * other, one request at a time finds out whether it is back, half a second after the last
 * one failed, then a second, and so on up to five. The first that is answered lets all go
 * on. Pure.
 *
 * The pattern is a circuit breaker ("Timeouts, retries, and backoff with jitter", Amazon
 * Builders' Library): each client of a service in trouble backs off by itself, but with
 * hundreds of entries waiting, each in its own backoff, the sum is still a load.
 */
#ifndef KEB_KEBPUT_CIRCUIT_H
#define KEB_KEBPUT_CIRCUIT_H

#include "aws/retry.h"

#define CIRCUIT_FAILURES     32	  /* calls in a row, and it opens */
#define CIRCUIT_THROTTLED_MS 5000 /* ... over so long, where they have brakes of their own */
#define CIRCUIT_LONGEST_MS   5000 /* between two probes */

/* Zero: closed, requests go as they like. */
struct circuit {
	bool open;
	unsigned failures; /* calls in a row */
	unsigned probes;   /* that failed */
	int64_t since_ms;  /* the first of them */
	int64_t next_ms;   /* of the next probe */
};

/* How long to wait until a request may be sent, 0: now. */
int64_t circuit_wait(const struct circuit *c, int64_t now_ms);

/*
 * A request goes out. True: it is a probe, and the next one waits for it, or for
 * CIRCUIT_LONGEST_MS where the endpoint hangs.
 */
bool circuit_sent(struct circuit *c, int64_t now_ms);

/*
 * A call failed, for this reason, with this x-amz-retry-after. RETRY_THROTTLED, too, for an
 * answer in which every entry failed: throttling and entries back off by themselves, and
 * have longer until the circuit opens. A call that was under way when it opened says
 * nothing new.
 */
void circuit_failed(struct circuit *c, bool probe, enum retry kind, struct slice hint,
		    struct retry_chance *chance, int64_t now_ms);

/* A call was answered. True: the circuit was open until now. */
bool circuit_answered(struct circuit *c);

#endif
