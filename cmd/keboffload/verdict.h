/*
 * What an answer of S3 means for the object and for the run. Pure. Source: "Error
 * responses" of the S3 API reference. Only what is wrong with the object itself is
 * the record's fault.
 */
#ifndef KEB_KEBOFFLOAD_VERDICT_H
#define KEB_KEBOFFLOAD_VERDICT_H

#include "base/buf.h"
#include "http/client.h"

enum verdict {
	VERDICT_DONE,
	VERDICT_AGAIN,	   /* not reached, 5xx, RequestTimeout, BadDigest: later */
	VERDICT_THROTTLED, /* SlowDown: later */
	VERDICT_REGION,	   /* the bucket is in another region: region says which, if S3 did */
	VERDICT_EXPIRED,   /* the keys are no longer valid */
	VERDICT_CLOCK,	   /* the signature's date, or something that looks like it */
	VERDICT_OBJECT,	   /* missing, name too long: the record is rejected */
	VERDICT_LARGE,	   /* the object is too large: the record is rejected */
	VERDICT_DENIED,	   /* credentials, permission, bucket: the run ends */
};

struct verdict_said {
	struct buf code, message, region; /* reused; empty if the answer has none */
};
void verdict_free(struct verdict_said *said);

enum verdict verdict_of(const struct http_answer *answer, struct verdict_said *said);

#endif
