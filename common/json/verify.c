#include "json/verify.h"

#include "json/skeleton.h"

#ifdef __x86_64__

/* Tokens are forgotten as soon as there are enough for a look at their order. */
INLINE bool verify(struct slice text, unsigned depth, bool *breaks, const struct wide *w)
{
	uint32_t stack[JSON_DEPTH_MAX], done = 0, n = 0;
	struct skeleton k = {.stack = stack, .most = JSON_DEPTH_MAX - depth, .value = 1};
	struct sieve s = {.p = text.p, .end = text.p + text.n};
	char kind[3 * BLOCK], rest[BLOCK];
	uint64_t set;

	while (s.p < s.end && !s.error && !k.error) {
		size_t left = (size_t)(s.end - s.p);
		const char *p = s.p;

		if (left < BLOCK) {
			w->pad(rest, p, left);
			p = rest;
		}
		set = sieve_block(&s, p, false, w);
		w->take(p, set, kind + n, 0, NULL);
		n += (uint32_t)__builtin_popcountll(set);
		if (n >= BLOCK) {
			skeleton_block(&k, kind, done, BLOCK, false, w);
			memcpy(kind, kind + BLOCK, BLOCK);
			done += BLOCK;
			n -= BLOCK;
		}
		s.p += left < BLOCK ? left : BLOCK;
	}
	memset(kind + n, ' ', BLOCK);
	skeleton_block(&k, kind, done, n, false, w);
	*breaks = s.control != 0;
	return !s.error && !s.quoted && !k.error && k.closed && k.closed == done + n &&
	       (!s.high || utf8_text(text, w));
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
