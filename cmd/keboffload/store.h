/*
 * Objects in S3: put and got, several at a time, again and again until the outcome
 * is known. A bucket in another region is found there; keys and clock are mended.
 *
 * An object may fail for ever, or S3 may be in trouble; only the former is the
 * record's fault. So one that is over max_attempts or max_age_ms is given up only if
 * HeadBucket is answered well, and after answers of 5xx or none only if other objects
 * got through since it began. Throttling counts for neither.
 */
#ifndef KEB_KEBOFFLOAD_STORE_H
#define KEB_KEBOFFLOAD_STORE_H

#include "aws/outage.h"
#include "aws/retry.h"
#include "bucket.h"

struct store_conf {
	struct bucket_conf where;
	const char *const *buckets; /* the only ones that are ever asked */
	size_t n_buckets;
	const char *sse, *sse_key, *storage_class, *tags, *owner; /* NULL where not given */
	uint64_t max_object;
	unsigned in_flight;
	int64_t max_age_ms;    /* 0: no limit */
	uint64_t max_attempts; /* 0: no limit */
	struct outage *outage;
};

enum store_outcome {
	STORE_DONE,
	STORE_REFUSED,	 /* the object's fault: code and text say which */
	STORE_TOO_LARGE, /* over max_object, or over what is taken there */
	STORE_EXPIRED	 /* over max_age_ms, and not for want of S3 */
};

struct store_job;
/* body: what was got; lives until the function returns. */
typedef void store_done_fn(struct store_job *job, enum store_outcome outcome, struct slice body,
			   struct slice code, const char *text);

/* One object on its way: the caller's memory, untouched from store_start until done is called. */
struct store_job {
	bool get;
	size_t bucket;	   /* index */
	struct slice name; /* UTF-8 */
	struct slice body; /* to put */
	const char *sha256;
	bool text; /* Content-Type */
	store_done_fn *done;
	void *ctx;
	/* the store's own */
	struct store *store;
	struct store_job *next;
	int64_t due_ms, since_ms;
	uint64_t others; /* jobs done when it began */
	unsigned sent, failures, moves, epoch;
	unsigned refusals; /* failures that count for max_attempts */
	bool asking;	   /* first where the bucket is: S3 did not say */
	bool probing;	   /* whether the bucket answers: this one has had enough */
	char code[32];	   /* of the last failure */
	enum retry last;   /* why it was sent again */
};

struct store;

struct store *store_new(const struct store_conf *conf, struct err *err);
void store_free(struct store *s); /* after the session's http is gone, or nothing is under way */

void store_start(struct store *s, struct store_job *job);
/* For a while only jobs with this ctx are sent; NULL: all. */
void store_hold(struct store *s, const void *but);
/* Sends what is due and may be sent. 0, or -1 with err: the run ends. */
int store_step(struct store *s, int64_t now_ms, struct err *err);
int64_t store_due(const struct store *s); /* of the next store_step by time; -1: none */

struct store_counts {
	uint64_t requests, again;
};
const struct store_counts *store_counts(const struct store *s);

#endif
