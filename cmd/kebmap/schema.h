/*
 * The decoder behind decode.h: frames of Confluent's and Glue's registries and what is
 * in them, and bare Avro or Protobuf with the schema in a file. It becomes the text that
 * Kafka Connect prints for the same bytes.
 *
 * JSON Schema: the frame is taken off, the JSON is not touched. (Connect's converters
 * push it through a Connect schema, which drops properties that are not declared and
 * turns 1 into 1.0: hardly anybody wants that.) A registry is asked only for what its
 * data contract says, if there is one to be asked.
 */
#ifndef KEB_KEBMAP_SCHEMA_H
#define KEB_KEBMAP_SCHEMA_H

#include "connect/form.h"
#include "decode.h"
#include "registry/registry.h"

/* The values of the options. */
struct schema_options {
	struct registry_options registry;
	const char *schema, *message;	      /* of values without a frame; NULL: none */
	const char *key_schema, *key_message; /* the same of keys */
	int decimal, union_form, oneof;	      /* enums of connect/form.h */
};

#define SCHEMA_OPTS(o)                                                                             \
	REGISTRY_OPT_FILE("schema", &(o)->schema, "FILE",                                          \
			  "schema of values without a frame: .avsc, .proto or a descriptor set"),  \
		OPT_TEXT(0, "message", &(o)->message, "NAME",                                      \
			 "the Protobuf message in it [the only one]"),                             \
		REGISTRY_OPT_FILE("key-schema", &(o)->key_schema, "FILE", "the same of keys"),     \
		OPT_TEXT(0, "key-message", &(o)->key_message, "NAME", "the same of keys"),         \
		OPT_CHOICE(0, "decimal", &(o)->decimal, DECIMAL_CHOICES,                           \
			   "how decimals are written [base64]"),                                   \
		OPT_CHOICE(0, "union", &(o)->union_form, UNION_CHOICES,                            \
			   "how Avro unions of several types are written [member]"),               \
		OPT_CHOICE(0, "oneof", &(o)->oneof, ONEOF_CHOICES,                                 \
			   "how a Protobuf oneof is written [boxed]")

/* Wipes and frees what the options hold. */
void schema_options_free(struct schema_options *o);
/* For formats that need no schema: -1 with err (EXIT_USAGE) if one was given, else 0. */
int schema_options_unused(const struct schema_options *o, struct err *err);

struct schema_conf {
	struct schema_options *options; /* borrowed */
	/* enum decode_format, -1: needs no decoder */
	int key_format, value_format;
	size_t max_payload; /* bytes that a payload may inflate, or be decoded, to */
	bool for_ever;	    /* in a loop: a registry that is away is asked for ever */
	int stop_fd;
	struct registry_wait wait;
};

struct schema_decoder;

/* NULL with err. */
struct schema_decoder *schema_decoder_new(const struct schema_conf *conf, struct err *err);
void schema_decoder_free(struct schema_decoder *s); /* NULL is fine */
struct decoder *schema_decoder(struct schema_decoder *s);

#endif
