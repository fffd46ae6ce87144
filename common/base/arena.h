/*
 * Memory that is given out in pieces and taken back all at once. Starts as {0}.
 */
#ifndef KEB_BASE_ARENA_H
#define KEB_BASE_ARENA_H

#include "base/slice.h"

struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t left;
};

void *arena_take(struct arena *arena, size_t n); /* zeroed, aligned */
struct slice arena_copy(struct arena *arena, struct slice bytes);
void arena_empty(struct arena *arena); /* gives everything back */

#endif
