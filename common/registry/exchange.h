/*
 * One HTTP call at a time, to its end, by a program that has to wait for it: a record
 * cannot be decoded before its schema is there. What else has to be seen meanwhile (a
 * reader that leaves, a signal) is the program's to say.
 */
#ifndef KEB_REGISTRY_EXCHANGE_H
#define KEB_REGISTRY_EXCHANGE_H

#include "aws/credentials.h"
#include "aws/outage.h"
#include "aws/retry.h"
#include "base/buf.h"
#include "http/client.h"

#define REGISTRY_WATCHED 4

/* Functions of the program; all NULL: nothing else is to be seen. */
struct registry_wait {
	/*
	 * Fills at most REGISTRY_WATCHED, says how many, and how long the wait may be (-1: no
	 * matter); flushes what must not wait.
	 */
	size_t (*before)(void *ctx, struct pollfd *fds, int64_t *most_ms);
	/* False: the run is over. */
	bool (*after)(void *ctx, const struct pollfd *fds);
	void *ctx;
};

/* Borrows what it points to; one call after the other. Zero but these is the start. */
struct exchange {
	struct http *http;
	const struct registry_wait *wait;
	struct outage *outage;
	struct credentials *credentials; /* NULL: none to be renewed */
	struct retry_chance chance;
	struct retry_quota quota;
	enum retry last;   /* why the call at hand was made again */
	unsigned failures; /* in a row */

	bool done;
	enum http_failure failure;
	int status;
	struct buf body, error_type, date, hint; /* of the answer */
	char why[200];				 /* for a failure */
};

void exchange_free(struct exchange *x);

/* The http_done_fn of a call that was started; ctx is the exchange. */
void exchange_done(void *ctx, const struct http_answer *answer);

/* All three: 0; -1 with err, whose text is empty where the program said that the run is over. */
int exchange_await(struct exchange *x, struct err *err);
int exchange_pause(struct exchange *x, int64_t ms, struct err *err);
/* After a call that is worth another try: notes the outage, waits. -1 too when it lasts too long.
 */
int exchange_again(struct exchange *x, enum retry kind, const char *why, struct err *err);

/* A call went well. */
void exchange_good(struct exchange *x);

#endif
