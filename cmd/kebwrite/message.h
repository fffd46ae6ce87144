/*
 * A record line as the message that goes into the topic, byte for byte. The buffers
 * are reused: a message lives until the next one is made.
 */
#ifndef KEB_KEBWRITE_MESSAGE_H
#define KEB_KEBWRITE_MESSAGE_H

#include "event/record.h"
#include "kafka/producer.h"

struct message_conf {
	const char *topic;   /* for every record; NULL: what the line says */
	bool keep_partition; /* the partition of the line, where it has one */
};

struct message_maker;

struct message_maker *message_maker_new(const struct message_conf *conf); /* borrows conf */
void message_maker_free(struct message_maker *maker);

/*
 * NULL when the message is made (all but its cookie), else why the record cannot be
 * written: a key that is not base64, a header that is no pair, a topic with a NUL.
 */
const char *message_make(struct message_maker *maker, const struct record *record,
			 struct producer_message *message);

#endif
