#include "json/verify.h"

#include "json/whole.h"

#ifdef __x86_64__

INLINE bool verify(struct slice text, unsigned depth, bool *breaks, const struct wide *w)
{
	struct sieve s;
	bool good = whole_text(text, depth, NULL, &s, w);

	*breaks = s.control != 0;
	return good;
}

FOR_AVX2 static bool verify_avx2(struct slice text, unsigned depth, bool *breaks)
{
	return verify(text, depth, breaks, &wide_avx2);
}

FOR_AVX512 static bool verify_avx512(struct slice text, unsigned depth, bool *breaks)
{
	return verify(text, depth, breaks, &wide_avx512);
}

verify_fn *verify_nth(size_t i)
{
	switch (blocks_nth(i)) {
	case BLOCKS_AVX512:
		return verify_avx512;
	case BLOCKS_AVX2:
		return verify_avx2;
	default:
		return NULL;
	}
}

#else

verify_fn *verify_nth(size_t i)
{
	(void)i;
	return NULL;
}

#endif

/* Less is faster token by token. */
#define WORTH (2 * BLOCK)

bool verify_quickly(struct slice text, unsigned depth, bool *breaks)
{
	verify_fn *fn = verify_nth(0);

	return fn && text.n >= WORTH && text.n < UINT32_MAX / 2 && fn(text, depth, breaks);
}
