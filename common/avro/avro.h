/*
 * Avro data as the JSON text that Kafka Connect prints: the record goes through
 * Confluent's AvroConverter or Glue's AWSKafkaAvroConverter and then JsonConverter
 * (schemas.enable=false). Avro: https://avro.apache.org/docs/1.12.0/specification/
 *
 * A schema's text becomes an immutable plan, once; a datum is then read straight to
 * text, bounded, without a tree in between. Both are our own, on common/json. libavro
 * would have to be given a schema that is resolved already: it drops logical types and
 * connect.* attributes, refuses schemas that Java's parser takes, and crashes on others;
 * its reader leaks and crashes on hostile bytes. What Connect's own classes printed, and
 * what python3-avro encodes, are the oracles of the tests.
 */
#ifndef KEB_AVRO_AVRO_H
#define KEB_AVRO_AVRO_H

#include "base/buf.h"
#include "connect/fault.h"
#include "connect/form.h"

/* Arrays, maps and records within each other, in a datum (kebmap's lines hold no more). */
#define AVRO_DEPTH_MAX 1000
/* The longest schema text, the references' included. */
#define AVRO_SCHEMA_MAX (8u << 20)
/* The longest JSON text of one datum. */
#define AVRO_JSON_MAX (256u << 20)

/* A schema that another one names: Confluent's references, each after those that it needs. */
struct avro_reference {
	struct slice name; /* the reference's name, for messages */
	struct slice text;
};

struct avro_schema;

/*
 * Compiles a schema for one form of output. Nothing of the arguments is kept. NULL with
 * the fault (code schema) if the text is no schema, or if the converter refuses every
 * record of it, such as a field of type null. One schema serves one thread at a time:
 * it owns the memory that reading needs. avro_schema_free(NULL) does nothing.
 */
struct avro_schema *avro_schema_new(struct slice text, const struct avro_reference *refs,
				    size_t n_refs, const struct connect_form *form,
				    struct codec_fault *fault);
void avro_schema_free(struct avro_schema *schema);

/*
 * Appends the datum as JSON text (one line, no white space between tokens). Bytes behind
 * the datum are ignored, as the converters do. With raw_bytes a schema that is `bytes`
 * takes all of the datum as they are: Confluent's framing stores them without a length.
 * False with the fault (code data) if the bytes do not fit the schema; `to` is then as
 * it was.
 */
bool avro_add_json(struct avro_schema *schema, struct slice datum, bool raw_bytes, struct buf *to,
		   struct codec_fault *fault);

#endif
