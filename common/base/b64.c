#include "base/b64.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Twelve bits at a time: pairs[v] are the two digits of v. Made once, 8 KiB. */
static char pairs[4096][2];
static uint8_t values[256] __attribute__((aligned(64))); /* 0xff: no digit */

__attribute__((constructor)) static void make_tables(void)
{
	memset(values, 0xff, sizeof values);
	for (unsigned i = 0; i < 64; i++)
		values[(unsigned char)digits[i]] = (uint8_t)i;
	for (unsigned i = 0; i < 4096; i++) {
		pairs[i][0] = digits[i >> 6];
		pairs[i][1] = digits[i & 63];
	}
}

#if defined(__x86_64__)
/*
 * Twelve bytes at a time, of which it wants sixteen to be there; returns how many
 * were taken. By W. Mula, "Base64 encoding with SIMD instructions": the
 * multiplications move each six bits into a byte of their own, and how far a value
 * is from its digit depends on which of five ranges it is in.
 */
__attribute__((target("ssse3"))) static size_t encode_twelves(char *to, const unsigned char *from,
							      size_t n)
{
	const __m128i order = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
	const __m128i add = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
					  '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
					  '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
	size_t at = 0;

	for (; n - at >= 16; at += 12, to += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(from + at));
		__m128i odd, even, range, upper;

		v = _mm_shuffle_epi8(v, order);
		odd = _mm_mulhi_epu16(_mm_and_si128(v, _mm_set1_epi32(0x0fc0fc00)),
				      _mm_set1_epi32(0x04000040));
		even = _mm_mullo_epi16(_mm_and_si128(v, _mm_set1_epi32(0x003f03f0)),
				       _mm_set1_epi32(0x01000010));
		v = _mm_or_si128(odd, even);
		upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), v);
		range = _mm_or_si128(_mm_subs_epu8(v, _mm_set1_epi8(51)),
				     _mm_and_si128(upper, _mm_set1_epi8(13)));
		v = _mm_add_epi8(v, _mm_shuffle_epi8(add, range));
		_mm_storeu_si128((__m128i *)(void *)to, v);
	}
	return at;
}
#endif

size_t b64_encode(char *to, const void *from, size_t n)
{
	const unsigned char *p = from;
	char *start = to;

#if defined(__x86_64__)
	if (n >= 16 && __builtin_cpu_supports("ssse3")) {
		size_t done = encode_twelves(to, p, n);

		p += done;
		to += done / 3 * 4;
		n -= done;
	}
#endif
	for (; n >= 3; n -= 3, p += 3, to += 4) {
		unsigned v = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];

		memcpy(to, pairs[v >> 12], 2);
		memcpy(to + 2, pairs[v & 4095], 2);
	}
	if (n) {
		unsigned v = (unsigned)p[0] << 16 | (n == 2 ? (unsigned)p[1] << 8 : 0);

		memcpy(to, pairs[v >> 12], 2);
		to[2] = n == 2 ? digits[v >> 6 & 63] : '=';
		to[3] = '=';
		to += 4;
	}
	return (size_t)(to - start);
}

#if defined(__x86_64__)
/*
 * Sixty-four digits at a time, the same way: here a table of 128 bytes is one
 * instruction, and what is no digit shows in its highest bit. Writes 64 bytes for each
 * 48, so it leaves the last 88 digits.
 */
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static size_t decode_sixty_fours(
	unsigned char *to, const char *from, size_t n)
{
	static const uint8_t order[64] __attribute__((aligned(64))) = {
		2,  1,	0,  6,	5,  4,	10, 9,	8,  14, 13, 12, 18, 17, 16, 22,
		21, 20, 26, 25, 24, 30, 29, 28, 34, 33, 32, 38, 37, 36, 42, 41,
		40, 46, 45, 44, 50, 49, 48, 54, 53, 52, 58, 57, 56, 62, 61, 60};
	const __m512i low = _mm512_load_si512((const void *)values);
	const __m512i high = _mm512_load_si512((const void *)(values + 64));
	const __m512i pack = _mm512_load_si512((const void *)order);
	size_t at = 0;

	for (; n - at > 88; at += 64, to += 48) {
		__m512i digit = _mm512_loadu_si512((const void *)(from + at));
		__m512i v = _mm512_permutex2var_epi8(low, digit, high);

		if (_mm512_movepi8_mask(_mm512_or_si512(v, digit)))
			break;
		v = _mm512_maddubs_epi16(v, _mm512_set1_epi32(0x01400140));
		v = _mm512_madd_epi16(v, _mm512_set1_epi32(0x00011000));
		_mm512_storeu_si512((void *)to, _mm512_permutexvar_epi8(pack, v));
	}
	return at;
}

/*
 * Sixteen digits at a time, as far as they are digits; returns how many were
 * taken. Writes sixteen bytes for each twelve. By W. Mula and D. Lemire,
 * "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018): a
 * digit's two halves pick bits that meet only where it is none, and the upper
 * one picks what is added to make its value of it.
 */
__attribute__((target("ssse3"))) static size_t decode_sixteens(unsigned char *to, const char *from,
							       size_t n)
{
	const __m128i by_low = _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
					     0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
	const __m128i by_high = _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10,
					      0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
	const __m128i add = _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m128i order = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	const __m128i slash = _mm_set1_epi8('/');
	size_t at = 0;

	for (; n - at > 24; at += 16, to += 12) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(from + at));
		__m128i high = _mm_and_si128(_mm_srli_epi32(v, 4), slash);
		__m128i low = _mm_and_si128(v, slash);
		__m128i bad = _mm_and_si128(_mm_shuffle_epi8(by_low, low),
					    _mm_shuffle_epi8(by_high, high));
		__m128i move = _mm_shuffle_epi8(add, _mm_add_epi8(_mm_cmpeq_epi8(v, slash), high));

		if (_mm_movemask_epi8(_mm_cmpgt_epi8(bad, _mm_setzero_si128())))
			break;
		v = _mm_maddubs_epi16(_mm_add_epi8(v, move), _mm_set1_epi32(0x01400140));
		v = _mm_madd_epi16(v, _mm_set1_epi32(0x00011000));
		_mm_storeu_si128((__m128i *)(void *)to, _mm_shuffle_epi8(v, order));
	}
	return at;
}
#endif

/* The last four digits, of which one or two may be padding; the unused bits must be zero. */
static ssize_t decode_end(unsigned char *to, const unsigned char *p)
{
	unsigned a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];

	if ((a | b) & 0xc0)
		return -1;
	to[0] = (unsigned char)(a << 2 | b >> 4);
	if (p[2] == '=' && p[3] == '=')
		return b & 15 ? -1 : 1;
	if (c & 0xc0)
		return -1;
	to[1] = (unsigned char)(b << 4 | c >> 2);
	if (p[3] == '=')
		return c & 3 ? -1 : 2;
	if (d & 0xc0)
		return -1;
	to[2] = (unsigned char)(c << 6 | d);
	return 3;
}

ssize_t b64_decode(void *to, const char *from, size_t n)
{
	const unsigned char *p = (const unsigned char *)from;
	unsigned char *start = to, *out = to;
	unsigned bad = 0;
	ssize_t last;

	if (n % 4)
		return -1;
	if (n == 0)
		return 0;
#if defined(__x86_64__)
	if (n > 88 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi")) {
		size_t done = decode_sixty_fours(out, from, n);

		p += done;
		out += done / 4 * 3;
		n -= done;
	}
	if (n > 24 && __builtin_cpu_supports("ssse3")) {
		size_t done = decode_sixteens(out, (const char *)p, n);

		p += done;
		out += done / 4 * 3;
		n -= done;
	}
#endif
	for (; n > 4; n -= 4, p += 4, out += 3) {
		unsigned a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
		unsigned v = a << 18 | b << 12 | c << 6 | d;

		bad |= a | b | c | d;
		out[0] = (unsigned char)(v >> 16);
		out[1] = (unsigned char)(v >> 8);
		out[2] = (unsigned char)v;
	}
	if (bad & 0xc0)
		return -1;
	last = decode_end(out, p);
	return last < 0 ? -1 : out - start + last;
}
