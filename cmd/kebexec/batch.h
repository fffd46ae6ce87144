/*
 * The lines that a sink command is to take, and which of them it is given next. Pure:
 * nothing here waits, reads or writes.
 *
 * The whole batch goes first. What the command refuses is halved, and the halves go
 * one after the other, until the lines that are refused stand alone: so one bad line
 * takes nobody along, and the order stays.
 */
#ifndef KEB_KEBEXEC_BATCH_H
#define KEB_KEBEXEC_BATCH_H

#include "event/marks.h"

#include <stdint.h>

struct batch;

/* A line of the batch, for whoever settles it; the slices live until batch_add or batch_reset. */
struct batch_line {
	struct slice text; /* without LF */
	struct marks marks;
	uint64_t number;
};
typedef void batch_fn(void *ctx, const struct batch_line *line);

struct batch *batch_new(void);
void batch_free(struct batch *b);
void batch_reset(struct batch *b);

/* Before the first turn. The line and its marks are copied. */
void batch_add(struct batch *b, struct slice line, const struct marks *marks, uint64_t number);
size_t batch_lines(const struct batch *b);
size_t batch_bytes(const struct batch *b); /* LF included */

/* The lines of the turn, each with its LF; absent when all are settled. */
struct slice batch_turn(const struct batch *b);

/* The turn's lines were taken: `each` gets them, and the next turn begins. */
void batch_taken(struct batch *b, batch_fn *each, void *ctx);
/* The turn was refused: a line alone goes to `each`, several are halved. */
void batch_refused(struct batch *b, batch_fn *each, void *ctx);

#endif
