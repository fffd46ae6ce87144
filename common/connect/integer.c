#include "integer.h"

#define WORDS (INTEGER_DIGITS_MAX / 9 + 2)

/* words, the least significant first, times `by` plus `more`. */
static size_t multiply(uint32_t *words, size_t n, uint32_t by, uint32_t more)
{
	uint64_t carry = more;

	for (size_t i = 0; i < n; i++) {
		carry += (uint64_t)words[i] * by;
		words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		words[n++] = (uint32_t)carry;
	return n;
}

static void negate(uint32_t *words, size_t n)
{
	bool carry = true;

	for (size_t i = 0; i < n; i++) {
		words[i] = ~words[i] + carry;
		carry = carry && words[i] == 0;
	}
}

static unsigned char byte_at(const uint32_t *words, size_t i)
{
	return (unsigned char)(words[i / 4] >> i % 4 * 8);
}

static void add_shortest(struct buf *to, const uint32_t *words, size_t n, bool negative)
{
	const unsigned char fill = negative ? 0xff : 0;
	size_t bytes = n * 4;

	while (bytes > 1 && byte_at(words, bytes - 1) == fill &&
	       (byte_at(words, bytes - 2) & 0x80) == (fill & 0x80))
		bytes--;
	buf_room(to, bytes);
	while (bytes > 0)
		buf_addc(to, (char)byte_at(words, --bytes));
}

bool integer_add(struct buf *to, struct slice digits, bool negative)
{
	uint32_t words[WORDS];
	size_t n = 0, count = 0;

	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] == '.')
			continue;
		if (++count > INTEGER_DIGITS_MAX)
			return false;
		n = multiply(words, n, 10, (uint32_t)(digits.p[i] - '0'));
	}
	words[n++] = 0; /* room for the sign */
	if (negative && n > 1)
		negate(words, n);
	add_shortest(to, words, n, negative && n > 1);
	return true;
}
