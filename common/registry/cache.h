/*
 * Schemas in memory, by id: the plan that was made of each, or why there is none. The
 * least recently used go first.
 */
#ifndef KEB_REGISTRY_CACHE_H
#define KEB_REGISTRY_CACHE_H

#include "connect/fault.h"
#include "id.h"
#include "text.h"

#include <stddef.h>
#include <stdint.h>

#define CACHE_ENTRIES 1000
#define CACHE_BYTES   ((size_t)64 << 20) /* of the texts that the plans were made of */

struct cache_entry {
	struct schema_id id;
	enum schema_type type;
	void *plan; /* NULL: the fault says why, or nothing is needed (JSON Schema) */
	bool faulty;
	struct codec_fault fault;
	int64_t expires_ms; /* clock_ms(); 0: never */
	size_t size;

	struct cache_entry *chain;	   /* in a bucket */
	struct cache_entry *newer, *older; /* by use */
};

struct cache;

/* `release` gets every plan that goes. */
struct cache *cache_new(void (*release)(void *plan));
void cache_free(struct cache *c); /* NULL is fine */

/* The entry, now the most recently used; NULL if there is none. Lives until cache_add. */
struct cache_entry *cache_find(struct cache *c, const struct schema_id *id);
/* A new one, filled as said; an older one of that id goes. It is not removed by this call. */
struct cache_entry *cache_add(struct cache *c, const struct cache_entry *entry);

size_t cache_count(const struct cache *c);

#endif
