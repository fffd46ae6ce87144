#include "entries.h"

#include "base/hash.h"
#include "base/mem.h"

/* Up to here each key is compared with each. */
#define FEW 12

#define DROPPED UINT32_MAX

void entries_add(struct avro_schema *plan, struct entry entry)
{
	if (plan->n_entries == plan->room_entries) {
		plan->room_entries += plan->room_entries / 2 + 16;
		plan->entries =
			mem_resize(plan->entries, plan->room_entries, sizeof *plan->entries);
	}
	plan->entries[plan->n_entries++] = entry;
}

static struct slice key_of(const struct printed_map *map, const struct entry *entry)
{
	return (struct slice){map->to->p + map->base + entry->key, entry->key_end - entry->key};
}

static bool drop_among_few(const struct printed_map *map, struct entry *entries, uint32_t n)
{
	bool dropped = false;

	for (uint32_t i = 0; i + 1 < n; i++) {
		for (uint32_t k = i + 1; k < n; k++) {
			if (!slice_eq(key_of(map, &entries[i]), key_of(map, &entries[k])))
				continue;
			entries[i].end = DROPPED;
			dropped = true;
			break;
		}
	}
	return dropped;
}

/* Makes the table empty, and at least twice as large as n; returns its size less one. */
static uint32_t clear_table(struct avro_schema *plan, uint32_t n)
{
	uint32_t size = 64;

	while (size / 2 < n)
		size *= 2;
	if (size > plan->room_table) {
		plan->table = mem_resize(plan->table, size, sizeof *plan->table);
		plan->room_table = size;
	}
	memset(plan->table, 0, size * sizeof *plan->table);
	return size - 1;
}

static bool drop_among_many(struct avro_schema *plan, const struct printed_map *map,
			    struct entry *entries, uint32_t n)
{
	uint32_t mask = clear_table(plan, n);
	bool dropped = false;

	for (uint32_t i = 0; i < n; i++) {
		struct slice key = key_of(map, &entries[i]);
		uint64_t h = hash_end(hash_add(HASH_START, key.p, key.n));
		uint32_t *place = &plan->table[h & mask];

		while (*place && !slice_eq(key, key_of(map, &entries[*place - 1])))
			place = &plan->table[++h & mask];
		if (*place) {
			entries[*place - 1].end = DROPPED;
			dropped = true;
		}
		*place = i + 1;
	}
	return dropped;
}

/* Writes what stays from the opening bracket on: never past what is still to be read. */
static void rewrite(struct printed_map map, const struct entry *entries, uint32_t n,
		    enum entries_shape shape)
{
	bool pairs = shape == ENTRIES_PAIRS, first = true;
	char *from = map.to->p + map.base, *p = map.to->p + map.open;

	*p++ = pairs ? '[' : '{';
	for (uint32_t i = 0; i < n; i++) {
		size_t key = entries[i].key_end - entries[i].key, value;

		if (entries[i].end == DROPPED)
			continue;
		value = entries[i].end - entries[i].key_end - 1;
		if (!first)
			*p++ = ',';
		first = false;
		if (pairs)
			*p++ = '[';
		memmove(p, from + entries[i].key, key);
		p += key;
		*p++ = pairs ? ',' : ':';
		memmove(p, from + entries[i].key_end + 1, value);
		p += value;
		if (pairs)
			*p++ = ']';
	}
	*p++ = pairs ? ']' : '}';
	map.to->len = (size_t)(p - map.to->p);
}

void entries_settle(struct avro_schema *plan, const struct printed_map *map,
		    enum entries_shape shape)
{
	uint32_t n = plan->n_entries - map->first;
	struct entry *entries = n ? plan->entries + map->first : NULL;
	bool dropped = false;

	if (n > FEW)
		dropped = drop_among_many(plan, map, entries, n);
	else if (n > 1)
		dropped = drop_among_few(map, entries, n);
	if (dropped || shape != map->printed)
		rewrite(*map, entries, n, shape);
	plan->n_entries = map->first;
}
