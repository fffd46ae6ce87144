/*
 * Sixty-four bytes at a time as sets of bits, by the machine's widest instructions: what
 * json/sieve and json/skeleton compute with. Everything here is inlined into functions
 * that are compiled for the machine in question (json/index.c, json/verify.c).
 */
#ifndef KEB_JSON_BLOCKS_H
#define KEB_JSON_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BLOCK  64
#define INLINE static inline __attribute__((always_inline))

/* Of text; bit i is about byte i. */
struct block {
	uint64_t quote, slash;
	uint64_t structural; /* one of {}[]:, */
	uint64_t space;	     /* blank, tab, LF, CR */
	uint64_t control;    /* below 0x20 */
	uint64_t high;	     /* not ASCII */
	uint64_t digit, zero, minus, dot;
};

/* Of text, for who looks for strings and brackets only. */
struct edges {
	uint64_t quote, slash, high;
	uint64_t open, close; /* one of {[, one of }] */
};

/* A set of ASCII; other bytes count as those without their highest bit. */
struct ascii {
	char in[128];	 /* 0x80: it is in the set */
	char by_low[16]; /* by the lowest four bits: a bit for each value of the other three */
};

/* Of a skeleton; bit i is about token i. */
struct shape {
	uint64_t open_object, close_object, open_array, close_array;
	uint64_t colon, comma, string;
};

/* The kinds of machines, the widest first; none: bytes are looked at one by one. */
enum blocks {
	BLOCKS_AVX512,
	BLOCKS_AVX2,
	BLOCKS_NONE,
	BLOCKS_END,
};

/* Those that this machine is, the i-th; BLOCKS_END behind the last. */
static inline enum blocks blocks_nth(size_t i)
{
#ifdef __x86_64__
	const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
			  __builtin_cpu_supports("pclmul");
	const bool avx512 =
		__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
		__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");

	if (avx2 && avx512 && i-- == 0)
		return BLOCKS_AVX512;
	if (avx2 && i-- == 0)
		return BLOCKS_AVX2;
#endif
	return i == 0 ? BLOCKS_NONE : BLOCKS_END;
}

/* One kind of machine. */
struct wide {
	void (*look)(const char *p, struct block *b);
	void (*look_edges)(const char *p, struct edges *e);
	void (*look_shape)(const char *p, struct shape *s);
	/* The bytes of a block that are in a set. */
	uint64_t (*among)(const char *p, const struct ascii *set);
	/* The bytes of a block up to c, unsigned. */
	uint64_t (*up_to)(const char *p, unsigned char c);
	/* The last n bytes of a text, 1 to 64, as a block with blanks behind them. */
	void (*pad)(char block[BLOCK], const char *p, size_t n);
	/* The bits that are in the set, one behind the other from the lowest on. */
	uint64_t (*gather)(uint64_t bits, uint64_t set);
	/* The other way: the lowest bits, each in the place of a bit of the set. */
	uint64_t (*scatter)(uint64_t bits, uint64_t set);
	/* Bit i of the result: whether an odd number of bits up to i is set. */
	uint64_t (*parity)(uint64_t bits);
	/* The bytes of a block that are in the set, one behind the other; up to 64 are written. */
	void (*take)(const char *p, uint64_t set, char *to);
};

#ifdef __x86_64__

#include <immintrin.h>

/* --- AVX2: two halves ------------------------------------------------------------- */

#define FOR_AVX2 __attribute__((target("avx2,bmi,bmi2,pclmul")))

FOR_AVX2 INLINE uint64_t join(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
							     << 32;
}

FOR_AVX2 INLINE uint64_t equal_avx2(__m256i a, __m256i b, char c)
{
	__m256i v = _mm256_set1_epi8(c);

	return join(_mm256_cmpeq_epi8(a, v), _mm256_cmpeq_epi8(b, v));
}

/* Bytes up to c, unsigned. */
FOR_AVX2 INLINE uint64_t below_avx2(__m256i a, __m256i b, char c)
{
	__m256i v = _mm256_set1_epi8(c);

	return join(_mm256_cmpeq_epi8(_mm256_min_epu8(a, v), a),
		    _mm256_cmpeq_epi8(_mm256_min_epu8(b, v), b));
}

/* One of two bytes that differ in the bit 0x20, in a half. */
FOR_AVX2 INLINE __m256i either_avx2(__m256i v, char c)
{
	return _mm256_cmpeq_epi8(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(c));
}

/* Of {}[]:, those of a half. */
FOR_AVX2 INLINE __m256i structural_avx2(__m256i v)
{
	return _mm256_or_si256(_mm256_or_si256(either_avx2(v, '{'), either_avx2(v, '}')),
			       _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(':')),
					       _mm256_cmpeq_epi8(v, _mm256_set1_epi8(','))));
}

FOR_AVX2 INLINE void look_avx2(const char *p, struct block *to)
{
	const __m256i nought = _mm256_set1_epi8('0');
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	to->quote = equal_avx2(a, b, '"');
	to->slash = equal_avx2(a, b, '\\');
	to->structural = join(structural_avx2(a), structural_avx2(b));
	to->high = join(a, b);
	to->control = below_avx2(a, b, 0x1f);
	to->space = equal_avx2(a, b, ' ');
	if (to->control)
		to->space |=
			equal_avx2(a, b, '\t') | equal_avx2(a, b, '\n') | equal_avx2(a, b, '\r');
	to->digit = below_avx2(_mm256_sub_epi8(a, nought), _mm256_sub_epi8(b, nought), 9);
	to->zero = equal_avx2(a, b, '0');
	to->minus = equal_avx2(a, b, '-');
	to->dot = equal_avx2(a, b, '.');
}

FOR_AVX2 INLINE void look_edges_avx2(const char *p, struct edges *to)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	to->quote = equal_avx2(a, b, '"');
	to->slash = equal_avx2(a, b, '\\');
	to->high = join(a, b);
	to->open = join(either_avx2(a, '{'), either_avx2(b, '{'));
	to->close = join(either_avx2(a, '}'), either_avx2(b, '}'));
}

FOR_AVX2 INLINE void look_shape_avx2(const char *p, struct shape *to)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	to->open_object = equal_avx2(a, b, '{');
	to->close_object = equal_avx2(a, b, '}');
	to->open_array = equal_avx2(a, b, '[');
	to->close_array = equal_avx2(a, b, ']');
	to->colon = equal_avx2(a, b, ':');
	to->comma = equal_avx2(a, b, ',');
	to->string = equal_avx2(a, b, '"');
}

/* The lowest four bits find eight bits, the other three choose one of them. */
FOR_AVX2 INLINE __m256i half_among_avx2(const char *p, const struct ascii *set)
{
	const __m256i low = _mm256_set1_epi8(0x0f), high = _mm256_set1_epi8(0x07);
	const __m256i bit = _mm256_set1_epi64x((long long)UINT64_C(0x8040201008040201));
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i by_low = _mm256_broadcastsi128_si256(
		_mm_loadu_si128((const __m128i *)(const void *)set->by_low));
	__m256i some = _mm256_shuffle_epi8(by_low, _mm256_and_si256(v, low));
	__m256i one = _mm256_shuffle_epi8(bit, _mm256_and_si256(_mm256_srli_epi16(v, 4), high));

	return _mm256_cmpeq_epi8(_mm256_and_si256(some, one), one);
}

FOR_AVX2 INLINE uint64_t among_avx2(const char *p, const struct ascii *set)
{
	return join(half_among_avx2(p, set), half_among_avx2(p + 32, set));
}

FOR_AVX2 INLINE uint64_t gather_bmi2(uint64_t bits, uint64_t set)
{
	return _pext_u64(bits, set);
}

FOR_AVX2 INLINE uint64_t scatter_bmi2(uint64_t bits, uint64_t set)
{
	return _pdep_u64(bits, set);
}

FOR_AVX2 INLINE uint64_t up_to_avx2(const char *p, unsigned char c)
{
	return below_avx2(_mm256_loadu_si256((const __m256i *)(const void *)p),
			  _mm256_loadu_si256((const __m256i *)(const void *)(p + 32)), (char)c);
}

FOR_AVX2 INLINE void pad_avx2(char block[BLOCK], const char *p, size_t n)
{
	memset(block, ' ', BLOCK);
	memcpy(block, p, n);
}

/* A product without carries: every bit times all those above it. */
FOR_AVX2 INLINE uint64_t parity_clmul(uint64_t bits)
{
	__m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits),
					       _mm_set1_epi8((char)0xff), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

/* By eights: how many there are is hard to foretell. */
FOR_AVX2 INLINE void take_avx2(const char *p, uint64_t set, char *to)
{
	do {
#pragma GCC unroll 8
		for (int i = 0; i < 8; i++, set &= set - 1)
			to[i] = p[_tzcnt_u64(set) % BLOCK];
		to += 8;
	} while (set);
}

static const struct wide wide_avx2 = {look_avx2,    look_edges_avx2, look_shape_avx2, among_avx2,
				      up_to_avx2,   pad_avx2,	     gather_bmi2,     scatter_bmi2,
				      parity_clmul, take_avx2};

/* --- AVX-512: the comparison is the set of bits ----------------------------------- */

#define FOR_AVX512                                                                                 \
	__attribute__((                                                                            \
		target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,pclmul")))

FOR_AVX512 INLINE uint64_t equal_avx512(__m512i v, char c)
{
	return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

/* What a byte of ASCII is, a bit each. */
enum {
	IS_STRUCTURAL = 1,
	IS_SPACE = 2,
	IS_DIGIT = 4,
	IS_ZERO = 8,
	IS_MINUS = 16,
	IS_DOT = 32,
	IS_QUOTE = 64,
	IS_SLASH = 128,
};

static const unsigned char what_is[128] __attribute__((aligned(64))) = {
	['{'] = IS_STRUCTURAL, ['}'] = IS_STRUCTURAL,	   ['['] = IS_STRUCTURAL,
	[']'] = IS_STRUCTURAL, [':'] = IS_STRUCTURAL,	   [','] = IS_STRUCTURAL,
	[' '] = IS_SPACE,      ['\t'] = IS_SPACE,	   ['\n'] = IS_SPACE,
	['\r'] = IS_SPACE,     ['0'] = IS_DIGIT | IS_ZERO, ['1'] = IS_DIGIT,
	['2'] = IS_DIGIT,      ['3'] = IS_DIGIT,	   ['4'] = IS_DIGIT,
	['5'] = IS_DIGIT,      ['6'] = IS_DIGIT,	   ['7'] = IS_DIGIT,
	['8'] = IS_DIGIT,      ['9'] = IS_DIGIT,	   ['-'] = IS_MINUS,
	['.'] = IS_DOT,	       ['"'] = IS_QUOTE,	   ['\\'] = IS_SLASH,
};

FOR_AVX512 INLINE uint64_t are(__m512i v, int what)
{
	return _mm512_test_epi8_mask(v, _mm512_set1_epi8((char)what));
}

/* One look into a table of 128 bytes for each byte of the block. */
FOR_AVX512 INLINE void look_avx512(const char *p, struct block *to)
{
	__m512i bytes = _mm512_loadu_si512((const void *)p), v;

	to->high = _mm512_movepi8_mask(bytes);
	to->control = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20));
	v = _mm512_maskz_permutex2var_epi8(~to->high, _mm512_load_si512((const void *)what_is),
					   bytes, _mm512_load_si512((const void *)(what_is + 64)));
	to->quote = are(v, IS_QUOTE);
	to->slash = are(v, IS_SLASH);
	to->structural = are(v, IS_STRUCTURAL);
	to->space = are(v, IS_SPACE);
	to->digit = are(v, IS_DIGIT);
	to->zero = are(v, IS_ZERO);
	to->minus = are(v, IS_MINUS);
	to->dot = are(v, IS_DOT);
}

/* The brackets differ in one bit. */
FOR_AVX512 INLINE void look_edges_avx512(const char *p, struct edges *to)
{
	__m512i v = _mm512_loadu_si512((const void *)p);
	__m512i low = _mm512_or_si512(v, _mm512_set1_epi8(0x20));

	to->quote = equal_avx512(v, '"');
	to->slash = equal_avx512(v, '\\');
	to->high = _mm512_movepi8_mask(v);
	to->open = equal_avx512(low, '{');
	to->close = equal_avx512(low, '}');
}

FOR_AVX512 INLINE void look_shape_avx512(const char *p, struct shape *to)
{
	__m512i v = _mm512_loadu_si512((const void *)p);

	to->open_object = equal_avx512(v, '{');
	to->close_object = equal_avx512(v, '}');
	to->open_array = equal_avx512(v, '[');
	to->close_array = equal_avx512(v, ']');
	to->colon = equal_avx512(v, ':');
	to->comma = equal_avx512(v, ',');
	to->string = equal_avx512(v, '"');
}

FOR_AVX512 INLINE uint64_t among_avx512(const char *p, const struct ascii *set)
{
	return _mm512_movepi8_mask(_mm512_permutex2var_epi8(
		_mm512_loadu_si512((const void *)set->in), _mm512_loadu_si512((const void *)p),
		_mm512_loadu_si512((const void *)(set->in + 64))));
}

FOR_AVX512 INLINE uint64_t up_to_avx512(const char *p, unsigned char c)
{
	return _mm512_cmple_epu8_mask(_mm512_loadu_si512((const void *)p),
				      _mm512_set1_epi8((char)c));
}

FOR_AVX512 INLINE void pad_avx512(char block[BLOCK], const char *p, size_t n)
{
	const __m512i blank = _mm512_set1_epi8(' ');

	_mm512_storeu_si512((void *)block,
			    _mm512_mask_loadu_epi8(blank, ~UINT64_C(0) >> (BLOCK - n), p));
}

FOR_AVX512 INLINE void take_avx512(const char *p, uint64_t set, char *to)
{
	_mm512_storeu_si512((void *)to,
			    _mm512_maskz_compress_epi8(set, _mm512_loadu_si512((const void *)p)));
}

static const struct wide wide_avx512 = {
	look_avx512, look_edges_avx512, look_shape_avx512, among_avx512, up_to_avx512,
	pad_avx512,  gather_bmi2,	scatter_bmi2,	   parity_clmul, take_avx512};

#endif

#endif
