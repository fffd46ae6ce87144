/*
 * The cases of tests/data/serdes, and the rule by which two JSON texts are the same: see
 * the README there. For one test program each.
 */
#ifndef KEB_TESTS_SERDES_H
#define KEB_TESTS_SERDES_H

#include "base/b64.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "json/scan.h"
#include "json/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* --- the same JSON ---------------------------------------------------------------- */

/* A number as digits without zeros around, and the power of ten of its last digit. */
static struct buf serdes_digits(struct slice number, int64_t *power)
{
	struct buf digits = {0};
	bool fraction = false;

	*power = 0;
	for (size_t i = 0; i < number.n; i++) {
		char c = number.p[i];

		if (c == 'e' || c == 'E') {
			size_t at = i + 1 + (number.p[i + 1] == '+');
			int64_t exponent = 0;

			assert_true(
				num_i64((struct slice){number.p + at, number.n - at}, &exponent));
			*power += exponent;
			break;
		}
		fraction = fraction || c == '.';
		if (c == '-' || c == '.' || (c == '0' && digits.len == 0)) {
			*power -= c == '0' && fraction;
			continue;
		}
		buf_addc(&digits, c);
		*power -= fraction;
	}
	while (digits.len && digits.p[digits.len - 1] == '0') {
		digits.len--;
		++*power;
	}
	return digits;
}

static bool serdes_same_number(struct slice a, struct slice b)
{
	int64_t power_a, power_b;
	struct buf digits_a = serdes_digits(a, &power_a), digits_b = serdes_digits(b, &power_b);
	bool same =
		slice_eq(buf_slice(&digits_a), buf_slice(&digits_b)) &&
		(digits_a.len == 0 || (power_a == power_b && (a.p[0] == '-') == (b.p[0] == '-')));

	buf_free(&digits_a);
	buf_free(&digits_b);
	return same;
}

static bool serdes_same_string(struct slice a, struct slice b)
{
	struct buf text = {0};
	bool same;

	json_unescape(json_raw(a), &text);
	same = json_unescaped_is(json_raw(b), buf_slice(&text));
	buf_free(&text);
	return same;
}

static bool serdes_same(struct slice a, struct slice b, bool strict);

/* The one member of an object that has the name; NULL bytes if there is none. */
static struct slice serdes_member(struct slice object, struct slice name)
{
	struct buf plain = {0};
	struct json_walk walk;
	struct json_member member;
	struct slice found = SLICE_NONE;

	json_unescape(name, &plain);
	for (json_walk(&walk, object); json_next(&walk, &member);) {
		if (json_is(member.name, buf_slice(&plain))) {
			if (found.p)
				found = SLICE("\"a member twice\"");
			else
				found = member.value;
		}
	}
	buf_free(&plain);
	return found;
}

static bool serdes_same_parts(struct slice a, struct slice b, bool strict)
{
	bool object = json_type_of(a) == JSON_OBJECT;
	struct json_walk walk_a, walk_b;
	struct json_member member, other;
	size_t more = 0;

	json_walk(&walk_b, b);
	for (json_walk(&walk_a, a); json_next(&walk_a, &member);) {
		if (!json_next(&walk_b, &other))
			return false;
		if (object)
			other.value = serdes_member(b, member.name);
		if (!other.value.p || !serdes_same(member.value, other.value, strict))
			return false;
	}
	while (json_next(&walk_b, &other))
		more++;
	return more == 0;
}

static bool serdes_same(struct slice a, struct slice b, bool strict)
{
	if (json_type_of(a) != json_type_of(b))
		return false;
	switch (json_type_of(a)) {
	case JSON_NUMBER:
		return strict ? slice_eq(a, b) : serdes_same_number(a, b);
	case JSON_STRING:
		return serdes_same_string(a, b);
	case JSON_ARRAY:
	case JSON_OBJECT:
		return serdes_same_parts(a, b, strict);
	default:
		return true;
	}
}

/* --- cases ----------------------------------------------------------------------- */

/* A string member of a case, unescaped into memory that is the caller's; NULL if absent. */
static char *serdes_text(struct slice row, const char *name, size_t *n)
{
	struct slice value = serdes_member(row, slice_of(name));
	struct buf text = {0};

	if (!value.p || json_type_of(value) != JSON_STRING)
		return NULL;
	json_unescape(json_raw(value), &text);
	if (n)
		*n = text.len;
	buf_text(&text);
	return text.p;
}

static bool serdes_is(struct slice row, const char *name, const char *text)
{
	struct slice value = serdes_member(row, slice_of(name));

	return value.p && json_type_of(value) == JSON_STRING &&
	       json_is(json_raw(value), slice_of(text));
}

static struct buf serdes_record(struct slice row)
{
	size_t n = 0;
	char *text = serdes_text(row, "record_b64", &n);
	struct buf record = {0};

	assert_non_null(text);
	buf_room(&record, n + 1);
	record.len = (size_t)b64_decode(record.p, text, n);
	free(text);
	return record;
}

/* Calls `each` with every row of a file; returns how many there were. */
static size_t serdes_each(const char *path, void (*each)(struct slice row))
{
	struct buf file = {0};
	struct err err;
	size_t n = 0;

	assert_int_equal(fd_read_file(path, 64 << 20, &file, &err), 0);
	for (const char *p = file.p, *end = file.p + file.len; p < end; n++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (!lf)
			lf = end;
		each((struct slice){p, (size_t)(lf - p)});
		p = lf + 1;
	}
	buf_free(&file);
	return n;
}

/* `printed` is what the row expects: its json, or what is as right. */
static void serdes_expect(struct slice row, struct slice printed)
{
	struct slice strict = serdes_member(row, SLICE("strict_number_text"));
	char *id = serdes_text(row, "id", NULL), *also = serdes_text(row, "also_right", NULL);
	char *json = serdes_text(row, "json", NULL);
	struct json_fault fault;
	bool same;

	if (json_check(printed, &fault) == JSON_NONE)
		fail_msg("%s: no JSON: %.*s", id, SLICE_ARG(printed));
	same = (json && serdes_same(slice_of(json), printed, strict.p != NULL)) ||
	       (also && serdes_same(slice_of(also), printed, strict.p != NULL));
	if (!same)
		fail_msg("%s: %.*s, not %s", id, SLICE_ARG(printed), json);
	free(id);
	free(json);
	free(also);
}

#endif
