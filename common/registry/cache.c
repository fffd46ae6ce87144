#include "cache.h"

#include "base/mem.h"

#include <stdlib.h>

#define BUCKETS 2048 /* a power of two, about twice CACHE_ENTRIES */

struct cache {
	void (*release)(void *plan);
	struct cache_entry *buckets[BUCKETS];
	struct cache_entry *newest, *oldest;
	size_t n, bytes;
};

struct cache *cache_new(void (*release)(void *plan))
{
	struct cache *c = mem_alloc(sizeof(*c));

	c->release = release;
	return c;
}

static struct cache_entry **bucket(struct cache *c, const struct schema_id *id)
{
	return &c->buckets[schema_id_hash(id) & (BUCKETS - 1)];
}

static void unlink_use(struct cache *c, struct cache_entry *e)
{
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(struct cache *c, struct cache_entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void drop(struct cache *c, struct cache_entry *e)
{
	struct cache_entry **at = bucket(c, &e->id);

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	unlink_use(c, e);
	c->n--;
	c->bytes -= e->size;
	if (e->plan)
		c->release(e->plan);
	free(e);
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	while (c->newest)
		drop(c, c->newest);
	free(c);
}

struct cache_entry *cache_find(struct cache *c, const struct schema_id *id)
{
	struct cache_entry *e = c->newest;

	if (e && schema_id_eq(&e->id, id)) /* most topics have one schema at a time */
		return e;
	for (e = *bucket(c, id); e && !schema_id_eq(&e->id, id);)
		e = e->chain;
	if (e) {
		unlink_use(c, e);
		link_newest(c, e);
	}
	return e;
}

struct cache_entry *cache_add(struct cache *c, const struct cache_entry *entry)
{
	struct cache_entry *e = cache_find(c, &entry->id), **at;

	if (e)
		drop(c, e);
	e = mem_alloc(sizeof(*e));
	*e = *entry;
	at = bucket(c, &e->id);
	e->chain = *at;
	*at = e;
	link_newest(c, e);
	c->n++;
	c->bytes += e->size;
	while (c->oldest != e && (c->n > CACHE_ENTRIES || c->bytes > CACHE_BYTES))
		drop(c, c->oldest);
	return e;
}

size_t cache_count(const struct cache *c)
{
	return c->n;
}
