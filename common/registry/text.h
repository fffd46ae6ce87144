/*
 * A schema as a registry keeps it: its text, and the texts that it names, those that
 * others need first.
 */
#ifndef KEB_REGISTRY_TEXT_H
#define KEB_REGISTRY_TEXT_H

#include "base/buf.h"

enum schema_type { SCHEMA_AVRO, SCHEMA_PROTOBUF, SCHEMA_JSON };

/* "Avro", "Protobuf", "JSON Schema": for messages. */
const char *schema_type_title(enum schema_type type);
/* "AVRO", "PROTOBUF", "JSON": as both registries spell it. */
const char *schema_type_name(enum schema_type type);
bool schema_type_read(struct slice name, enum schema_type *type);

/* A schema, or a part of one: Protobuf may be .proto text or a FileDescriptorProto. */
struct schema_part {
	struct buf name; /* a reference's, or Glue's name of the schema; may be empty */
	struct buf content;
};

struct schema_text {
	enum schema_type type;
	struct schema_part own;
	struct schema_part *refs;
	size_t n_refs;
	/*
	 * Confluent's data contracts: the first rule that a reader would have to execute, as
	 * "'encrypt-pii' (ENCRYPT)"; empty if there is none.
	 */
	struct buf rule;
	struct buf registry; /* Glue: the name of the registry that it is in */
};

void schema_text_free(struct schema_text *text); /* one that is zero is fine */
size_t schema_text_size(const struct schema_text *text);
/* Another, empty reference at the end; lives until the next one is added. */
struct schema_part *schema_text_add(struct schema_text *text);
bool schema_text_has(const struct schema_text *text, struct slice name);

#endif
