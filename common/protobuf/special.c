/*
 * Messages that Connect's converters turn into logical types. What is valid is what the
 * Java classes behind them accept: Timestamps.toMillis, GregorianCalendar (not lenient),
 * LocalTime.of, BigDecimal.
 */
#include "connect/print.h"
#include "reading.h"

#define SECONDS_MIN  INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define SECONDS_MAX  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define DAY_MS	     INT64_C(86400000)
#define YEAR_MAX     292278994 /* of a calendar in milliseconds */
#define FIRST_DAY    (-141427) /* 1582-10-15, the first of the Gregorian calendar */
#define NANOS	     1000000000
#define SCALE_DIGITS 9 /* of additionalTypes.Decimal.fraction */

static int64_t part(struct proto_reader *r, const struct frame *f, unsigned i)
{
	uint32_t index = (uint32_t)f->message->part[i];
	const struct place *place = frame_place(r, f, index);

	return place->set ? scalar_integer(&f->message->fields[index], place->last.n) : 0;
}

static bool add_timestamp(struct proto_reader *r, const struct frame *f)
{
	int64_t seconds = part(r, f, 0), nanos = part(r, f, 1);

	if (seconds < SECONDS_MIN || seconds > SECONDS_MAX || nanos < 0 || nanos >= NANOS)
		return read_fault(r, f->message, "out of range");
	connect_add_int(r->to, seconds * 1000 + nanos / 1000000);
	return true;
}

/* Days since 1970-01-01 of a date of either calendar; month from 1. */
static int64_t days_of(int64_t year, int64_t month, int64_t day, bool julian)
{
	int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
	int64_t days = 365 * y + y / 4 + (153 * m + 2) / 5 + day - 1;

	return julian ? days - 719470 : days - y / 100 + y / 400 - 719468;
}

static int month_days(int64_t year, int64_t month, bool julian)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (julian || year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* Before the reform of 1582 Java's calendar is the Julian one; the days it left out are none. */
static bool add_date(struct proto_reader *r, const struct frame *f)
{
	int64_t year = part(r, f, 0), month = part(r, f, 1), day = part(r, f, 2), days;
	bool julian;

	if (year < 1 || year > YEAR_MAX || month < 1 || month > 12 || day < 1 || day > 31)
		return read_fault(r, f->message, "no such date");
	days = days_of(year, month, day, false);
	julian = days < FIRST_DAY;
	if (julian)
		days = days_of(year, month, day, true);
	if (day > month_days(year, month, julian) || (julian && days >= FIRST_DAY))
		return read_fault(r, f->message, "no such date");
	connect_add_int(r->to, (int32_t)days);
	return true;
}

static bool add_time(struct proto_reader *r, const struct frame *f)
{
	int64_t h = part(r, f, 0), m = part(r, f, 1), s = part(r, f, 2), nanos = part(r, f, 3);
	int64_t ms = ((h * 60 + m) * 60 + s) * 1000 + nanos / 1000000;
	bool exact = h >= 0 && h < 24 && m >= 0 && m < 60 && s >= 0 && s < 60 && nanos >= 0 &&
		     nanos < NANOS;

	/* Glue's converter lets minutes run over into hours, and 24:00 be a time */
	if (r->form->profile == CONNECT_GLUE ? ms < 0 || ms > DAY_MS : !exact)
		return read_fault(r, f->message, "no such time");
	connect_add_int(r->to, ms);
	return true;
}

/* Base64 has no place for a scale, so it must be the one that the schema names. */
static bool add_decimal(struct proto_reader *r, const struct proto_field *field,
			const struct frame *f, struct slice unscaled, int32_t scale)
{
	int32_t own = field->scale[r->form->profile];

	if (r->form->decimal == DECIMAL_BASE64 && scale != own)
		return codec_fail(r->fault, CODEC_DATA,
				  "%.*s: a decimal of scale %d in a field of scale %d "
				  "(--decimal numeric prints it)",
				  SLICE_ARG(field->name), scale, own);
	if (!connect_add_decimal(r->to, unscaled, scale, r->form->decimal))
		return read_fault(r, f->message, "a decimal without digits, or too long a one");
	return true;
}

/* How many digits a number of this many bytes has at least, and at most. */
static bool has_more_digits(struct proto_reader *r, struct slice unscaled, int64_t precision)
{
	size_t start = r->to->len, digits = 0;

	if (!connect_add_decimal(r->to, unscaled, 0, DECIMAL_NUMERIC))
		return true;
	for (size_t i = start; i < r->to->len; i++)
		digits += r->to->p[i] >= '0' && r->to->p[i] <= '9';
	r->to->len = start;
	return (int64_t)digits > precision;
}

static bool add_confluent_decimal(struct proto_reader *r, const struct proto_field *field,
				  const struct frame *f)
{
	struct place value = *frame_place(r, f, (uint32_t)f->message->part[0]);
	int64_t precision = (int32_t)part(r, f, 1);
	struct slice unscaled = {value.last.p, value.last.n};

	if (!value.set || unscaled.n == 0)
		return read_fault(r, f->message, "a decimal without digits");
	/* Java would round to the precision, and the scale would be another one */
	if (precision < 0 || (precision > 0 && r->form->decimal == DECIMAL_BASE64 &&
			      has_more_digits(r, unscaled, precision)))
		return read_fault(r, f->message, "more digits than its precision");
	return add_decimal(r, field, f, unscaled, (int32_t)part(r, f, 2));
}

static int digits_of(uint64_t value)
{
	int n = 1;

	while (value >= 10) {
		value /= 10;
		n++;
	}
	return n;
}

/*
 * Divides by ten while there are more digits than the precision; only zeros may go.
 * *shift: how many went.
 */
static bool within_precision(int64_t value, int64_t precision, int32_t *shift)
{
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

	for (*shift = 0; precision > 0 && digits_of(left) > precision; left /= 10) {
		if (left % 10)
			return false;
		++*shift;
	}
	return true;
}

__extension__ typedef __int128 wide;

static bool times_ten(wide *value, int32_t times)
{
	for (; times > 0 && *value != 0; times--)
		if (__builtin_mul_overflow(*value, 10, value))
			return false;
	return true;
}

/* units and billionths, as Glue's fromDecimalProto adds them up */
static bool add_glue_decimal(struct proto_reader *r, const struct proto_field *field,
			     const struct frame *f)
{
	int64_t units = part(r, f, 0), fraction = part(r, f, 1);
	int64_t precision = (int32_t)part(r, f, 2);
	int32_t scale = (int32_t)part(r, f, 3), shift, ignored, digits = scale;
	wide whole = units, rest = fraction;
	unsigned char bytes[16];

	if (precision < 0 || !within_precision(units, precision, &shift) ||
	    !within_precision(fraction, precision, &ignored))
		return read_fault(r, f->message, "more digits than its precision");
	/* what the scale leaves out of the fraction must be zeros */
	for (; digits < SCALE_DIGITS && rest != 0; digits++) {
		if (rest % 10)
			return read_fault(r, f->message, "more digits than its scale");
		rest /= 10;
	}
	if (rest != 0 && !times_ten(&rest, scale - SCALE_DIGITS))
		return read_fault(r, f->message, "a decimal of too large a scale");
	/* a negative scale gives way to the units' own */
	if (scale < -shift)
		scale = -shift;
	for (int32_t i = scale; i < 0; i++)
		whole /= 10;
	if (!times_ten(&whole, scale) || __builtin_add_overflow(whole, rest, &whole))
		return read_fault(r, f->message, "a decimal of too large a scale");
	for (int i = 15; i >= 0; i--, whole >>= 8)
		bytes[i] = (unsigned char)whole;
	return add_decimal(r, field, f, (struct slice){(const char *)bytes, sizeof(bytes)}, scale);
}

bool add_special(struct proto_reader *r, const struct proto_field *field, const struct frame *f)
{
	switch (f->message->special) {
	case SPECIAL_TIMESTAMP:
		return add_timestamp(r, f);
	case SPECIAL_DATE:
		return add_date(r, f);
	case SPECIAL_TIME:
		return add_time(r, f);
	case SPECIAL_CONFLUENT_DECIMAL:
		return add_confluent_decimal(r, field, f);
	default:
		return add_glue_decimal(r, field, f);
	}
}
