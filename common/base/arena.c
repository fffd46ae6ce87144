#include "base/arena.h"

#include "base/mem.h"

#include <stdlib.h>

#define BLOCK 8160
#define ALIGN 16

struct arena_block {
	struct arena_block *next;
	size_t size;
	char room[] __attribute__((aligned(ALIGN)));
};

void *arena_take(struct arena *arena, size_t n)
{
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (n > arena->left) {
		size_t size = n > BLOCK ? n : BLOCK;
		struct arena_block *block = mem_alloc(sizeof(*block) + size);

		block->size = size;
		block->next = arena->blocks;
		arena->blocks = block;
		arena->left = size;
	}
	arena->left -= n;
	return arena->blocks->room + arena->blocks->size - arena->left - n;
}

struct slice arena_copy(struct arena *arena, struct slice bytes)
{
	char *copy = arena_take(arena, bytes.n ? bytes.n : 1);

	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	return (struct slice){copy, bytes.n};
}

void arena_empty(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->left = 0;
}
