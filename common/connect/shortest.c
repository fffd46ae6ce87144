#include "shortest.h"

#include "powers_table.h"

#include <stdbool.h>
#include <string.h>

#define LOW_63 (UINT64_MAX >> 1)

__extension__ typedef unsigned __int128 wide;

/* Either format: value = c * 2^q, where a normal c has `precision` bits. */
struct format {
	int precision;
	int least_q;
	uint64_t tiny; /* a smaller c has but one digit: ten times it is taken */
};

static const struct format binary64 = {53, -1074, 3}, binary32 = {24, -149, 8};

static uint64_t high_half(uint64_t a, uint64_t b)
{
	return (uint64_t)((wide)a * b >> 64);
}

/* floor(log10(2^q)), floor(log10(3/4 * 2^q)) and floor(log2(10^k)): for all that occur. */
static int log10_of_pow2(int q)
{
	return (int)(q * INT64_C(661971961083) >> 41);
}

static int log10_of_three_quarters(int q)
{
	return (int)((q * INT64_C(661971961083) - INT64_C(274743187321)) >> 41);
}

static int log2_of_pow10(int k)
{
	return (int)(k * INT64_C(913124641741) >> 38);
}

/* The product of c and a power, rounded to odd: its last bit says that more was lost. */
static uint64_t rounded_product(const uint64_t power[2], uint64_t c)
{
	uint64_t x1 = high_half(power[1], c);
	uint64_t z = (power[0] * c >> 1) + x1;
	uint64_t w = high_half(power[0], c) + (z >> 63);

	return w | ((z & LOW_63) + LOW_63) >> 63;
}

static struct shortest without_zeros(uint64_t digits, int exponent)
{
	static const struct {
		uint64_t power;
		int zeros;
	} steps[] = {{UINT64_C(10000000000), 10}, {100000, 5}, {1000, 3}, {100, 2}, {10, 1}};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		while (digits % steps[i].power == 0) {
			digits /= steps[i].power;
			exponent += steps[i].zeros;
		}
	}
	return (struct shortest){digits, exponent};
}

/* Times four, the value and the ends of what rounds to it; `odd` if the ends themselves do not. */
struct interval {
	uint64_t low, value, high;
	unsigned odd;
};

static bool holds(const struct interval *v, uint64_t s)
{
	return v->low + v->odd <= s << 2 && (s << 2) + v->odd <= v->high;
}

static uint64_t closest(const struct interval *v)
{
	uint64_t s = v->value >> 2, ten = s / 10 * 10;
	bool here, next;

	if (s >= 100) {
		here = v->low + v->odd <= ten << 2;
		next = ((ten + 10) << 2) + v->odd <= v->high;
		if (here != next)
			return here ? ten : ten + 10;
	}
	here = holds(v, s);
	next = holds(v, s + 1);
	if (here != next)
		return here ? s : s + 1;
	/* Both, or the interval is too narrow for either to matter: the one that is closer. */
	if (v->value == 2 * (s + s + 1))
		return s + (s & 1);
	return v->value < 2 * (s + s + 1) ? s : s + 1;
}

static struct shortest shortest_of(uint64_t c, int q, const struct format *f, int shift)
{
	bool regular = c != UINT64_C(1) << (f->precision - 1) || q == f->least_q;
	int k = regular ? log10_of_pow2(q) : log10_of_three_quarters(q);
	int h = q + log2_of_pow10(-k) + 2;
	const uint64_t *power = powers[k - POWERS_FIRST];
	struct interval v = {
		.low = rounded_product(power, ((c << 2) - (regular ? 2 : 1)) << h),
		.value = rounded_product(power, c << 2 << h),
		.high = rounded_product(power, ((c << 2) + 2) << h),
		.odd = c & 1,
	};

	return without_zeros(closest(&v), k + shift);
}

static struct shortest shortest_bits(uint64_t fraction, int biased, const struct format *f)
{
	uint64_t c = fraction;
	int q = f->least_q;

	if (biased) {
		c |= UINT64_C(1) << (f->precision - 1);
		q += biased - 1;
		/* An integer is its own digits. */
		if (q < 0 && q > -f->precision && (c & ((UINT64_C(1) << -q) - 1)) == 0)
			return without_zeros(c >> -q, 0);
	} else if (c < f->tiny) {
		return shortest_of(c * 10, q, f, -1);
	}
	return shortest_of(c, q, f, 0);
}

struct shortest shortest_double(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return shortest_bits(bits & (UINT64_MAX >> 12), (int)(bits >> 52 & 0x7ff), &binary64);
}

struct shortest shortest_float(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits);
	return shortest_bits(bits & 0x7fffff, (int)(bits >> 23 & 0xff), &binary32);
}
