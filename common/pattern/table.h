/*
 * The hash table of the machine: it finds indexes by a hash, the caller compares.
 */
#ifndef KEB_PATTERN_TABLE_H
#define KEB_PATTERN_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Indexes + 1 with the lower half of their hashes; open addressing, at most half full. */
struct table {
	struct table_slot {
		uint32_t index, tag;
	} * slot;
	uint32_t size, n; /* size is a power of two */
};

void table_add(struct table *t, uint64_t hash, uint32_t index);
void table_free(struct table *t);

/*
 * Walks the indexes that may be meant: start with *at = TABLE_START, ends with
 * TABLE_END.
 */
#define TABLE_START UINT64_MAX
#define TABLE_END   UINT32_MAX
static inline uint32_t table_next(const struct table *t, uint64_t hash, uint64_t *at)
{
	uint32_t tag = (uint32_t)hash;

	if (t->size == 0)
		return TABLE_END;
	*at = *at == TABLE_START ? tag : *at + 1;
	for (;; ++*at) {
		const struct table_slot *slot = &t->slot[*at & (t->size - 1)];

		if (slot->index == 0)
			return TABLE_END;
		if (slot->tag == tag)
			return slot->index - 1;
	}
}

/* For short texts: eight bytes a step, good in all its bits. */
static inline uint64_t table_hash(uint64_t seed, const char *p, size_t n)
{
	const uint64_t k = UINT64_C(0x9fb21c651e98df25);
	uint64_t h = (seed ^ n) * k, word;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * k;
		h ^= h >> 32;
	}
	if (n) {
		word = 0;
		if (n >= 4) {
			uint32_t low, high;

			memcpy(&low, p, 4);
			memcpy(&high, p + n - 4, 4);
			word = (uint64_t)high << 32 | low;
		} else {
			word = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
			       (uint64_t)(unsigned char)p[n - 1] << 16;
		}
		h = (h ^ word) * k;
	}
	h ^= h >> 29;
	h *= k;
	return h ^ h >> 32;
}

#endif
