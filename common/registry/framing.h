/*
 * What the serializers of schema registries put in front of a record's key or value, or
 * into its headers, to name the schema.
 *
 *	00, number (4, big endian)		Confluent
 *	01, GUID (16)				Confluent, since 8.1
 *	header __key_schema_id, __value_schema_id with either of the two; the bytes are
 *	then bare, and what Protobuf has behind the id is in the header	Confluent
 *	03, 00 or 05 (zlib), UUID (16)		Glue
 *
 * The first byte tells the registries apart, so one topic may mix them. Sources:
 * io.confluent.kafka.serializers.schema.id (DualSchemaIdDeserializer: a header wins,
 * and one that cannot be read is an error), AWSSchemaRegistryConstants of the Glue
 * Schema Registry library.
 */
#ifndef KEB_REGISTRY_FRAMING_H
#define KEB_REGISTRY_FRAMING_H

#include "connect/fault.h"
#include "id.h"

#define FRAMING_KEY_HEADER   "__key_schema_id"
#define FRAMING_VALUE_HEADER "__value_schema_id"

struct frame {
	struct schema_id id;
	bool zlib;	       /* the payload is compressed (Glue) */
	bool in_header;	       /* the frame was a header's */
	struct slice in_front; /* header: what is behind the id there; else absent */
	struct slice payload;  /* what is left of the bytes */
};

/* Whether the bytes begin as a frame does, be it whole or not. */
static inline bool framing_begins(struct slice bytes)
{
	return bytes.n && (bytes.p[0] == 0 || bytes.p[0] == 1 || bytes.p[0] == 3);
}

/*
 * Reads the frame of `bytes`; `header` is the value of the last header of that name,
 * absent if there is none or it is null. False with the fault (code framing).
 */
bool framing_read(struct slice bytes, struct slice header, struct frame *frame,
		  struct codec_fault *fault);

#endif
