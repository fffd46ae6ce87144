#include "pattern/covers.h"

#include "pattern/accepts.h"

static bool same_test(const struct test *a, const struct test *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TEST_ADDRESS:
		return memcmp(&a->network.base, &b->network.base, sizeof a->network.base) == 0;
	case TEST_NETWORK:
		return memcmp(&a->network, &b->network, sizeof a->network) == 0;
	case TEST_NUMBER:
		return a->number == b->number;
	case TEST_RANGE:
		return memcmp(&a->range, &b->range, sizeof a->range) == 0;
	case TEST_NOT:
		return false; /* see covers_not */
	default:
		return slice_eq(a->text, b->text);
	}
}

/* What excludes less covers what excludes more. */
static bool covers_not(const struct test *wide, const struct test *narrow)
{
	for (size_t i = 0; i < wide->n; i++) {
		bool excluded = false;

		for (size_t k = 0; k < narrow->n && !excluded; k++)
			excluded = covers_test(&narrow->items[k], &wide->items[i]);
		if (!excluded)
			return false;
	}
	return true;
}

static bool covers_range(const struct range *wide, const struct range *narrow)
{
	bool low = wide->low < narrow->low ||
		   (wide->low == narrow->low && wide->with_low >= narrow->with_low);
	bool high = wide->high > narrow->high ||
		    (wide->high == narrow->high && wide->with_high >= narrow->with_high);

	return low && high;
}

bool covers_test(const struct test *wide, const struct test *narrow)
{
	if (same_test(wide, narrow))
		return true;
	if (narrow->kind == TEST_ABSENT || wide->kind == TEST_ABSENT)
		return false;
	if (wide->kind == TEST_EXISTS)
		return true;
	switch (narrow->kind) {
	case TEST_EXACT:
		return accepts_value(wide, JSON_STRING, SLICE_NONE, narrow->text);
	case TEST_NULL:
		return accepts_value(wide, JSON_NULL, SLICE("null"), SLICE_NONE);
	case TEST_TRUE:
		return accepts_value(wide, JSON_TRUE, SLICE("true"), SLICE_NONE);
	case TEST_FALSE:
		return accepts_value(wide, JSON_FALSE, SLICE("false"), SLICE_NONE);
	case TEST_NUMBER:
		return narrow->text.p && accepts_value(wide, JSON_NUMBER, narrow->text, SLICE_NONE);
	case TEST_PREFIX:
		return wide->kind == TEST_PREFIX && slice_starts(narrow->text, wide->text);
	case TEST_SUFFIX:
		return wide->kind == TEST_SUFFIX && slice_ends(narrow->text, wide->text);
	case TEST_RANGE:
		return wide->kind == TEST_RANGE && covers_range(&wide->range, &narrow->range);
	case TEST_NETWORK:
		return wide->kind == TEST_NETWORK && wide->network.mask <= narrow->network.mask &&
		       network_holds(&wide->network, &narrow->network.base);
	case TEST_NOT:
		return wide->kind == TEST_NOT && covers_not(wide, narrow);
	default:
		return false;
	}
}

static bool covers_tests(const struct tests *wide, const struct tests *narrow)
{
	for (size_t i = 0; i < narrow->n; i++) {
		bool covered = false;

		for (size_t k = 0; k < wide->n && !covered; k++)
			covered = covers_test(&wide->test[k], &narrow->test[i]);
		if (!covered)
			return false;
	}
	return true;
}

/* Absence is judged by what else is asked for: such an alternative covers only its like. */
static bool asks_absence(const struct alternative *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->condition[i].tests->absent)
			return true;
	return false;
}

bool covers_alternative(const struct alternative *wide, const struct alternative *narrow)
{
	size_t at = 0;

	if ((asks_absence(wide) || asks_absence(narrow)) && wide->n != narrow->n)
		return false;
	for (size_t i = 0; i < wide->n; i++) {
		const struct condition *c = &wide->condition[i];

		/* Both are sorted by path. */
		while (at < narrow->n && !slice_eq(narrow->condition[at].path, c->path))
			at++;
		if (at == narrow->n || !covers_tests(c->tests, narrow->condition[at].tests))
			return false;
		if (c->tests->absent && !covers_tests(narrow->condition[at].tests, c->tests))
			return false;
	}
	return true;
}

bool covers_rule(const struct rule *wide, const struct rule *narrow)
{
	for (size_t i = 0; i < narrow->n; i++) {
		bool covered = false;

		for (size_t k = 0; k < wide->n && !covered; k++)
			covered =
				covers_alternative(&wide->alternative[k], &narrow->alternative[i]);
		if (!covered)
			return false;
	}
	return narrow->n > 0;
}
