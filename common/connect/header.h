/*
 * A header as the connector prints it with Kafka Connect's SimpleHeaderConverter, which
 * guesses from the text what it is: true, 7, 1.5, [1,2], {"a":1}, a date as its days, a
 * time or timestamp as its milliseconds, an integer beyond 64 bits as base64 of a Decimal,
 * else a string. The rules, and what looks like mistakes in them (12:30:00 is 12), are
 * those of org.apache.kafka.connect.data.Values in Kafka 3.9.
 *
 * Where that fails (null, {}, a time past its day) it is what anybody would expect.
 */
#ifndef KEB_CONNECT_HEADER_H
#define KEB_CONNECT_HEADER_H

#include "base/arena.h"
#include "base/buf.h"

/* Starts as {0}. */
struct connect_header {
	struct arena arena;
};

void connect_header_free(struct connect_header *h);

/* Appends the JSON value of the header's bytes; never fails. */
void connect_header_add(struct connect_header *h, struct buf *to, struct slice bytes);

#endif
