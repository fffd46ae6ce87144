#include "connect/json.h"

#include "connect/members.h"
#include "print.h"
#include "json/scan.h"
#include "json/text.h"

#include <math.h>

struct frame {
	uint32_t open;
	bool is_object;
};

struct connect_json {
	struct members members;
	struct buf plain; /* of a string, or a number with a NUL behind it */
	struct frame stack[JSON_DEPTH_MAX + 1];
};

struct connect_json *connect_json_new(void)
{
	return mem_alloc(sizeof(struct connect_json));
}

void connect_json_free(struct connect_json *j)
{
	if (!j)
		return;
	members_free(&j->members);
	buf_free(&j->plain);
	free(j);
}

/* --- numbers ---------------------------------------------------------------------- */

bool connect_json_is_integer(struct slice number)
{
	for (size_t i = 0; i < number.n; i++)
		if (number.p[i] == '.' || (number.p[i] | 0x20) == 'e')
			return false;
	return true;
}

/* BigInteger.longValue: the low 64 bits, so fractions are cut first. */
static int64_t wrap(struct slice digits)
{
	bool negative = digits.n && digits.p[0] == '-';
	uint64_t value = 0;

	for (size_t i = negative; i < digits.n; i++)
		value = value * 10 + (uint64_t)(digits.p[i] - '0');
	return (int64_t)(negative ? 0 - value : value);
}

/* The exponent of a literal, held within what can matter. */
static int64_t exponent_of(struct slice number, size_t *mantissa)
{
	int64_t exponent = 0;
	size_t i = 0;
	bool negative;

	while (i < number.n && (number.p[i] | 0x20) != 'e')
		i++;
	*mantissa = i;
	if (i == number.n)
		return 0;
	negative = number.p[++i] == '-';
	for (i += number.p[i] == '-' || number.p[i] == '+'; i < number.n; i++)
		if (exponent < INT32_MAX)
			exponent = exponent * 10 + (number.p[i] - '0');
	return negative ? -exponent : exponent;
}

int64_t connect_json_long(struct slice number)
{
	bool negative = number.p[0] == '-', fraction = false;
	size_t mantissa;
	int64_t shift = exponent_of(number, &mantissa), places = 0;
	uint64_t value = 0;

	if (connect_json_is_integer(number))
		return wrap(number);
	for (size_t i = negative; i < mantissa; i++) {
		places += !fraction && number.p[i] != '.';
		fraction = fraction || number.p[i] == '.';
	}
	places += shift; /* digits in front of the point */
	for (size_t i = negative; i < mantissa && places > 0; i++) {
		if (number.p[i] == '.')
			continue;
		value = value * 10 + (uint64_t)(number.p[i] - '0');
		places--;
	}
	for (; places > 0 && value; places--)
		value *= 10; /* 64 times 10 at most: then nothing is left of it */
	return (int64_t)(negative ? 0 - value : value);
}

static bool is_zero(struct slice number)
{
	for (size_t i = 0; i < number.n && (number.p[i] | 0x20) != 'e'; i++)
		if (number.p[i] >= '1' && number.p[i] <= '9')
			return false;
	return true;
}

static const char *as_text(struct connect_json *j, struct slice number)
{
	buf_reset(&j->plain);
	buf_adds(&j->plain, number);
	return buf_text(&j->plain);
}

double connect_json_double(struct connect_json *j, struct slice number)
{
	return is_zero(number) ? 0 : strtod(as_text(j, number), NULL);
}

float connect_json_float(struct connect_json *j, struct slice number)
{
	return is_zero(number) ? 0 : strtof(as_text(j, number), NULL);
}

static void add_number(struct connect_json *j, struct buf *to, struct slice number)
{
	if (connect_json_is_integer(number))
		buf_add_i64(to, wrap(number));
	else
		connect_add_double(to, connect_json_double(j, number));
}

/* --- strings ---------------------------------------------------------------------- */

/* Java's encoder has '?' for half of a surrogate pair, which stands here as three bytes. */
static void replace_surrogates(struct buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->len; i++) {
		bool half = (unsigned char)b->p[i] == 0xed && i + 2 < b->len &&
			    (unsigned char)b->p[i + 1] >= 0xa0;

		b->p[to++] = half ? '?' : b->p[i];
		i += half ? 2 : 0;
	}
	b->len = to;
}

void connect_json_add_raw(struct connect_json *j, struct buf *to, struct slice raw)
{
	if (!memchr(raw.p, '\\', raw.n)) {
		buf_adds(to, raw);
		return;
	}
	buf_reset(&j->plain);
	json_unescape(raw, &j->plain);
	replace_surrogates(&j->plain);
	connect_add_text(to, buf_slice(&j->plain));
}

/* --- values ----------------------------------------------------------------------- */

/* Behind the string, number or word at p. */
static const char *token_end(const char *p, const char *end)
{
	if (*p == '"') {
		for (p++; *p != '"'; p++)
			p += *p == '\\';
		return p + 1;
	}
	while (p < end && !strchr(",]}: \t\r\n", *p))
		p++;
	return p;
}

static void add_token(struct connect_json *j, struct buf *to, struct slice token)
{
	if (token.p[0] == '"') {
		buf_addc(to, '"');
		connect_json_add_raw(j, to, (struct slice){token.p + 1, token.n - 2});
		buf_addc(to, '"');
	} else if (token.p[0] == '-' || (token.p[0] >= '0' && token.p[0] <= '9')) {
		add_number(j, to, token);
	} else {
		buf_adds(to, token);
	}
}

/* A bracket, comma or colon. */
static struct frame *add_structure(struct connect_json *j, struct buf *to, struct frame *top,
				   char c)
{
	bool ends = c == ',' || c == '}';

	if (ends && top->is_object && j->members.list.n > top->open)
		members_value(&j->members, to);
	if (c == '}')
		members_close(&j->members, top->open, to);
	buf_addc(to, c);
	if (c == '{' || c == '[')
		*++top = (struct frame){members_open(&j->members), c == '{'};
	else if (c == '}' || c == ']')
		top--;
	return top;
}

void connect_json_add(struct connect_json *j, struct buf *to, struct slice value)
{
	const char *p = value.p, *end = p + value.n;
	struct frame *top = j->stack;
	char before = 0;

	top->is_object = false;
	while (p < end) {
		const char *start = p;
		size_t at = to->len;

		if (strchr(" \t\r\n", *p)) {
			p++;
			continue;
		}
		if (strchr("{}[],:", *p)) {
			top = add_structure(j, to, top, *p);
			before = *p++;
			continue;
		}
		p = token_end(p, end);
		add_token(j, to, (struct slice){start, (size_t)(p - start)});
		if (top->is_object && (before == '{' || before == ','))
			members_name(&j->members, to, at);
		before = 0;
	}
}
