#include "json/blocks.h"

#include <stdbool.h>

void blocks_portable(const char *p, size_t n, struct block *to)
{
	for (; n; n--, p += BLOCK, to++) {
		*to = (struct block){0};
		for (int i = 0; i < BLOCK; i++) {
			unsigned char c = (unsigned char)p[i];
			uint64_t bit = UINT64_C(1) << i;

			to->quote |= c == '"' ? bit : 0;
			to->slash |= c == '\\' ? bit : 0;
			to->open_object |= c == '{' ? bit : 0;
			to->close_object |= c == '}' ? bit : 0;
			to->open_array |= c == '[' ? bit : 0;
			to->close_array |= c == ']' ? bit : 0;
			to->colon |= c == ':' ? bit : 0;
			to->comma |= c == ',' ? bit : 0;
			to->space |= c == ' ' || c == '\t' || c == '\n' || c == '\r' ? bit : 0;
			to->control |= c < 0x20 ? bit : 0;
			to->high |= c >= 0x80 ? bit : 0;
			to->digit |= c >= '0' && c <= '9' ? bit : 0;
			to->zero |= c == '0' ? bit : 0;
			to->minus |= c == '-' ? bit : 0;
			to->plus |= c == '+' ? bit : 0;
			to->dot |= c == '.' ? bit : 0;
			to->exponent |= c == 'e' || c == 'E' ? bit : 0;
		}
	}
}

#ifdef __x86_64__

#include <immintrin.h>

#define WITH(what) __attribute__((target(what)))

/* --- AVX2: two halves ------------------------------------------------------------- */

WITH("avx2") static inline uint64_t join(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
							     << 32;
}

WITH("avx2") static inline uint64_t equal_avx2(__m256i a, __m256i b, char c)
{
	__m256i v = _mm256_set1_epi8(c);

	return join(_mm256_cmpeq_epi8(a, v), _mm256_cmpeq_epi8(b, v));
}

/* Bytes up to c, unsigned. */
WITH("avx2") static inline uint64_t below_avx2(__m256i a, __m256i b, char c)
{
	__m256i v = _mm256_set1_epi8(c);

	return join(_mm256_cmpeq_epi8(_mm256_min_epu8(a, v), a),
		    _mm256_cmpeq_epi8(_mm256_min_epu8(b, v), b));
}

WITH("avx2") static void blocks_avx2(const char *p, size_t n, struct block *to)
{
	const __m256i nought = _mm256_set1_epi8('0'), lower = _mm256_set1_epi8(0x20);

	for (; n; n--, p += BLOCK, to++) {
		__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
		__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

		to->quote = equal_avx2(a, b, '"');
		to->slash = equal_avx2(a, b, '\\');
		to->open_object = equal_avx2(a, b, '{');
		to->close_object = equal_avx2(a, b, '}');
		to->open_array = equal_avx2(a, b, '[');
		to->close_array = equal_avx2(a, b, ']');
		to->colon = equal_avx2(a, b, ':');
		to->comma = equal_avx2(a, b, ',');
		to->control = below_avx2(a, b, 0x1f);
		to->space = equal_avx2(a, b, ' ');
		if (to->control)
			to->space |= equal_avx2(a, b, '\t') | equal_avx2(a, b, '\n') |
				     equal_avx2(a, b, '\r');
		to->high = join(a, b);
		to->digit = below_avx2(_mm256_sub_epi8(a, nought), _mm256_sub_epi8(b, nought), 9);
		to->zero = equal_avx2(a, b, '0');
		to->minus = equal_avx2(a, b, '-');
		to->plus = equal_avx2(a, b, '+');
		to->dot = equal_avx2(a, b, '.');
		to->exponent =
			equal_avx2(_mm256_or_si256(a, lower), _mm256_or_si256(b, lower), 'e');
	}
}

/* --- AVX-512: the comparison is the set of bits ----------------------------------- */

WITH("avx512f,avx512bw") static inline uint64_t equal_avx512(__m512i a, char c)
{
	return _mm512_cmpeq_epi8_mask(a, _mm512_set1_epi8(c));
}

WITH("avx512f,avx512bw") static void blocks_avx512(const char *p, size_t n, struct block *to)
{
	const __m512i nought = _mm512_set1_epi8('0'), lower = _mm512_set1_epi8(0x20);

	for (; n; n--, p += BLOCK, to++) {
		__m512i a = _mm512_loadu_si512((const void *)p);

		to->quote = equal_avx512(a, '"');
		to->slash = equal_avx512(a, '\\');
		to->open_object = equal_avx512(a, '{');
		to->close_object = equal_avx512(a, '}');
		to->open_array = equal_avx512(a, '[');
		to->close_array = equal_avx512(a, ']');
		to->colon = equal_avx512(a, ':');
		to->comma = equal_avx512(a, ',');
		to->control = _mm512_cmplt_epu8_mask(a, lower);
		to->space = equal_avx512(a, ' ');
		if (to->control)
			to->space |= equal_avx512(a, '\t') | equal_avx512(a, '\n') |
				     equal_avx512(a, '\r');
		to->high = _mm512_movepi8_mask(a);
		to->digit =
			_mm512_cmplt_epu8_mask(_mm512_sub_epi8(a, nought), _mm512_set1_epi8(10));
		to->zero = equal_avx512(a, '0');
		to->minus = equal_avx512(a, '-');
		to->plus = equal_avx512(a, '+');
		to->dot = equal_avx512(a, '.');
		to->exponent = equal_avx512(_mm512_or_si512(a, lower), 'e');
	}
}

blocks_fn *blocks_nth(size_t i)
{
	bool avx2 = __builtin_cpu_supports("avx2");
	bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512f");

	if (avx512 && i-- == 0)
		return blocks_avx512;
	if (avx2 && i-- == 0)
		return blocks_avx2;
	return i == 0 ? blocks_portable : NULL;
}

#else

blocks_fn *blocks_nth(size_t i)
{
	return i == 0 ? blocks_portable : NULL;
}

#endif

blocks_fn *blocks_best(void)
{
	return blocks_nth(0);
}
