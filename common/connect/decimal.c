#include "print.h"

#include "base/num.h"

#define CHUNK	     UINT64_C(10000000000000000000)
#define CHUNK_DIGITS 19
#define WORDS_MAX    (CONNECT_DECIMAL_MAX / 8)
/* 8 bytes have 19.3 digits. */
#define DIGITS_MAX (CONNECT_DECIMAL_MAX / 8 * 20 + CHUNK_DIGITS)

__extension__ typedef unsigned __int128 wide;

/* Without the bytes in front that only repeat the sign. */
static struct slice minimal(struct slice n)
{
	const unsigned char *p = (const unsigned char *)n.p;

	while (n.n > 1 && ((p[0] == 0 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80))) {
		p++;
		n.n--;
	}
	n.p = (const char *)p;
	return n;
}

/* The absolute value as 64-bit words, the most significant first; returns how many. */
static size_t to_words(struct slice n, bool negative, uint64_t *words)
{
	size_t count = (n.n + 7) / 8, pad = count * 8 - n.n;
	bool carry = negative;

	memset(words, negative ? 0xff : 0, count * sizeof *words);
	for (size_t i = 0; i < n.n; i++) {
		uint64_t *word = &words[(i + pad) / 8];

		*word = *word << 8 | (unsigned char)n.p[i];
	}
	for (size_t i = count; negative && i > 0; i--) {
		words[i - 1] = ~words[i - 1] + carry;
		carry = carry && words[i - 1] == 0;
	}
	return count;
}

/* Divides by CHUNK in place and returns the remainder. */
static uint64_t divide(uint64_t *words, size_t n)
{
	wide rest = 0;

	for (size_t i = 0; i < n; i++) {
		rest = rest << 64 | words[i];
		words[i] = (uint64_t)(rest / CHUNK);
		rest %= CHUNK;
	}
	return (uint64_t)rest;
}

/* Writes the digits so that they end at `end`; returns where they start. */
static char *put_words(char *end, uint64_t *words, size_t n)
{
	size_t first = 0;

	for (;;) {
		char chunk[NUM_U64_MAX];
		size_t len;

		while (first < n && words[first] == 0)
			first++;
		if (first == n)
			return end;
		len = num_put_u64(chunk, divide(words + first, n - first));
		memcpy(end - len, chunk, len);
		if (n - first == 1 && words[first] == 0)
			return end - len;
		memset(end - CHUNK_DIGITS, '0', CHUNK_DIGITS - len);
		end -= CHUNK_DIGITS;
	}
}

/* As BigDecimal.toString: plain if 0 <= scale and the first digit is not far behind the point. */
static void add_scaled(struct buf *to, struct slice digits, int64_t scale)
{
	int64_t first = (int64_t)digits.n - 1 - scale;
	size_t whole;

	if (scale == 0) {
		buf_adds(to, digits);
	} else if (scale > 0 && first >= -6) {
		whole = digits.n > (size_t)scale ? digits.n - (size_t)scale : 0;
		if (whole == 0)
			BUF_LIT(to, "0");
		buf_add(to, digits.p, whole);
		buf_addc(to, '.');
		for (size_t i = digits.n; i < (size_t)scale; i++)
			buf_addc(to, '0');
		buf_add(to, digits.p + whole, digits.n - whole);
	} else {
		buf_addc(to, digits.p[0]);
		if (digits.n > 1)
			buf_addc(to, '.');
		buf_add(to, digits.p + 1, digits.n - 1);
		if (first != 0)
			buf_addc(to, 'E');
		if (first > 0)
			buf_addc(to, '+');
		if (first != 0)
			buf_add_i64(to, first);
	}
}

static void add_digits(struct buf *to, struct slice unscaled, int32_t scale)
{
	uint64_t words[WORDS_MAX];
	char digits[DIGITS_MAX];
	bool negative = (unsigned char)unscaled.p[0] >= 0x80;
	char *end = digits + sizeof digits, *p;
	size_t n = to_words(unscaled, negative, words);

	p = put_words(end, words, n);
	if (p == end)
		*--p = '0';
	if (negative)
		buf_addc(to, '-');
	add_scaled(to, (struct slice){p, (size_t)(end - p)}, scale);
}

bool connect_add_decimal(struct buf *to, struct slice unscaled, int32_t scale,
			 enum connect_decimal form)
{
	unscaled = minimal(unscaled);
	if (unscaled.n == 0 || (form != DECIMAL_BASE64 && unscaled.n > CONNECT_DECIMAL_MAX))
		return false;
	if (form == DECIMAL_BASE64) {
		connect_add_bytes(to, unscaled);
		return true;
	}
	if (form == DECIMAL_STRING)
		buf_addc(to, '"');
	add_digits(to, unscaled, scale);
	if (form == DECIMAL_STRING)
		buf_addc(to, '"');
	return true;
}
