/*
 * Records in one line, as Lambda and a pipe's target get them:
 *
 *	lambda	{"_acks":[..],"eventSource":..,"records":{"TOPIC-PARTITION":[..]}}
 *	pipes	[..], or with tokens {"_acks":[..],"records":[..]}
 *
 * A batch is full at a count of records or of bytes, and due some time after its first
 * record. Tokens stand in the order of the records.
 */
#ifndef KEB_KEBMAP_BATCH_H
#define KEB_KEBMAP_BATCH_H

#include "event/marks.h"

#include <stdint.h>

struct batch_conf {
	bool lambda;
	uint64_t count;	     /* records */
	uint64_t bytes;	     /* of them */
	int64_t window;	     /* ms */
	struct slice origin; /* lambda: members in front of "records", with a comma; borrowed */
};

struct batch;

struct batch *batch_new(const struct batch_conf *conf);
void batch_free(struct batch *b); /* NULL is fine */

bool batch_empty(const struct batch *b);
/* Whether `more` bytes still fit; true for the first record, whatever its size. */
bool batch_fits(const struct batch *b, size_t more);
/* Whether no other record fits. */
bool batch_full(const struct batch *b);
/* ms until it has to be written; -1 while it is empty. */
int64_t batch_due(const struct batch *b, int64_t now);

/* Takes a record, an object, of that partition ("orders-0", raw), with its tokens. */
void batch_add(struct batch *b, struct slice record, struct slice partition,
	       const struct marks *marks, int64_t now);

/* Appends the line, LF included, and begins anew. *acks: the tokens, until the next batch_add. */
void batch_write(struct batch *b, struct buf *to, struct marks *marks);

#endif
