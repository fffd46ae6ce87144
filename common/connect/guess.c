#include "guess.h"

#include <math.h>
#include <stdlib.h>

#define DAY_MS	    INT64_C(86400000)
#define LITERAL_MAX 400 /* longer numbers are decimals, or strings */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- numbers ---------------------------------------------------------------------- */

struct literal {
	bool negative;
	struct slice mantissa; /* digits, perhaps with a point */
	int64_t scale;	       /* digits behind the point, less the exponent */
};

static bool take_exponent(struct slice text, int64_t *exponent)
{
	bool negative = text.n && text.p[0] == '-';
	size_t i = text.n && (text.p[0] == '-' || text.p[0] == '+');

	if (i == text.n || text.n - i > 10)
		return false;
	for (*exponent = 0; i < text.n; i++) {
		if (!is_digit(text.p[i]))
			return false;
		*exponent = *exponent * 10 + (text.p[i] - '0');
	}
	*exponent = negative ? -*exponent : *exponent;
	return true;
}

static bool take_literal(struct slice token, struct literal *l)
{
	size_t i = token.p[0] == '-' || token.p[0] == '+', start = i, digits = 0;
	bool point = false;
	int64_t exponent = 0;

	l->scale = 0;
	for (; i < token.n && (is_digit(token.p[i]) || (token.p[i] == '.' && !point)); i++) {
		digits += token.p[i] != '.';
		l->scale += point;
		point = point || token.p[i] == '.';
	}
	l->negative = token.p[0] == '-';
	l->mantissa = (struct slice){token.p + start, i - start};
	if (digits == 0)
		return false;
	if (i < token.n &&
	    ((token.p[i] | 0x20) != 'e' ||
	     !take_exponent((struct slice){token.p + i + 1, token.n - i - 1}, &exponent)))
		return false;
	l->scale -= exponent;
	return l->scale == (int32_t)l->scale;
}

/* Whether it is a whole number of 64 bits, whatever its scale. */
static bool exact(const struct literal *l, int64_t *value)
{
	uint64_t v = 0, most = (uint64_t)INT64_MAX + l->negative;
	int64_t places = -l->scale; /* to be filled with zeros */
	struct slice m = l->mantissa;

	for (size_t i = 0; i < m.n; i++)
		places += m.p[i] != '.';
	for (size_t i = 0; i < m.n; i++) {
		unsigned digit = (unsigned)(m.p[i] - '0');

		if (m.p[i] == '.')
			continue;
		if (places-- <= 0) {
			if (digit)
				return false;
			continue;
		}
		if (v > (most - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	for (; v && places > 0; places--) {
		if (v > most / 10)
			return false;
		v *= 10;
	}
	*value = (int64_t)(l->negative ? 0 - v : v);
	return true;
}

static enum guess_kind smallest(int64_t v)
{
	if (v == (int8_t)v)
		return GUESS_INT8;
	if (v == (int16_t)v)
		return GUESS_INT16;
	return v == (int32_t)v ? GUESS_INT32 : GUESS_INT64;
}

bool guess_number(struct slice token, struct guess *g)
{
	char text[LITERAL_MAX];
	struct literal l;

	if (!take_literal(token, &l))
		return false;
	if (exact(&l, &g->integer)) {
		g->kind = smallest(g->integer);
		return true;
	}
	g->kind = GUESS_DECIMAL;
	g->negative = l.negative;
	g->text = l.mantissa;
	if (token.n >= sizeof text || l.scale == 0)
		return true;
	memcpy(text, token.p, token.n);
	text[token.n] = '\0';
	g->real = (double)strtof(text, NULL);
	g->kind = GUESS_FLOAT;
	if (isfinite(g->real))
		return true;
	g->real = strtod(text, NULL);
	g->kind = isfinite(g->real) ? GUESS_DOUBLE : GUESS_DECIMAL;
	return true;
}

/* --- dates ------------------------------------------------------------------------ */

/* Days since 1970-01-01; a month that is none runs into the years beside it. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year + (month - 1) / 12, m = (month - 1) % 12, era, of_era, of_year;

	if (m < 0) {
		m += 12;
		y--;
	}
	y -= m < 2;
	era = (y >= 0 ? y : y - 399) / 400;
	of_era = y - era * 400;
	of_year = (153 * ((m + 10) % 12) + 2) / 5;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year + day - 1 - 719468;
}

/* Numbers as the letters of the pattern stand for, other characters as they are. */
static bool take_pattern(struct slice token, const char *pattern, int64_t *values)
{
	size_t at = 0;

	for (; *pattern; pattern++) {
		size_t start = at;

		if (*pattern != '#') {
			if (at == token.n || token.p[at++] != *pattern)
				return false;
			continue;
		}
		for (*values = 0; at < token.n && is_digit(token.p[at]) && at - start < 10; at++)
			*values = *values * 10 + (token.p[at] - '0');
		if (at == start || at - start > 9)
			return false;
		values++;
	}
	return true;
}

bool guess_temporal(struct slice token, struct guess *g)
{
	int64_t v[7];

	if (token.n == 10 && take_pattern(token, "#-#-#", v)) {
		g->kind = GUESS_DATE;
		g->integer = days_of(v[0], v[1], v[2]);
		return true;
	}
	if (token.n == 13 && take_pattern(token, "#:#:#.#Z", v)) {
		g->kind = GUESS_TIME;
		g->integer = ((v[0] * 60 + v[1]) * 60 + v[2]) * 1000 + v[3];
		return g->integer <= DAY_MS;
	}
	if (token.n == 24 && take_pattern(token, "#-#-#T#:#:#.#Z", v)) {
		g->kind = GUESS_TIMESTAMP;
		g->integer = days_of(v[0], v[1], v[2]) * DAY_MS +
			     ((v[3] * 60 + v[4]) * 60 + v[5]) * 1000 + v[6];
		return true;
	}
	return false;
}
