#include "pattern/table.h"

#include "base/mem.h"

#include <stdlib.h>

#define SIZE_FIRST 16

static void put(struct table *t, struct table_slot slot)
{
	uint32_t at = slot.tag & (t->size - 1);

	while (t->slot[at].index)
		at = (at + 1) & (t->size - 1);
	t->slot[at] = slot;
}

static void grow(struct table *t)
{
	struct table old = *t;

	t->size = old.size ? 2 * old.size : SIZE_FIRST;
	t->slot = mem_array(t->size, sizeof(*t->slot));
	for (uint32_t i = 0; i < old.size; i++)
		if (old.slot[i].index)
			put(t, old.slot[i]);
	free(old.slot);
}

void table_add(struct table *t, uint64_t hash, uint32_t index)
{
	if (2 * (t->n + 1) > t->size)
		grow(t);
	t->n++;
	put(t, (struct table_slot){index + 1, (uint32_t)hash});
}

void table_free(struct table *t)
{
	free(t->slot);
	*t = (struct table){0};
}
