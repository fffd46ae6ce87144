/*
 * A Protobuf message's bytes straight to the text that Kafka Connect's converters make
 * of them. Bounded by the bytes that are there: no length or count is trusted, messages
 * nest 100 deep at most, as in protobuf-java.
 */
#ifndef KEB_PROTOBUF_READER_H
#define KEB_PROTOBUF_READER_H

#include "base/buf.h"
#include "connect/fault.h"
#include "connect/form.h"
#include "schema.h"

/* What a reader needs between two records; it allocates only while records still grow. */
struct proto_reader;

/*
 * max_output: how many bytes of JSON one message may become, e.g. the longest line. A
 * Glue schema can turn no bytes at all into any number of defaults.
 */
struct proto_reader *proto_reader_new(size_t max_output);
void proto_reader_free(struct proto_reader *reader); /* NULL is fine */

/*
 * Appends the message as a JSON object. False with CODEC_DATA when the bytes do not fit,
 * or the message cannot be shown (a date that does not exist, a decimal of another
 * scale); `to` is then as long as it was.
 */
bool proto_add_json(struct proto_reader *reader, const struct proto_message *message,
		    struct slice wire, const struct connect_form *form, struct buf *to,
		    struct codec_fault *fault);

#endif
