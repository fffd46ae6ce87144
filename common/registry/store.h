/*
 * Schemas on disk, so that a second run needs no network: a file for each, below
 *
 *	DIR/glue/ID.json
 *	DIR/confluent/HOST%3APORT/ID.json
 *
 * One line of JSON, {"id","type","name","registry","rule","schema","references":[{"name",
 * "schema"}],"sha256"}; what is no text is "schema64". The last member is the SHA-256 of
 * all that is before it, so a file that was cut or changed is not believed. Files appear
 * whole (rename), so any number of processes may share a folder. Ids name one text for
 * good: nothing expires.
 */
#ifndef KEB_REGISTRY_STORE_H
#define KEB_REGISTRY_STORE_H

#include "base/err.h"
#include "id.h"
#include "text.h"

struct store;

/* Makes the folder if it is not there. NULL with err (EXIT_USAGE). */
struct store *store_new(const char *dir, struct err *err);
void store_free(struct store *s); /* NULL is fine */

/* `place`: "glue", or host, port and path of Confluent's. `text` is zero before. */
bool store_read(struct store *s, struct slice place, const struct schema_id *id,
		struct schema_text *text);
/* A failure is a warning, once: the run can do without. */
void store_write(struct store *s, struct slice place, const struct schema_id *id,
		 const struct schema_text *text);

/* What a file holds: for tests. */
void store_encode(struct store *s, const struct schema_id *id, const struct schema_text *text,
		  struct buf *to);
bool store_decode(struct store *s, const struct schema_id *id, struct slice content,
		  struct schema_text *text);

#endif
