/*
 * Which lines of a filter's output answer which line of its input, told from their
 * tokens. Pure: nothing here waits, reads or writes.
 *
 * A filter answers in the order in which it was asked. So when a line with a later
 * token comes, the one at hand has had all its answers: one goes on as it is, several
 * become the parts ~1/n to ~n/n. They are held until then, since n is not known before.
 * A line that is passed over is filtered, but that is said at the end of the run only,
 * when the filter has read all and ended well (pairing_end): a filter that keeps no
 * order would answer it later, and it has to be unsettled when that is found out.
 *
 * One pairing sees lines with tokens or lines without, not both (pairing_fits): a
 * line without a token in the output would else be either. Without tokens there is
 * nothing to settle, and the output goes on as it comes.
 */
#ifndef KEB_KEBEXEC_PAIRING_H
#define KEB_KEBEXEC_PAIRING_H

#include "event/marks.h"

struct pairing;

/* What was decided, in the order of the input. The slices live until the call returns. */
struct pairing_to {
	/* A line that goes on, without LF; its marks are those that it has now. */
	void (*line)(void *ctx, struct slice line, const struct marks *marks);
	/* A line that nothing came of; at the end of a run. */
	void (*filtered)(void *ctx, const struct marks *marks);
	void *ctx;
};

enum pairing_came {
	PAIRING_GOOD,
	PAIRING_NO_TOKEN, /* the line has lost _ack and _acks */
	PAIRING_UNKNOWN,  /* no line with these tokens was sent */
	PAIRING_TOO_LATE, /* it was, before one that was answered already */
	PAIRING_TOO_MUCH, /* more than max_held bytes of answers to one line */
};

struct pairing *pairing_new(const struct pairing_to *to, size_t max_held);
void pairing_free(struct pairing *p);

/* Whether a line may be sent: of the same kind as those that were. */
bool pairing_fits(const struct pairing *p, const struct marks *marks);
/* A line is given to the filter; its marks are copied. */
void pairing_sent(struct pairing *p, const struct marks *marks);
/* A line came from it, checked and its marks located. What is not PAIRING_GOOD changes nothing. */
enum pairing_came pairing_came(struct pairing *p, struct slice line, const struct marks *marks);
/* The filter has read its whole input and ended well: everything is settled, a new run may begin.
 */
void pairing_end(struct pairing *p);

/* Lines sent since the last end. */
size_t pairing_count(const struct pairing *p);

#endif
