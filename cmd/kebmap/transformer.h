/*
 * The input transformer of EventBridge Pipes: a JSON object with <$.path> in it, applied
 * to the record as a pipe sees it. A path into key or value sees what they decode to; as a
 * whole they are base64. Source: EventBridge Pipes user guide, "Input transformation".
 *
 *	{"id": <$.value.id>, "text": "order <$.value.id> of <$.topic>"}
 *
 * Where AWS only pastes, the result here is always JSON: within a string, texts are
 * escaped and other values are their JSON, escaped. A member or an element whose value is
 * a path that leads nowhere is left out; within a string it is nothing.
 */
#ifndef KEB_KEBMAP_TRANSFORMER_H
#define KEB_KEBMAP_TRANSFORMER_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/opt.h"

/* The record: as the pipe hands it on, and key and value decoded, absent if they are no JSON. */
struct transformer_input {
	struct slice record, key, value;
};

struct transformer;

/*
 * variables: "aws.pipes.pipe-name=orders", the reserved variables that a pipe would know.
 * NULL with err (EXIT_USAGE).
 */
struct transformer *transformer_new(const char *file, struct opt_list variables, struct err *err);
void transformer_free(struct transformer *t); /* NULL is fine */

/* Appends the object. */
void transformer_add(struct transformer *t, const struct transformer_input *input, struct buf *to);

#endif
