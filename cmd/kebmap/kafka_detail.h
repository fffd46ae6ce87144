/*
 * The detail of an event back as a record of Kafka: what --to record, pipes and lambda
 * write. Key and value are the bytes that stand for what is in the event, by the same
 * --key-format and --value-format that decoded them; a JSON null is a null.
 */
#ifndef KEB_KEBMAP_KAFKA_DETAIL_H
#define KEB_KEBMAP_KAFKA_DETAIL_H

#include "headers.h"
#include "payload.h"

/* The members, with quotes and brackets; absent where there are none. */
struct kafka_detail {
	struct slice topic, partition, offset, timestamp, timestamp_type, headers, key, value;
};

void kafka_detail_find(struct kafka_detail *d, struct slice detail);

struct kafka_writer {
	enum payload_format key_format, value_format;
	enum headers_form form;	  /* in which the headers are in the event */
	enum headers_form wanted; /* base64, or an array of bytes */
	bool lambda;		  /* a null key is left out */

	struct buf plain; /* reused */
};

void kafka_writer_free(struct kafka_writer *w);

/*
 * Appends the members from "topic" on and the closing brace. False with why (invalid) if
 * the detail is not that of a record.
 */
bool kafka_writer_add(struct kafka_writer *w, const struct kafka_detail *d, struct buf *to,
		      struct refusal *why);

#endif
