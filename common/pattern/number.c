/*
 * A number text is first brought to its significant digits and a decimal exponent.
 * Up to 15 digits and a modest exponent is always comparable and mostly exact in
 * one multiplication; more than 17 digits never is. Only what lies between needs
 * strtod(3) and the shortest text of the result.
 */
#include "pattern/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX   17 /* a double's shortest text never has more */
#define DIGITS_SAFE  15 /* always survive the way to a double and back */
#define EXPONENT_CAP 1000000000000

__extension__ typedef unsigned __int128 wide;

struct decimal {
	bool negative;
	uint64_t mantissa; /* no zero at its end once it is stripped */
	int64_t exponent;  /* value = mantissa * 10^exponent */
};

#define POWERS_MAX 19

static const uint64_t integer_power[POWERS_MAX + 1] = {1u,
						       10u,
						       100u,
						       1000u,
						       10000u,
						       100000u,
						       1000000u,
						       10000000u,
						       100000000u,
						       1000000000u,
						       10000000000u,
						       100000000000u,
						       1000000000000u,
						       10000000000000u,
						       100000000000000u,
						       1000000000000000u,
						       10000000000000000u,
						       100000000000000000u,
						       1000000000000000000u,
						       10000000000000000000u};

/* --- digits ----------------------------------------------------------------------- */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* Eight bytes; a digit becomes its value. */
static inline uint64_t load_eight(const char *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v ^ UINT64_C(0x3030303030303030);
}

/* The highest bit of each that is no digit; behind the first one others may have it, too. */
static inline uint64_t no_digits(uint64_t v)
{
	return ((v + UINT64_C(0x7676767676767676)) | v) & UINT64_C(0x8080808080808080);
}

/* Their number, the first being the lowest byte: to pairs, to fours, to one. */
static inline uint64_t join_eight(uint64_t v)
{
	v = (v * 10 + (v >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	v = (v * 100 + (v >> 16)) & UINT64_C(0x0000ffff0000ffff);
	return (uint32_t)(v * 10000 + (v >> 32));
}

/*
 * Appends the digits at p to n, which wraps if they are too many; returns what is behind.
 * The last ones are read with what stands before them, which is at `first` or behind it.
 */
static const char *add_digits(const char *first, const char *p, const char *end, uint64_t *n)
{
	uint64_t v, other;
	unsigned digits;

	for (; end - p >= 8; p += 8) {
		v = load_eight(p);
		other = no_digits(v);
		if (other) {
			digits = (unsigned)__builtin_ctzll(other) / 8;
			if (digits)
				*n = *n * integer_power[digits] +
				     join_eight(v << (64 - 8 * digits));
			return p + digits;
		}
		*n = *n * integer_power[8] + join_eight(v);
	}
	if (p < end && end - first >= 8) {
		digits = (unsigned)(end - p);
		v = load_eight(end - 8) & ~UINT64_C(0) << (64 - 8 * digits);
		if (!no_digits(v)) {
			*n = *n * integer_power[digits] + join_eight(v);
			return end;
		}
	}
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		*n = *n * 10 + (uint64_t)(*p - '0');
	return p;
}

#else

static const char *add_digits(const char *first, const char *p, const char *end, uint64_t *n)
{
	(void)first;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		*n = *n * 10 + (uint64_t)(*p - '0');
	return p;
}

#endif

/* The same for any number of digits; false if more than DIGITS_MAX are significant. */
static bool read_many_digits(struct decimal *d, const char *p, const char *end)
{
	bool fraction = false;
	uint64_t digits = 0, zeros = 0;

	*d = (struct decimal){.negative = d->negative};
	for (; p < end; p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		if (fraction)
			d->exponent--;
		if (*p == '0') {
			zeros++;
			continue;
		}
		if (digits == 0)
			zeros = 0;
		if (digits + zeros + 1 > DIGITS_MAX)
			return false;
		for (; zeros; zeros--, digits++)
			d->mantissa *= 10;
		d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
		digits++;
	}
	d->exponent += (int64_t)zeros;
	return true;
}

/* Digits of mantissa and fraction, up to an exponent's letter. */
static bool read_digits(struct decimal *d, const char **at, const char *end)
{
	const char *first = *at, *p = add_digits(first, first, end, &d->mantissa), *dot = p;

	if (p < end && *p == '.') {
		p = add_digits(first, p + 1, end, &d->mantissa);
		d->exponent = -(p - dot - 1);
	}
	*at = p;
	/* A dot among them takes the place of a digit. */
	return p - first <= POWERS_MAX || read_many_digits(d, first, p);
}

static void strip_zeros(struct decimal *d)
{
	for (; d->mantissa && d->mantissa % 10 == 0; d->mantissa /= 10)
		d->exponent++;
}

static int64_t read_exponent(const char *p, const char *end)
{
	bool negative = false;
	int64_t e = 0;

	if (p < end && (*p == 'e' || *p == 'E'))
		p++;
	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	for (; p < end; p++)
		if (e < EXPONENT_CAP)
			e = e * 10 + (*p - '0');
	return negative ? -e : e;
}

/* The quotient of 128 by 64 bits if it has 64: one instruction where there is one for it. */
static inline uint64_t divide(wide n, uint64_t by)
{
#ifdef __x86_64__
	uint64_t quotient, rest;

	__asm__("divq %4"
		: "=a"(quotient), "=d"(rest)
		: "a"((uint64_t)n), "d"((uint64_t)(n >> 64)), "r"(by)
		: "cc");
	return quotient;
#else
	return (uint64_t)(n / by);
#endif
}

/* 2^-n, n up to 1000. */
static inline double half_to_the(int n)
{
	const uint64_t bits = (uint64_t)(1023 - n) << (DBL_MANT_DIG - 1);
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

static int bits_of(uint64_t n)
{
	return 64 - __builtin_clzll(n);
}

/* Whether a number on the scale of is_shortest rounds to the double there. */
static bool rounds_to(wide at, wide number, uint64_t reach, uint64_t m2)
{
	wide off = number > at ? number - at : at - number;

	return off < reach || (off == reach && m2 % 2 == 0);
}

/* The shortest text of the double has the same digits and exponent. */
static bool shortest_is(double value, const struct decimal *d)
{
	char text[40];

	for (int precision = 0; precision < DIGITS_MAX; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	struct decimal back = {0};
	const char *p = text, *end = text + strlen(text);
	if (!read_digits(&back, &p, end))
		return false;
	back.exponent += read_exponent(p, end);
	strip_zeros(&back);
	return back.mantissa == d->mantissa && back.exponent == d->exponent;
}

/*
 * The same for 16 and 17 digits of modest size, in integers. With k = -exponent and
 * the double m2 * 2^-t, everything is scaled by 2^(t+1): the double lies at 2 * m2 * 10^k
 * on the scale where the mantissa's unit is 2^(t+1), and what lies within 10^k of it
 * rounds to it. The digits are the shortest if no multiple of ten does so and they are
 * the closest of their length. 1 yes, 0 no, -1: the cases left to shortest_is.
 */
static int is_shortest(const struct decimal *d, double *value)
{
	int k = (int)-d->exponent, shift, down, t;
	uint64_t power, q, m2, rest, half;
	wide scaled, at, unit, tens, off;

	if (d->exponent > 0 || d->exponent < -POWERS_MAX)
		return -1;
	power = integer_power[k];
	/* A quotient of 63 or 64 bits, and whether anything is left over. */
	shift = 63 + bits_of(power) - bits_of(d->mantissa);
	scaled = (wide)d->mantissa << shift;
	q = divide(scaled, power);
	down = bits_of(q) - DBL_MANT_DIG;
	m2 = q >> down;
	rest = q & ((UINT64_C(1) << down) - 1);
	half = UINT64_C(1) << (down - 1);
	t = shift - down;
	if (rest > half || (rest == half && ((wide)q * power != scaled || m2 & 1)))
		m2++;
	/* At a power of two the neighbours are not equally far. */
	if (t < 0 || (m2 & (m2 - 1)) == 0)
		return -1;
	*value = (double)m2 * half_to_the(t);
	at = (wide)(2 * m2) * power;
	unit = (wide)1 << (t + 1);
	tens = (wide)(d->mantissa / 10 * 10) << (t + 1);
	if (rounds_to(at, tens, power, m2) || rounds_to(at, tens + 10 * unit, power, m2))
		return 0;
	scaled = (wide)d->mantissa << (t + 1);
	off = scaled > at ? scaled - at : at - scaled;
	if (off == unit / 2)
		return -1;
	return off < unit / 2;
}

bool number_comparable(struct slice text, double *value)
{
	static const double exact[] = {1e0,  1e1,  1e2,	 1e3,  1e4,  1e5,  1e6,	 1e7,
				       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
				       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	struct decimal d = {0};
	const char *p = text.p, *end = text.p + text.n;
	char plain[48];
	int shortest;
	double v;

	if (p < end && *p == '-')
		d.negative = *p++ == '-';
	if (!read_digits(&d, &p, end))
		return false;
	if (d.mantissa == 0) {
		*value = 0;
		return true;
	}
	d.exponent += read_exponent(p, end);
	if (d.mantissa >= integer_power[DIGITS_SAFE])
		strip_zeros(&d);
	if (d.mantissa < integer_power[DIGITS_SAFE] && d.exponent >= -22 && d.exponent <= 22) {
		v = (double)d.mantissa;
		v = d.exponent < 0 ? v / exact[-d.exponent] : v * exact[d.exponent];
		*value = d.negative ? -v : v;
		return true;
	}
	strip_zeros(&d);
	if (d.mantissa >= integer_power[DIGITS_MAX])
		return false;
	shortest = d.mantissa >= integer_power[DIGITS_SAFE] ? is_shortest(&d, &v) : -1;
	if (shortest >= 0) {
		*value = d.negative ? -v : v;
		return shortest;
	}
	if (d.exponent < -400 || d.exponent > 400)
		return false;
	snprintf(plain, sizeof(plain), "%llue%d", (unsigned long long)d.mantissa, (int)d.exponent);
	v = strtod(plain, NULL);
	if (!isfinite(v) || v == 0 || !shortest_is(v, &d))
		return false;
	*value = d.negative ? -v : v;
	return true;
}
