#include "reuse.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

#define SLOTS 16384
#define HEX   64

struct slot {
	char hex[HEX];
	int64_t until_ms; /* 0: empty */
};

struct reuse {
	int64_t keep_ms;
	struct slot slots[SLOTS];
};

struct reuse *reuse_new(int64_t keep_ms)
{
	struct reuse *r = mem_alloc(sizeof(*r));

	r->keep_ms = keep_ms;
	return r;
}

void reuse_free(struct reuse *r)
{
	free(r);
}

static size_t slot_of(struct slice hex)
{
	return (size_t)(hash_end(hash_add(HASH_START, hex.p, hex.n)) % SLOTS);
}

void reuse_add(struct reuse *r, struct slice hex, int64_t now_ms)
{
	struct slot *slot = &r->slots[slot_of(hex)];

	if (hex.n != HEX || r->keep_ms <= 0)
		return;
	memcpy(slot->hex, hex.p, HEX);
	slot->until_ms = now_ms + r->keep_ms;
}

bool reuse_has(const struct reuse *r, struct slice hex, int64_t now_ms)
{
	const struct slot *slot = &r->slots[slot_of(hex)];

	return slot->until_ms > now_ms && slice_eq(hex, (struct slice){slot->hex, HEX});
}
