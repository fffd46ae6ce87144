#include "pattern/accepts.h"

#include "base/mem.h"
#include "pattern/casing.h"
#include "pattern/glob.h"
#include "pattern/number.h"

#include <stdlib.h>

static bool accepts_wildcard(struct slice wildcard, struct slice text)
{
	unsigned pieces = glob_pieces(wildcard);
	char *bytes = mem_alloc(wildcard.n + 1);
	uint32_t *ends = mem_array(pieces, sizeof *ends);
	bool yes;

	glob_split(wildcard, bytes, ends);
	yes = glob_match(bytes, ends, pieces, text);
	free(bytes);
	free(ends);
	return yes;
}

static bool accepts_address(const struct test *test, struct slice text)
{
	struct address address;

	if (!address_read(text, &address))
		return false;
	if (test->kind == TEST_NETWORK)
		return network_holds(&test->network, &address);
	return address.bits == test->network.base.bits &&
	       memcmp(address.byte, test->network.base.byte, sizeof address.byte) == 0;
}

static bool accepts_string(const struct test *test, struct slice text)
{
	switch (test->kind) {
	case TEST_EXACT:
		return slice_eq(test->text, text);
	case TEST_PREFIX:
		return slice_starts(text, test->text);
	case TEST_SUFFIX:
		return slice_ends(text, test->text);
	case TEST_EQUALS_ANYCASE:
		return casing_match(test->text, text, CASING_WHOLE);
	case TEST_PREFIX_ANYCASE:
		return casing_match(test->text, text, CASING_PREFIX);
	case TEST_SUFFIX_ANYCASE:
		return casing_match(test->text, text, CASING_SUFFIX);
	case TEST_WILDCARD:
		return accepts_wildcard(test->text, text);
	case TEST_ADDRESS:
	case TEST_NETWORK:
		return accepts_address(test, text);
	default:
		return false;
	}
}

static bool accepts_number(const struct test *test, struct slice raw)
{
	const struct range *r = &test->range;
	double v;

	if (test->kind == TEST_DIGITS)
		return slice_eq(test->text, raw);
	if ((test->kind != TEST_NUMBER && test->kind != TEST_RANGE) || !number_comparable(raw, &v))
		return false;
	if (test->kind == TEST_NUMBER)
		return v == test->number;
	return (v > r->low || (r->with_low && v == r->low)) &&
	       (v < r->high || (r->with_high && v == r->high));
}

bool accepts_value(const struct test *test, enum json_type type, struct slice raw,
		   struct slice text)
{
	switch (test->kind) {
	case TEST_ABSENT:
		return false;
	case TEST_EXISTS:
		return true;
	case TEST_NOT:
		for (size_t i = 0; i < test->n; i++)
			if (accepts_value(&test->items[i], type, raw, text))
				return false;
		return true;
	case TEST_NULL:
		return type == JSON_NULL;
	case TEST_FALSE:
		return type == JSON_FALSE;
	case TEST_TRUE:
		return type == JSON_TRUE;
	default:
		if (type == JSON_STRING)
			return accepts_string(test, text);
		return type == JSON_NUMBER && accepts_number(test, raw);
	}
}
