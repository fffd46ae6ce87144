/*
 * Texts, each once, with a number: the types that a schema defines, the fields of a
 * record. Starts as {0}.
 */
#ifndef KEB_AVRO_NAMES_H
#define KEB_AVRO_NAMES_H

#include "base/buf.h"

struct name {
	uint32_t at, n; /* in texts */
	uint32_t value;
};

struct names {
	struct name *list;
	uint32_t n, room;
	uint32_t *table; /* indexes + 1, open addressing, at most half full */
	uint32_t size;
	struct buf texts;
};

/* The entry of a text, or NULL; good until the next names_add. */
struct name *names_find(const struct names *names, struct slice text);
/* Adds a text, which is copied; false if it is there already. */
bool names_add(struct names *names, struct slice text, uint32_t value);
void names_free(struct names *names);

static inline struct slice name_text(const struct names *names, const struct name *name)
{
	return (struct slice){names->texts.p + name->at, name->n};
}

#endif
