/*
 * One message as one record line (keb(7), RECORDS): the shape that EventBridge Pipes
 * and Lambda use for a Kafka record, with the token in front.
 */
#ifndef KEB_KEBREAD_RECORD_H
#define KEB_KEBREAD_RECORD_H

#include "base/buf.h"

#include <stdint.h>

enum timestamp_type { TIMESTAMP_NONE, TIMESTAMP_CREATE, TIMESTAMP_LOG_APPEND };

struct header {
	const char *name;
	struct slice value; /* absent: null */
};

struct message {
	struct slice place; /* see record_place */
	int64_t offset;
	int64_t timestamp; /* ms since the epoch, -1 without one */
	enum timestamp_type timestamp_type;
	struct slice key, value; /* absent: null */
	const struct header *headers;
	size_t n_headers;
};

/* What all records of a partition have in common: "topic":"orders","partition":0,"offset": */
void record_place(struct buf *to, struct slice topic, int32_t partition);

/*
 * Appends the line with its LF, behind `{` and, when token is not empty, its member
 * `_ack`. token: the token's bytes, without quotes. Bytes of a header's name that are
 * no UTF-8 become U+FFFD: the shape has no other place for them.
 */
void record_put(struct buf *to, const struct message *m, struct slice token);

#endif
