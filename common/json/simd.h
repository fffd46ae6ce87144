/*
 * The inner loops over bytes: sixteen at a time where the machine has SSE2, one by
 * one elsewhere. The portable twins are always there, so that a test can hold both
 * to the same answers.
 */
#ifndef KEB_JSON_SIMD_H
#define KEB_JSON_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is plain in a string: ASCII but for '"', '\\' and control bytes. */
static inline bool simd_is_plain(char c)
{
	return (signed char)c >= ' ' && c != '"' && c != '\\';
}

static inline const char *simd_plain_portable(const char *p, const char *end)
{
	while (p < end && simd_is_plain(*p))
		p++;
	return p;
}

static inline const char *simd_digits_portable(const char *p, const char *end)
{
	while (p < end && (unsigned char)(*p - '0') < 10)
		p++;
	return p;
}

/* What stands behind a number or a word. */
static inline bool simd_is_delimiter(char c)
{
	return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline const char *simd_delimiter_portable(const char *p, const char *end)
{
	while (p < end && !simd_is_delimiter(*p))
		p++;
	return p;
}

#ifdef __SSE2__

#include <emmintrin.h>

/* Of the sixteen bytes at p those that are not plain, a bit each. */
static inline unsigned simd_special(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
	/* A signed comparison: bytes above 0x7f are less than a space, too. */
	__m128i rest = _mm_cmplt_epi8(v, _mm_set1_epi8(' '));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), rest));
}

/* The rest of a long string, such as base64. */
const char *simd_plain_long(const char *p, const char *end);

/* Both pass over what is meant and stop at the first other byte or the end. */
static inline const char *simd_plain(const char *p, const char *end)
{
	if (end - p >= 16) {
		unsigned bits = simd_special(p);

		if (bits)
			return p + __builtin_ctz(bits);
		p = simd_plain_long(p + 16, end);
	}
	return simd_plain_portable(p, end);
}

static inline const char *simd_digits(const char *p, const char *end)
{
	const __m128i zero = _mm_set1_epi8((char)('0' + 128)), ten = _mm_set1_epi8(-118);

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i digit = _mm_cmplt_epi8(_mm_sub_epi8(v, zero), ten);
		unsigned bits = (unsigned)_mm_movemask_epi8(digit) ^ 0xffff;

		if (bits)
			return p + __builtin_ctz(bits);
	}
	return simd_digits_portable(p, end);
}

/* From within a number or word that is valid: so bytes up to a blank are white space. */
static inline const char *simd_delimiter(const char *p, const char *end)
{
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i comma = _mm_cmpeq_epi8(v, _mm_set1_epi8(','));
		__m128i bracket =
			_mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8('}'));
		__m128i space = _mm_cmplt_epi8(v, _mm_set1_epi8(' ' + 1));
		unsigned bits = (unsigned)_mm_movemask_epi8(
			_mm_or_si128(_mm_or_si128(comma, bracket), space));

		if (bits)
			return p + __builtin_ctz(bits);
	}
	return simd_delimiter_portable(p, end);
}

#else

static inline const char *simd_delimiter(const char *p, const char *end)
{
	return simd_delimiter_portable(p, end);
}

static inline const char *simd_plain(const char *p, const char *end)
{
	return simd_plain_portable(p, end);
}

static inline const char *simd_digits(const char *p, const char *end)
{
	return simd_digits_portable(p, end);
}

#endif

#endif
