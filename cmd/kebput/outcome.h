/*
 * What an answer of PutEvents means: for the request as a whole, and for each entry.
 * Pure. Source: PutEventsResultEntry and "Common errors" of the EventBridge API
 * reference.
 *
 * What is not the record's fault never rejects it: only an entry that the service
 * itself names, or one that is refused when it is alone in its request, is.
 */
#ifndef KEB_KEBPUT_OUTCOME_H
#define KEB_KEBPUT_OUTCOME_H

#include "aws/error.h"
#include "http/client.h"

/* For a request. */
enum call_verdict {
	CALL_ANSWERED,	/* 200: look at the entries */
	CALL_AGAIN,	/* not reached, 5xx, an answer that is none: later */
	CALL_THROTTLED, /* later, and slower */
	CALL_SPLIT,	/* refused for what is in it: in halves; alone it is rejected */
	CALL_EXPIRED,	/* the keys are no longer valid: others may be there by now */
	CALL_CLOCK,	/* the signature's date, or something that looks like it */
	CALL_DENIED,	/* credentials, permission, unknown bus, no such service: the run ends */
};

struct call_outcome {
	enum call_verdict verdict;
	struct aws_error error; /* what it said, if anything */
	bool too_large;		/* CALL_SPLIT: because of its size */
};

void outcome_of_call(struct call_outcome *outcome, const struct http_answer *answer);

/* For an entry. */
enum entry_verdict {
	ENTRY_DELIVERED,
	ENTRY_AGAIN,
	ENTRY_THROTTLED,
	ENTRY_DENIED, /* a permission: the run ends */
	ENTRY_REJECTED,
};

struct entry_outcome {
	enum entry_verdict verdict;
	struct slice id, code, message; /* still escaped; absent if not there */
};

/*
 * The outcomes of the n entries of a request, in its order. False when the answer has another
 * number of them, or none that can be read: then nothing is known about any.
 */
bool outcome_of_entries(struct entry_outcome *outcomes, size_t n, struct slice body);

/* Whether none of them was taken, for now: all are to be sent again. */
bool outcome_none_taken(const struct entry_outcome *outcomes, size_t n);

#endif
