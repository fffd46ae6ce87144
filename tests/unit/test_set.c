/* links: kebmap/set kebmap/query kebmap/refusal connect json base lib:jq */
#include "../../cmd/kebmap/set.h"

#include "base/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct edit {
	const char *set, *event, *after; /* after NULL: rejected */
};

static struct sets *sets_of(const char **items, size_t n)
{
	struct err err;
	struct sets *sets = sets_new((struct opt_list){items, n}, &err);

	if (!sets)
		fail_msg("%s", err.text);
	return sets;
}

static void check(const struct edit *e)
{
	const char *item = e->set;
	struct sets *sets = sets_of(&item, 1);
	struct refusal why = {0};
	struct buf event = {0};
	bool good;

	buf_adds(&event, slice_of(e->event));
	good = sets_apply(sets, &event, &why);
	if (good != (e->after != NULL))
		fail_msg("%s on %s: %s", e->set, e->event, good ? "not rejected" : why.text);
	if (good)
		assert_string_equal(buf_text(&event), e->after);
	else
		assert_int_equal(why.class, REJECT_INVALID);
	sets_free(sets);
	buf_free(&event);
}

static void values_are_replaced_added_and_kept(void **state)
{
	static const struct edit edits[] = {
		/* replaced: shorter, equal, longer, nested, in an object of another layout */
		{"source=$.a", "{\"source\":\"long\",\"a\":\"s\"}",
		 "{\"source\":\"s\",\"a\":\"s\"}"},
		{"source=$.a", "{\"source\":\"s\",\"a\":\"long\"}",
		 "{\"source\":\"long\",\"a\":\"long\"}"},
		{"detail.x=$.detail", "{\"detail\":{\"x\":1,\"y\":2}}",
		 "{\"detail\":{\"x\":{\"x\":1,\"y\":2},\"y\":2}}"},
		{"detail=$.detail.x", "{\"detail\":{\"x\":{\"y\":[]}}}", "{\"detail\":{\"y\":[]}}"},
		{"source=$.b", "{ \"source\" : \"s\" , \"b\" : \"t\" }",
		 "{ \"source\" : \"t\" , \"b\" : \"t\" }"},
		/* added at the end, objects made */
		{"detail.n=$.a", "{\"a\":1.50,\"detail\":{}}",
		 "{\"a\":1.50,\"detail\":{\"n\":1.50}}"},
		{"detail.n=$.a", "{\"a\":1,\"detail\":{ }}", "{\"a\":1,\"detail\":{ \"n\":1}}"},
		{"detail.n.m.o=$.a", "{\"a\":null,\"detail\":{\"z\":[]}}",
		 "{\"a\":null,\"detail\":{\"z\":[],\"n\":{\"m\":{\"o\":null}}}}"},
		{"time=$.a", "{\"a\":\"2024-05-01T00:00:00Z\"}",
		 "{\"a\":\"2024-05-01T00:00:00Z\",\"time\":\"2024-05-01T00:00:00Z\"}"},
		{"detail.n=$.a", "{\"a\":1}", "{\"a\":1,\"detail\":{\"n\":1}}"},
		/* names are compared by what they spell, and written escaped */
		{"detail['a\"b']=$.s", "{\"s\":1,\"detail\":{\"a\\u0022b\":0}}",
		 "{\"s\":1,\"detail\":{\"a\\u0022b\":1}}"},
		{"$.detail['a\"b']=$.s", "{\"s\":1,\"detail\":{}}",
		 "{\"s\":1,\"detail\":{\"a\\\"b\":1}}"},
		/* the last of two */
		{"source=$.a", "{\"source\":\"1\",\"a\":\"x\",\"a\":\"y\",\"source\":\"2\"}",
		 "{\"source\":\"1\",\"a\":\"x\",\"a\":\"y\",\"source\":\"y\"}"},
		/* nothing there */
		{"source=$.b", "{\"source\":\"s\"}", "{\"source\":\"s\"}"},
		{"source=$.a[1]", "{\"source\":\"s\",\"a\":[\"x\"]}",
		 "{\"source\":\"s\",\"a\":[\"x\"]}"},
		/* what cannot be */
		{"source=$.a", "{\"a\":1}", NULL},
		{"source=$.a", "{\"a\":\"\"}", NULL},
		{"source=$.a", "{\"a\":\"\\u0020\\n\"}", NULL},
		{"time=$.a", "{\"a\":\"2024-02-30T00:00:00Z\"}", NULL},
		{"resources=$.a", "{\"a\":[null]}", NULL},
		{"detail=$.a", "{\"a\":\"{}\"}", NULL},
		{"detail.a.b=$.x", "{\"x\":1,\"detail\":{\"a\":[]}}", NULL},
		{"detail.a=$.x", "{\"x\":1,\"detail\":\"text\"}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
		check(&edits[i]);
}

static void what_was_missed_is_counted(void **state)
{
	const char *items[] = {"source=$.x", "detail-type=$.y"};
	struct sets *sets = sets_of(items, 2);
	struct refusal why;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf event = {0};

		BUF_LIT(&event, "{\"x\":\"x\"}");
		assert_true(sets_apply(sets, &event, &why));
		buf_free(&event);
	}
	assert_int_equal(sets_count(sets), 2);
	assert_int_equal(sets_missed(sets), 3);
	sets_free(sets);
}

static void long_names_in_a_reason_are_cut_between_characters(void **state)
{
	char item[400] = "detail.";
	const char *items = item;
	struct sets *sets;
	struct refusal why;
	struct buf event = {0};

	(void)state;
	for (int i = 0; i < 150; i++)
		strcat(item, "\xc3\xbc");
	strcat(item, ".x=$.a");
	sets = sets_of(&items, 1);
	buf_addf(&event, "{\"a\":1,\"%.6s\":{\"%.300s\":1}}", item, item + 7);
	assert_false(sets_apply(sets, &event, &why));
	assert_non_null(strstr(why.text, "no object"));
	assert_null(strstr(why.text, "\xc3?"));
	sets_free(sets);
	buf_free(&event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_replaced_added_and_kept),
		cmocka_unit_test(what_was_missed_is_counted),
		cmocka_unit_test(long_names_in_a_reason_are_cut_between_characters),
	};

	msg_program("test_set");
	msg_level(MSG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
