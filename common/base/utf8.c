#include "base/utf8.h"

#include <string.h>

unsigned utf8_char(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned c;

	if (n == 0)
		return 0;
	c = p[0];
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	if (n < 2 || (p[1] & 0xc0) != 0x80)
		return 0;
	if (c < 0xe0)
		return 2;
	/* Overlong forms, surrogates and values past U+10FFFF show in the second byte. */
	if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) ||
	    (c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f))
		return 0;
	if (n < 3 || (p[2] & 0xc0) != 0x80)
		return 0;
	if (c < 0xf0)
		return 3;
	return n < 4 || (p[3] & 0xc0) != 0x80 ? 0 : 4;
}

bool utf8_valid(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		uint64_t eight;
		unsigned len;

		if (n - i >= 8) {
			memcpy(&eight, p + i, 8);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				i += 8;
				continue;
			}
		}
		len = utf8_char(p + i, n - i);
		if (!len)
			return false;
		i += len;
	}
	return true;
}

size_t utf8_cut(const char *p, size_t n, size_t max)
{
	if (n <= max)
		return n;
	while (max > 0 && ((unsigned char)p[max] & 0xc0) == 0x80)
		max--;
	return max;
}

void utf8_mend(char *p, size_t n)
{
	unsigned len;

	for (size_t i = 0; i < n; i += len ? len : 1) {
		len = utf8_char(p + i, n - i);
		if (!len)
			p[i] = '?';
	}
}

unsigned utf8_put(char to[4], uint32_t code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 63));
		to[2] = (char)(0x80 | (code & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 63));
	to[2] = (char)(0x80 | (code >> 6 & 63));
	to[3] = (char)(0x80 | (code & 63));
	return 4;
}

size_t utf8_count(const char *p, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += utf8_begins(p[i]);
	return count;
}
