/*
 * The decoder behind decode.h: frames of Confluent's and Glue's registries, and what is
 * in them.
 *
 * JSON Schema: the frame is taken off, the JSON is not touched. (Connect's converters
 * push it through a Connect schema, which drops properties that are not declared and
 * turns 1 into 1.0: hardly anybody wants that.)
 */
#ifndef KEB_KEBMAP_SCHEMA_H
#define KEB_KEBMAP_SCHEMA_H

#include "decode.h"

struct schema_conf {
	size_t max_payload; /* bytes that a payload may inflate to */
};

struct schema_decoder;

struct schema_decoder *schema_decoder_new(const struct schema_conf *conf);
void schema_decoder_free(struct schema_decoder *s); /* NULL is fine */
struct decoder *schema_decoder(struct schema_decoder *s);

#endif
