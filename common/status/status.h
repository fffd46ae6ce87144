/*
 * Status lines, both ways: what a program writes to the status fd when it ends a
 * record's journey, and what kebread reads from its ack fd. keb(7), STATUS PROTOCOL.
 *
 * Every write(2) ends at LF and is at most PIPE_BUF bytes, so writers can share the
 * pipe; free text is cut to fit, never inside a character or an escape.
 */
#ifndef KEB_STATUS_STATUS_H
#define KEB_STATUS_STATUS_H

#include "base/buf.h"
#include "base/err.h"
#include "event/marks.h"

#include <stdint.h>

enum outcome {
	OUTCOME_UNKNOWN, /* a status of a later version: ignored by readers */
	OUTCOME_DELIVERED,
	OUTCOME_FILTERED,
	OUTCOME_REJECTED,
	OUTCOME_DISCARDED, /* frees the place in flight, advances no commit */
};

/* Why a record was rejected: policies go by it. */
enum reject_class {
	REJECT_DECODE,	  /* payload cannot be decoded */
	REJECT_INVALID,	  /* decoded, but no valid event or object can be made of it */
	REJECT_TOO_LARGE, /* over a limit of keb or of the service */
	REJECT_EXPIRED,	  /* older than --max-age */
	REJECT_REFUSED,	  /* the service refused it for good */
	REJECT_CLASSES,
};

const char *outcome_name(enum outcome outcome);
const char *reject_class_name(enum reject_class class); /* "decode", "too-large", ... */
bool reject_class_parse(struct slice name, enum reject_class *class);

struct settlement {
	enum outcome outcome;
	struct slice id;	 /* delivered: event id, may be absent */
	enum reject_class class; /* rejected: this and the three below */
	struct slice code;	 /* UTF-8, unescaped, may be absent */
	struct slice error;
	uint32_t attempts; /* 0: not said */
};

/*
 * Appends the status line(s) of a settlement with their LF: one for _ack, one for
 * each token of _acks; none if the line carries no token. `by` is the program.
 * No token is longer than TOKEN_MAX: event_parse and record_parse see to it.
 */
void status_add(struct buf *to, const struct marks *marks, const struct settlement *s,
		const char *by);

/*
 * What there is to say of an outcome, as members with a comma in front of each: "id" of what
 * was delivered; "class", "code", "error" and "attempts" of what was rejected. A text that is
 * absent or empty is left out, one that is no UTF-8 is not shown, one that is longer than
 * text_max once escaped is cut.
 */
void status_add_reason(struct buf *to, const struct settlement *s, size_t text_max);

/* --- the status fd of a writer --------------------------------------------- */

struct status;

/*
 * fd is what --status-fd said, or -1: then KEB_STATUS_FD. Neither: returns a status
 * without an fd, which takes settlements and writes nothing. An fd that is no pipe
 * open for writing, or not 3 to 9: NULL and err (EXIT_USAGE). The fd is made
 * close-on-exec.
 */
struct status *status_open(int fd, const char *by, struct err *err);
bool status_wired(const struct status *st); /* whether there is an fd: the program is in a loop */
int status_fd(const struct status *st);	    /* -1 if not wired */
void status_settle(struct status *st, const struct marks *marks, const struct settlement *s);
/* Writes what is there (waiting); call before every wait. 0, or -1 with errno (EPIPE: kebread is
 * gone). */
int status_flush(struct status *st);
void status_free(struct status *st);

/* --- reading ---------------------------------------------------------------- */

struct status_line {
	struct slice ack; /* raw token */
	enum outcome outcome;
	enum reject_class class;
	bool has_class;
	struct slice by, code, error, id; /* raw, still escaped; absent if not there */
	uint32_t attempts;
};

/* False when the line is no status line (no object, no ack, no status). */
bool status_parse(struct status_line *out, struct slice line, struct json_fault *fault);

#endif
