/*
 * Why a record is not mapped: what its rejected status says, or, alone, the
 * message. The text has no payload in it but a few bytes as hex.
 */
#ifndef KEB_KEBMAP_REFUSAL_H
#define KEB_KEBMAP_REFUSAL_H

#include "base/err.h"
#include "connect/fault.h"
#include "event/record.h"
#include "status/status.h"

struct refusal {
	enum reject_class class;
	const char *code; /* of class decode: "framing", "data", ...; NULL: none */
	char text[480];
	/*
	 * Not the record's fault: a registry that refuses the caller. The run ends with it, and
	 * nothing is said of the record. Lives as long as the mapping; else NULL.
	 */
	const struct err *fatal;
};

/* Fills it and returns false, so that a function can end with `return refuse(...)`. */
bool refuse(struct refusal *why, enum reject_class class, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A key or value that cannot be decoded: class decode, with the fault's code. The text
 * says which record it is and what its first bytes are, and ends with the hint.
 */
bool refuse_payload(struct refusal *why, const struct record *record, bool is_key,
		    struct slice bytes, const struct codec_fault *fault, const char *hint);

/* Of --to flat. */
#define REFUSED_NO_OBJECT                                                                          \
	"the value is no object, so it cannot be the detail (--wrap NAME makes {\"NAME\":value} "  \
	"of it)"

#endif
