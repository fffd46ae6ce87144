#include "pattern/nearly.h"

#include "base/buf.h"
#include "pattern/accepts.h"
#include "pattern/casing.h"
#include "pattern/number.h"
#include "json/text.h"

static bool spells(const struct test *test, struct slice text)
{
	return (test->kind == TEST_NULL && slice_is(text, "null")) ||
	       (test->kind == TEST_TRUE && slice_is(text, "true")) ||
	       (test->kind == TEST_FALSE && slice_is(text, "false"));
}

static const char *other_type(const struct test *test, enum json_type type, struct slice raw,
			      struct slice text)
{
	bool number = test->kind == TEST_NUMBER || test->kind == TEST_DIGITS;

	if (type != JSON_STRING && test->kind == TEST_EXACT && slice_eq(test->text, raw))
		return type == JSON_NUMBER ? "a number, and a string is wanted"
					   : "a literal, and a string is wanted";
	if (type != JSON_STRING)
		return NULL;
	if (number && json_check(text, NULL) == JSON_NUMBER &&
	    accepts_value(test, JSON_NUMBER, text, SLICE_NONE))
		return "a string, and a number is wanted";
	if (test->kind == TEST_RANGE)
		return "a string, and only numbers can be in a range";
	return spells(test, text) ? "a string, and a literal is wanted" : NULL;
}

static struct slice add_lower(struct buf *to, struct slice text)
{
	size_t from = to->len;

	buf_room(to, 2 * text.n); /* so that it does not move */
	for (size_t i = 0; i < text.n; i++)
		buf_addc(to, text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] | 0x20)
								  : text.p[i]);
	return (struct slice){to->p + from, text.n};
}

/* The letters A to Z: what else a '*' may stand for has no case of its own. */
static bool wildcard_anycase(const struct test *test, struct slice text)
{
	struct buf pattern = {0}, value = {0};
	struct test lower = *test;
	bool yes;

	lower.text = add_lower(&pattern, test->text);
	yes = accepts_value(&lower, JSON_STRING, SLICE_NONE, add_lower(&value, text));
	buf_free(&pattern);
	buf_free(&value);
	return yes;
}

static struct slice trim(struct slice text)
{
	while (text.n && (unsigned char)text.p[0] <= ' ')
		text.p++, text.n--;
	while (text.n && (unsigned char)text.p[text.n - 1] <= ' ')
		text.n--;
	return text;
}

static const char *other_text(const struct test *test, struct slice text)
{
	switch (test->kind) {
	case TEST_EXACT:
		if (casing_match(test->text, text, CASING_WHOLE))
			return "it differs in upper and lower case";
		return slice_eq(trim(test->text), trim(text))
			       ? "it differs in white space at the ends"
			       : NULL;
	case TEST_PREFIX:
		return casing_match(test->text, text, CASING_PREFIX)
			       ? "its beginning differs in upper and lower case"
			       : NULL;
	case TEST_SUFFIX:
		return casing_match(test->text, text, CASING_SUFFIX)
			       ? "its end differs in upper and lower case"
			       : NULL;
	case TEST_WILDCARD:
		return wildcard_anycase(test, text) ? "it differs in upper and lower case" : NULL;
	default:
		return NULL;
	}
}

const char *nearly_right(const struct test *test, enum json_type type, struct slice raw,
			 struct slice text)
{
	const char *why = other_type(test, type, raw, text);
	double v;

	if (why == NULL && type == JSON_STRING)
		why = other_text(test, text);
	if (why == NULL && test->kind == TEST_NOT)
		why = "it is one that anything-but excludes";
	if (why == NULL && type == JSON_NUMBER && !number_comparable(raw, &v)) {
		if (test->kind == TEST_RANGE)
			why = "a double does not hold this number, and no range accepts it";
		else if (test->kind == TEST_NUMBER || test->kind == TEST_DIGITS)
			why = "a double does not hold this number: it equals only its own digits";
	}
	return why;
}

const char *nearly_wanted(const struct test *test, enum json_type type, struct slice raw,
			  struct slice text)
{
	struct address address;

	(void)raw;
	switch (test->kind) {
	case TEST_RANGE:
		return type == JSON_NUMBER ? "not in the range" : "only numbers can be in a range";
	case TEST_NETWORK:
		if (type != JSON_STRING)
			return "only a string can be an address";
		return address_read(text, &address) ? "not in the address range" : "not an address";
	case TEST_PREFIX:
	case TEST_PREFIX_ANYCASE:
		return type == JSON_STRING ? "it begins otherwise" : "only a string is accepted";
	case TEST_SUFFIX:
	case TEST_SUFFIX_ANYCASE:
		return type == JSON_STRING ? "it ends otherwise" : "only a string is accepted";
	case TEST_WILDCARD:
	case TEST_EQUALS_ANYCASE:
		return type == JSON_STRING ? NULL : "only a string is accepted";
	default:
		return NULL;
	}
}
