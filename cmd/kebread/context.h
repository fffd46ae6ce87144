/*
 * The headers that make a record a dead letter: where it was read first, and why it was
 * rejected, under the names that Kafka Connect gives them (KIP-298,
 * DeadLetterQueueReporter). keb adds `code`, `attempts`, `redrives`, and as the last one
 * `headers`: how many there are, itself among them, so that exactly these can be taken
 * off again whatever headers the record had before. Pure.
 */
#ifndef KEB_KEBREAD_CONTEXT_H
#define KEB_KEBREAD_CONTEXT_H

#include "record.h"
#include "status/status.h"

#define CONTEXT_HEADERS 13

struct context {
	struct slice topic;
	int32_t partition;
	int64_t offset;
	uint32_t attempts; /* of all programs and all runs; 0: nobody said */
	uint32_t redrives; /* how often it was handed out as a dead letter before */
	/* why; only written */
	struct slice connector, task;
	bool has_class;
	enum reject_class class;
	struct slice by, code, error; /* may be absent */
};

/* Sets all CONTEXT_HEADERS of them; their values point into text. */
void context_write(const struct context *c, struct buf *text, struct header *headers);

/*
 * Reads the headers of a dead letter: keb's, or those that Kafka Connect itself put at
 * the end. The topic points into the message. *own is how many headers the record has
 * by itself, the first ones. False when the message is no dead letter.
 */
bool context_read(const struct message *m, struct context *c, size_t *own);

#endif
