#include "base/hash.h"

uint64_t hash_add(uint64_t h, const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* The finalizer of MurmurHash3: FNV alone leaves the high bits of short keys alike. */
uint64_t hash_end(uint64_t h)
{
	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

void hash_put_hex(char to[16], uint64_t h)
{
	for (int i = 15; i >= 0; i--, h >>= 4)
		to[i] = "0123456789abcdef"[h & 15];
}
