/*
 * How a record names its schema: Confluent's number or GUID, Glue's schema version. An
 * id names one immutable text for good, so it may be cached without an end.
 */
#ifndef KEB_REGISTRY_ID_H
#define KEB_REGISTRY_ID_H

#include "base/slice.h"

#include <stdint.h>

enum schema_id_kind {
	SCHEMA_NUMBER, /* Confluent */
	SCHEMA_GUID,   /* Confluent */
	SCHEMA_VERSION /* Glue: SchemaVersionId */
};

struct schema_id {
	enum schema_id_kind kind;
	uint32_t number;	/* 0 but of a SCHEMA_NUMBER */
	unsigned char uuid[16]; /* zeros in a SCHEMA_NUMBER */
};

bool schema_id_eq(const struct schema_id *a, const struct schema_id *b);
uint64_t schema_id_hash(const struct schema_id *id);

/* "3045", or 36 characters in lower case; with a NUL. */
#define SCHEMA_ID_TEXT 37
void schema_id_put(char to[SCHEMA_ID_TEXT], const struct schema_id *id);

/* Who gives such ids, for messages: "schema id 3045", "schema GUID ...", "schema version ...". */
const char *schema_id_what(const struct schema_id *id);

#endif
