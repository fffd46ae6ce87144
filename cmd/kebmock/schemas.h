/*
 * The schemas that both mock registries give out: from files, and those that clients
 * register. Each has a number and a GUID for Confluent's kind, and the same GUID is its
 * schema version in Glue. They live as long as the process.
 */
#ifndef KEB_KEBMOCK_SCHEMAS_H
#define KEB_KEBMOCK_SCHEMAS_H

#include "base/buf.h"
#include "base/err.h"
#include "registry/text.h"

#include <stdint.h>

#define SCHEMAS_GUID 37 /* 36 characters and a NUL */

struct mock_schema {
	uint32_t id;
	bool numbered; /* the id was given, not the next one */
	char guid[SCHEMAS_GUID];
	enum schema_type type;
	struct buf subject;
	unsigned version; /* of the subject, from 1 */
	struct buf text;
	struct buf references; /* a JSON array; empty: none */
	struct buf rules;      /* a ruleSet object; empty: none */
};

struct schemas;

struct schemas *schemas_new(void);
void schemas_free(struct schemas *s); /* NULL is fine */

/*
 * [ID=]PATH: a file, or a folder with all that is in it, in the order of their names. The
 * ending says what it is: .avsc, .proto, .json (JSON Schema); others in a folder are
 * left out. The subject is the path below the folder without its ending; ID, of a file
 * only, is a number or a GUID. A file that ends in .ndjson is what a registry has
 * (GET /schemas), a schema a line: subject, version, id, guid, schemaType, schema,
 * references, ruleSet; all but schema may be missing. 0, or -1 with err (EXIT_USAGE).
 */
int schemas_add_path(struct schemas *s, const char *spec, struct err *err);
/* After the last path: a .proto's imports become references to those that were given. */
void schemas_link(struct schemas *s);

/*
 * The schema of that subject with these, which is added if it is not there. References and rules:
 * JSON, empty for none.
 */
const struct mock_schema *schemas_register(struct schemas *s, struct slice subject,
					   enum schema_type type, struct slice text,
					   struct slice references, struct slice rules);
/* The same without adding it: NULL. */
const struct mock_schema *schemas_lookup(const struct schemas *s, struct slice subject,
					 enum schema_type type, struct slice text);

size_t schemas_count(const struct schemas *s);
const struct mock_schema *schemas_at(const struct schemas *s, size_t i);
/* NULL if there is none. version 0: the latest. */
const struct mock_schema *schemas_by_id(const struct schemas *s, uint64_t id);
const struct mock_schema *schemas_by_guid(const struct schemas *s, struct slice guid);
const struct mock_schema *schemas_by_version(const struct schemas *s, struct slice subject,
					     uint64_t version);

#endif
