#include "base/b64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Twelve bits at a time: pairs[v] are the two digits of v. Made once, 8 KiB. */
static char pairs[4096][2];
static uint8_t values[256]; /* 0xff: no digit */

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

size_t b64_encode(char *to, const void *from, size_t n)
{
	const unsigned char *p = from;
	char *start = to;

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
