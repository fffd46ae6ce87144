#include "print.h"

#include "base/b64.h"
#include "base/num.h"
#include "base/utf8.h"
#include "shortest.h"
#include "json/simd.h"
#include "json/text.h"

#include <math.h>

/* Room for any number of shortest digits: -1.2345678901234567E-308. */
#define NUMBER_MAX 32

void connect_add_int(struct buf *to, int64_t value)
{
	buf_add_i64(to, value);
}

static char *put_zeros(char *p, int n)
{
	memset(p, '0', (size_t)n);
	return p + n;
}

static char *put_digits(char *p, const char *digits, int n)
{
	memcpy(p, digits, (size_t)n);
	return p + n;
}

/* d.ddd times 10^point, as Java lays it out. */
static char *put_number(char *p, const char *digits, int n, int point)
{
	if (point >= -3 && point < 0) {
		p = put_zeros(p, 1);
		*p++ = '.';
		p = put_zeros(p, -point - 1);
		return put_digits(p, digits, n);
	}
	if (point >= 0 && point < 7) {
		int whole = n < point + 1 ? n : point + 1;

		p = put_digits(p, digits, whole);
		p = put_zeros(p, point + 1 - whole);
		*p++ = '.';
		return n > whole ? put_digits(p, digits + whole, n - whole) : put_zeros(p, 1);
	}
	*p++ = digits[0];
	*p++ = '.';
	p = n > 1 ? put_digits(p, digits + 1, n - 1) : put_zeros(p, 1);
	*p++ = 'E';
	if (point < 0)
		*p++ = '-';
	return p + num_put_u64(p, (uint64_t)(point < 0 ? -point : point));
}

static void add_finite(struct buf *to, bool negative, struct shortest s)
{
	char digits[NUM_U64_MAX];
	int n = (int)num_put_u64(digits, s.digits);
	char *p;

	buf_room(to, NUMBER_MAX);
	p = to->p + to->len;
	if (negative)
		*p++ = '-';
	p = put_number(p, digits, n, s.exponent + n - 1);
	to->len = (size_t)(p - to->p);
}

/* What has no digits: NaN, infinities and zeros. */
static void add_special(struct buf *to, double value)
{
	if (isnan(value))
		BUF_LIT(to, "\"NaN\"");
	else if (value != 0 && signbit(value))
		BUF_LIT(to, "\"-Infinity\"");
	else if (value != 0)
		BUF_LIT(to, "\"Infinity\"");
	else if (signbit(value))
		BUF_LIT(to, "-0.0");
	else
		BUF_LIT(to, "0.0");
}

void connect_add_double(struct buf *to, double value)
{
	if (!isfinite(value) || value == 0)
		add_special(to, value);
	else
		add_finite(to, signbit(value), shortest_double(value));
}

void connect_add_float(struct buf *to, float value)
{
	if (!isfinite(value) || value == 0)
		add_special(to, (double)value);
	else
		add_finite(to, signbit(value), shortest_float(value));
}

/*
 * How many bytes Java's decoder replaces by one U+FFFD where no valid character
 * begins: as far as a character could still come of them, and an encoded surrogate
 * as a whole.
 */
static size_t malformed(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t want = p[0] >= 0xf0 ? 3 : 2;
	bool early = (p[0] == 0xe0 && n > 1 && p[1] < 0xa0) ||
		     (p[0] == 0xf0 && n > 1 && p[1] < 0x90) ||
		     (p[0] == 0xf4 && n > 1 && p[1] > 0x8f);
	size_t i = 1;

	if (p[0] < 0xe0 || p[0] > 0xf4 || early)
		return 1;
	if (p[0] == 0xed)
		want = 3;
	while (i < want && i < n && (p[i] & 0xc0) == 0x80)
		i++;
	return i;
}

/* Past all characters from p on that are not ASCII, and valid. */
static const char *pass_characters(const char *p, const char *end)
{
	while (p < end && (signed char)*p < 0) {
		unsigned n = utf8_char(p, (size_t)(end - p));

		if (!n)
			break;
		p += n;
	}
	return p;
}

void connect_add_text(struct buf *to, struct slice text)
{
	const char *p = text.p, *end = text.p + text.n;

	buf_room(to, text.n + 8);
	while (p < end) {
		const char *run = p;

		p = simd_plain(p, end);
		if (p < end && (signed char)*p < 0)
			p = pass_characters(p, end);
		buf_add(to, run, (size_t)(p - run));
		if (p == end || p != run)
			continue;
		if ((signed char)*p < 0) {
			BUF_LIT(to, "\xef\xbf\xbd");
			p += malformed(p, (size_t)(end - p));
		} else {
			json_add_escape(to, (unsigned char)*p++, "0123456789ABCDEF");
		}
	}
}

void connect_add_string(struct buf *to, struct slice text)
{
	buf_addc(to, '"');
	connect_add_text(to, text);
	buf_addc(to, '"');
}

void connect_add_bytes(struct buf *to, struct slice bytes)
{
	buf_room(to, B64_ENCODED(bytes.n) + 2);
	buf_addc(to, '"');
	to->len += b64_encode(to->p + to->len, bytes.p, bytes.n);
	buf_addc(to, '"');
}
