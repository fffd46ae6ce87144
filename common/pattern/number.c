/*
 * A number text is first brought to its significant digits and a decimal exponent.
 * Up to 15 digits and a modest exponent is always comparable and mostly exact in
 * one multiplication; more than 17 digits never is. Only what lies between needs
 * strtod(3) and the shortest text of the result.
 */
#include "pattern/number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS_MAX   17 /* a double's shortest text never has more */
#define DIGITS_SAFE  15 /* always survive the way to a double and back */
#define EXPONENT_CAP 1000000000000

struct decimal {
	bool negative;
	unsigned digits;   /* significant ones, no zeros at either end */
	uint64_t mantissa; /* they, as an integer */
	int64_t exponent;  /* value = mantissa * 10^exponent */
};

/* Digits of mantissa and fraction, zeros at the ends folded into the exponent. */
static bool read_digits(struct decimal *d, const char **at, const char *end)
{
	const char *p = *at;
	bool fraction = false;
	int64_t zeros = 0;

	for (; p < end; p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			break;
		if (fraction)
			d->exponent--;
		if (*p == '0') {
			zeros++;
			continue;
		}
		if (d->digits == 0)
			zeros = 0;
		if (d->digits + (uint64_t)zeros + 1 > DIGITS_MAX)
			return false;
		for (; zeros; zeros--, d->digits++)
			d->mantissa *= 10;
		d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
		d->digits++;
	}
	d->exponent += zeros;
	*at = p;
	return true;
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
	return back.mantissa == d->mantissa && back.exponent == d->exponent;
}

bool number_comparable(struct slice text, double *value)
{
	static const double power[] = {1e0,  1e1,  1e2,	 1e3,  1e4,  1e5,  1e6,	 1e7,
				       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
				       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	struct decimal d = {0};
	const char *p = text.p, *end = text.p + text.n;
	char plain[48];
	double v;

	if (p < end && *p == '-')
		d.negative = *p++ == '-';
	if (!read_digits(&d, &p, end))
		return false;
	if (d.digits == 0) {
		*value = 0;
		return true;
	}
	d.exponent += read_exponent(p, end);
	if (d.digits <= DIGITS_SAFE && d.exponent >= -22 && d.exponent <= 22) {
		v = (double)d.mantissa;
		v = d.exponent < 0 ? v / power[-d.exponent] : v * power[d.exponent];
		*value = d.negative ? -v : v;
		return true;
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
