/*
 * Whether two JSON texts say the same: members in any order, numbers as exact decimals
 * of their text (1.0 is 1, unless strict), strings by what they stand for. The rule of
 * tests/data/serdes/README.md.
 */
#ifndef KEB_TESTS_JSON_SAME_H
#define KEB_TESTS_JSON_SAME_H

#include "base/buf.h"
#include "base/num.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

/* digits without zeros around them, and the power of ten of the last one */
struct decimal_text {
	char digits[400];
	size_t n;
	long exponent;
	bool negative;
};

static inline void decimal_of(struct decimal_text *d, struct slice text)
{
	bool fraction = false;
	size_t i = 0;

	*d = (struct decimal_text){.negative = text.n && *text.p == '-'};
	for (i = d->negative; i < text.n && text.p[i] != 'e' && text.p[i] != 'E'; i++) {
		if (text.p[i] == '.') {
			fraction = true;
			continue;
		}
		d->exponent -= fraction;
		if ((d->n || text.p[i] != '0') && d->n < sizeof(d->digits))
			d->digits[d->n++] = text.p[i];
	}
	if (i < text.n)
		d->exponent += strtol(text.p + i + 1, NULL, 10);
	while (d->n && d->digits[d->n - 1] == '0') {
		d->n--;
		d->exponent++;
	}
	if (!d->n)
		*d = (struct decimal_text){0};
}

static inline bool numbers_same(struct slice a, struct slice b)
{
	struct decimal_text x, y;

	decimal_of(&x, a);
	decimal_of(&y, b);
	return x.negative == y.negative && x.exponent == y.exponent && x.n == y.n &&
	       memcmp(x.digits, y.digits, x.n) == 0;
}

static inline bool strings_same(struct slice a, struct slice b)
{
	struct buf text = {0};
	bool same;

	json_unescape(b, &text);
	same = json_unescaped_is(a, buf_slice(&text));
	buf_free(&text);
	return same;
}

static inline bool json_same(struct slice a, struct slice b, bool strict);

/* Each member of the one is in the other, and there are as many. */
static inline bool objects_same(struct slice a, struct slice b, bool strict)
{
	struct json_member m, n;
	struct json_walk x, y;
	int count = 0;

	for (json_walk(&y, b); json_next(&y, &n);)
		count--;
	for (json_walk(&x, a); json_next(&x, &m); count++) {
		bool found = false;

		for (json_walk(&y, b); !found && json_next(&y, &n);)
			found = strings_same(m.name, n.name) && json_same(m.value, n.value, strict);
		if (!found)
			return false;
	}
	return count == 0;
}

static inline bool arrays_same(struct slice a, struct slice b, bool strict)
{
	struct json_member m, n;
	struct json_walk x, y;

	json_walk(&x, a);
	json_walk(&y, b);
	while (json_next(&x, &m))
		if (!json_next(&y, &n) || !json_same(m.value, n.value, strict))
			return false;
	return !json_next(&y, &n);
}

static inline bool json_same(struct slice a, struct slice b, bool strict)
{
	enum json_type type = json_type_of(a);

	a = json_trim(a);
	b = json_trim(b);
	if (json_type_of(b) != type)
		return false;
	switch (type) {
	case JSON_OBJECT:
		return objects_same(a, b, strict);
	case JSON_ARRAY:
		return arrays_same(a, b, strict);
	case JSON_STRING:
		return strings_same(json_raw(a), json_raw(b));
	case JSON_NUMBER:
		return strict ? slice_eq(a, b) : numbers_same(a, b);
	default:
		return slice_eq(a, b);
	}
}

#endif
