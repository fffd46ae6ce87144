#include "base/num.h"

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
				 "25262728293031323334353637383940414243444546474849"
				 "50515253545556575859606162636465666768697071727374"
				 "75767778798081828384858687888990919293949596979899";

bool num_u64(struct slice text, uint64_t *value)
{
	uint64_t v = 0;

	if (text.n == 0)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(text.p[i] - '0'), &v))
			return false;
	}
	*value = v;
	return true;
}

bool num_i64(struct slice text, int64_t *value)
{
	bool minus = text.n && text.p[0] == '-';
	uint64_t v;

	if (minus)
		text = (struct slice){text.p + 1, text.n - 1};
	if (!num_u64(text, &v) || v > (uint64_t)INT64_MAX + (minus ? 1 : 0))
		return false;
	*value = minus ? (int64_t)-v : (int64_t)v;
	return true;
}

/* A number followed by one of the units; factor[i] belongs to unit[i]. */
struct unit {
	const char *name;
	uint64_t factor;
};

static bool with_unit(struct slice text, const struct unit *units, size_t n, uint64_t *value)
{
	size_t digits = 0;
	struct slice unit;

	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	unit = (struct slice){text.p + digits, text.n - digits};
	for (size_t i = 0; i < n; i++)
		if (slice_is(unit, units[i].name))
			return num_u64((struct slice){text.p, digits}, value) &&
			       !__builtin_mul_overflow(*value, units[i].factor, value);
	return false;
}

bool num_size(struct slice text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{"", 1},
		{"B", 1},
		{"K", UINT64_C(1) << 10},
		{"KiB", UINT64_C(1) << 10},
		{"M", UINT64_C(1) << 20},
		{"MiB", UINT64_C(1) << 20},
		{"G", UINT64_C(1) << 30},
		{"GiB", UINT64_C(1) << 30},
		{"kB", 1000},
		{"KB", 1000},
		{"MB", 1000 * 1000},
		{"GB", 1000 * 1000 * 1000},
	};

	return with_unit(text, units, sizeof units / sizeof *units, bytes);
}

bool num_duration(struct slice text, int64_t *ms)
{
	static const struct unit units[] = {
		{"ms", 1},	    {"s", 1000},	   {"m", 60 * 1000},
		{"min", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000},
	};
	uint64_t v;

	if (slice_is(text, "0")) {
		*ms = 0;
		return true;
	}
	if (!with_unit(text, units, sizeof units / sizeof *units, &v) || v > INT64_MAX)
		return false;
	*ms = (int64_t)v;
	return true;
}

size_t num_put_u64(char *to, uint64_t v)
{
	char digits[NUM_U64_MAX];
	char *p = digits + sizeof digits;
	size_t n;

	while (v >= 100) {
		p -= 2;
		memcpy(p, two_digits + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		p -= 2;
		memcpy(p, two_digits + v * 2, 2);
	} else {
		*--p = (char)('0' + v);
	}
	n = (size_t)(digits + sizeof digits - p);
	memcpy(to, p, n);
	return n;
}
