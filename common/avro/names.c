#include "names.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

/* The place of a text in the table, or the free one where it belongs. */
static uint32_t *place_of(const struct names *names, struct slice text)
{
	uint64_t h = hash_end(hash_add(HASH_START, text.p, text.n));

	for (;; h++) {
		uint32_t *place = &names->table[h & (names->size - 1)];

		if (*place == 0 || slice_eq(name_text(names, &names->list[*place - 1]), text))
			return place;
	}
}

static void grow(struct names *names)
{
	free(names->table);
	names->size = names->size ? names->size * 2 : 16;
	names->table = mem_array(names->size, sizeof *names->table);
	names->room = names->size / 2;
	names->list = mem_resize(names->list, names->room, sizeof *names->list);
	for (uint32_t i = 0; i < names->n; i++)
		*place_of(names, name_text(names, &names->list[i])) = i + 1;
}

struct name *names_find(const struct names *names, struct slice text)
{
	uint32_t place;

	if (names->n == 0)
		return NULL;
	place = *place_of(names, text);
	return place ? &names->list[place - 1] : NULL;
}

bool names_add(struct names *names, struct slice text, uint32_t value)
{
	uint32_t *place;

	if (names->n == names->room)
		grow(names);
	place = place_of(names, text);
	if (*place)
		return false;
	names->list[names->n] = (struct name){(uint32_t)names->texts.len, (uint32_t)text.n, value};
	buf_adds(&names->texts, text);
	*place = ++names->n;
	return true;
}

void names_free(struct names *names)
{
	free(names->list);
	free(names->table);
	buf_free(&names->texts);
	*names = (struct names){0};
}
