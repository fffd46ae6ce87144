/*
 * What registries answer, read into what keb needs of it. Bodies are foreign bytes.
 *
 * Confluent: GET /schemas/ids/{id}, /schemas/guids/{guid} and
 * /subjects/{subject}/versions/{version} all answer {"schema","schemaType","references",
 * "ruleSet",...}; no schemaType is Avro. An error is {"error_code":40403,"message":"..."}.
 * Glue: GetSchemaVersion answers {"SchemaDefinition","DataFormat","SchemaArn",...}.
 */
#ifndef KEB_REGISTRY_REPLY_H
#define KEB_REGISTRY_REPLY_H

#include "text.h"

#include <stdint.h>

/* A schema that another one names, by where it is. */
struct reply_reference {
	struct buf name, subject;
	int64_t version; /* -1: the latest */
};

struct schema_reply {
	enum schema_type type;
	struct buf content;
	struct buf name, registry; /* Glue: the last two parts of the schema's ARN */
	struct buf rule;	   /* as in struct schema_text */
	struct reply_reference *refs;
	size_t n_refs;
};
#define REPLY_REFERENCES_MAX 1024

void schema_reply_free(struct schema_reply *reply); /* one that is zero is fine */

/* `reply` is zero before. NULL, or why it is none: a phrase such as "has no schema". */
const char *schema_reply_read(struct schema_reply *reply, struct slice body);
const char *schema_reply_read_glue(struct schema_reply *reply, struct slice body);

/* The error of Confluent's; 0 and an empty text where the body is none. `message`: printable. */
struct reply_error {
	int64_t code;
	char message[200];
};
void reply_error_read(struct reply_error *error, struct slice body);

/* Whether it is a JSON object at all: what was cut or garbled on its way is none. */
bool reply_is_object(struct slice body);
/* Whether the body is a page for people: a proxy's, a login's. */
bool reply_is_html(struct slice body);

#endif
