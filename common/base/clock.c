#include "base/clock.h"

#include <time.h>

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static int64_t now_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
	return now_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

int64_t clock_real_ms(void)
{
	return now_us(CLOCK_REALTIME) / 1000;
}

/*
 * Days since 1970-01-01 and back, in the proleptic Gregorian calendar, with the
 * year beginning in March so that the leap day comes last. Eras have 400 years.
 */
static int64_t days_from_date(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2 ? 1 : 0);
}

static void put_two(char *to, unsigned v)
{
	to[0] = (char)('0' + v / 10);
	to[1] = (char)('0' + v % 10);
}

void clock_put_date(char to[CLOCK_DATE_LEN], int64_t real_ms)
{
	const int64_t first = -62167219200000, last = 253402300799999;
	int64_t days, year;
	unsigned ms, s;
	int month, day;

	if (real_ms < first)
		real_ms = first;
	if (real_ms > last)
		real_ms = last;
	days = (real_ms - first) / DAY_MS; /* from the first, so that nothing is below zero */
	ms = (unsigned)(real_ms - first - days * DAY_MS);
	date_from_days(days + first / DAY_MS, &year, &month, &day);
	memcpy(to, "0000-00-00T00:00:00.000Z", CLOCK_DATE_LEN);
	put_two(to, (unsigned)year / 100);
	put_two(to + 2, (unsigned)year % 100);
	put_two(to + 5, (unsigned)month);
	put_two(to + 8, (unsigned)day);
	s = ms / 1000;
	put_two(to + 11, s / 3600);
	put_two(to + 14, s / 60 % 60);
	put_two(to + 17, s % 60);
	put_two(to + 20, ms % 1000 / 10);
	to[22] = (char)('0' + ms % 10);
}

/* Takes exactly n digits off the front; false if they are not there. */
static bool take_digits(struct slice *text, size_t n, int64_t *v)
{
	*v = 0;
	if (text->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text->p[i] < '0' || text->p[i] > '9')
			return false;
		*v = *v * 10 + (text->p[i] - '0');
	}
	*text = (struct slice){text->p + n, text->n - n};
	return true;
}

static bool take_one_of(struct slice *text, const char *set, char *found)
{
	if (text->n == 0 || !text->p[0] || !strchr(set, text->p[0]))
		return false;
	if (found)
		*found = text->p[0];
	*text = (struct slice){text->p + 1, text->n - 1};
	return true;
}

/* ".987654" to 987 ms. */
static bool take_fraction(struct slice *text, int64_t *ms)
{
	int64_t digit, scale = 100;

	*ms = 0;
	if (!take_one_of(text, ".,", NULL))
		return true;
	if (!take_digits(text, 1, &digit))
		return false;
	do {
		*ms += digit * scale;
		scale /= 10;
	} while (take_digits(text, 1, &digit));
	return true;
}

/* "Z" or "+05:30", in minutes. */
static bool take_offset(struct slice *text, int64_t *minutes)
{
	int64_t h, m;
	char sign;

	*minutes = 0;
	if (take_one_of(text, "Zz", NULL))
		return true;
	if (!take_one_of(text, "+-", &sign) || !take_digits(text, 2, &h) ||
	    !take_one_of(text, ":", NULL) || !take_digits(text, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = (h * 60 + m) * (sign == '-' ? -1 : 1);
	return true;
}

static int days_in_month(int64_t year, int64_t month)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool clock_parse_date(struct slice text, int64_t *real_ms)
{
	int64_t year, month, day, h, m, s, ms, offset;

	if (!take_digits(&text, 4, &year) || !take_one_of(&text, "-", NULL) ||
	    !take_digits(&text, 2, &month) || !take_one_of(&text, "-", NULL) ||
	    !take_digits(&text, 2, &day) || !take_one_of(&text, "Tt ", NULL) ||
	    !take_digits(&text, 2, &h) || !take_one_of(&text, ":", NULL) ||
	    !take_digits(&text, 2, &m) || !take_one_of(&text, ":", NULL) ||
	    !take_digits(&text, 2, &s) || !take_fraction(&text, &ms) ||
	    !take_offset(&text, &offset) || text.n != 0)
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || h > 23 ||
	    m > 59 || s > 60)
		return false;
	*real_ms = days_from_date(year, (int)month, (int)day) * DAY_MS + h * 3600000 +
		   (m - offset) * 60000 + s * 1000 + ms;
	return true;
}
