#include "json/simd.h"

#ifdef __SSE2__

#include <immintrin.h>

/* Sixty-four at a time, as far as there are. */
__attribute__((target("avx512f,avx512bw"))) static const char *plain_avx512(const char *p,
									    const char *end)
{
	const __m512i quote = _mm512_set1_epi8('"'), slash = _mm512_set1_epi8('\\');
	const __m512i blank = _mm512_set1_epi8(' ');

	for (; end - p >= 64; p += 64) {
		__m512i v = _mm512_loadu_si512((const void *)p);
		uint64_t bits = _mm512_cmpeq_epi8_mask(v, quote) |
				_mm512_cmpeq_epi8_mask(v, slash) | _mm512_cmplt_epi8_mask(v, blank);

		if (bits)
			return p + __builtin_ctzll(bits);
	}
	return p;
}

const char *simd_plain_long(const char *p, const char *end)
{
	if (end - p >= 128 && __builtin_cpu_supports("avx512bw")) {
		p = plain_avx512(p, end);
		if (p < end && !simd_is_plain(*p))
			return p;
	}
	for (; end - p >= 16; p += 16) {
		unsigned bits = simd_special(p);

		if (bits)
			return p + __builtin_ctz(bits);
	}
	return p;
}

#endif
