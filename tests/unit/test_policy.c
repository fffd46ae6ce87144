/* links: kebread/policy kebread/context kebread/place status event lines json base */
#include "../../cmd/kebread/context.h"
#include "../../cmd/kebread/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static bool parses(struct policy *policy, const char *a, const char *b)
{
	const char *items[] = {a, b};
	struct err err;

	*policy = (struct policy){0};
	return policy_parse(policy, &(struct opt_list){items, b ? 2 : 1}, &err) == 0;
}

static void the_last_of_a_class_wins_and_a_bare_one_is_for_the_others(void **state)
{
	const char *topics[POLICY_RULES];
	struct policy p;

	(void)state;
	assert_true(parses(&p, "decode=dlq=a,too-large=skip,dlq=b", "stop,decode=dlq=c"));
	assert_string_equal(policy_rule(&p, true, REJECT_DECODE)->topic, "c");
	assert_int_equal(policy_rule(&p, true, REJECT_TOO_LARGE)->act, POLICY_SKIP);
	assert_int_equal(policy_rule(&p, true, REJECT_EXPIRED)->act, POLICY_STOP);
	assert_int_equal(policy_rule(&p, false, REJECT_DECODE)->act, POLICY_STOP);
	assert_int_equal(policy_topics(&p, topics), 1);
	assert_true(policy_names(&p, "c"));
	assert_false(policy_names(&p, "b"));
	policy_free(&p);
}

static void what_is_no_policy(void **state)
{
	static const char *const bad[] = {
		"",	 "drop",      "dlq",	     "dlq=",	  "dlq=a/b",
		"dlq=.", "late=skip", "decode=",     "decode",	  "skip,",
		",skip", "=skip",     "decode=dlq=", "dlq=dlq=a", "stop skip"};
	struct policy p;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(parses(&p, bad[i], NULL));
		policy_free(&p);
	}
}

static void the_limit_is_of_any_span_of_that_length(void **state)
{
	static const char *const bad[] = {"5",	 "5/day", "/min", "0/min",
					  "x/s", "-1/s",  "5/",	  "9999999/h"};
	struct policy p = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		p = (struct policy){0};
		assert_int_equal(policy_parse_limit(&p, bad[i], &err), -1);
		policy_free(&p);
	}
	assert_int_equal(policy_parse_limit(&p, "2/s", &err), 0);
	policy_count(&p, 100);
	assert_false(policy_is_spent(&p, 100));
	policy_count(&p, 900);
	assert_true(policy_is_spent(&p, 1099));
	assert_false(policy_is_spent(&p, 1100));
	policy_count(&p, 1100);
	assert_true(policy_is_spent(&p, 1899));
	assert_false(policy_is_spent(&p, 1900));
	policy_free(&p);
}

static void what_was_written_is_read_again(void **state)
{
	struct header headers[2 + CONTEXT_HEADERS] = {{"a", SLICE("1")},
						      {"__connect.errors.topic", SLICE("other")}};
	struct message m = {.headers = headers, .n_headers = 2 + CONTEXT_HEADERS};
	struct context c = {.topic = SLICE("orders"),
			    .partition = 7,
			    .offset = 900000000000,
			    .attempts = 4,
			    .redrives = 2,
			    .has_class = true,
			    .class = REJECT_INVALID,
			    .by = SLICE("kebmap")};
	struct context back;
	struct buf text = {0};
	size_t own;

	(void)state;
	context_write(&c, &text, headers + 2);
	assert_true(context_read(&m, &back, &own));
	assert_int_equal(own, 2);
	assert_true(slice_is(back.topic, "orders"));
	assert_int_equal(back.partition, 7);
	assert_int_equal(back.offset, 900000000000);
	assert_int_equal(back.attempts, 4);
	assert_int_equal(back.redrives, 2);
	assert_string_equal(headers[2 + 5].name, "__connect.errors.stage");
	assert_true(slice_is(headers[2 + 5].value, "TRANSFORMATION"));
	assert_null(headers[2 + 9].value.p); /* no code */
	m.n_headers--; /* without the count: as from Kafka Connect, a run at the end */
	assert_true(context_read(&m, &back, &own));
	assert_int_equal(own, 1);
	headers[3].value = SLICE("x");
	headers[2].value = SLICE("a b");
	assert_false(context_read(&m, &back, &own));
	m.n_headers = 0;
	assert_false(context_read(&m, &back, &own));
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_of_a_class_wins_and_a_bare_one_is_for_the_others),
		cmocka_unit_test(what_is_no_policy),
		cmocka_unit_test(the_limit_is_of_any_span_of_that_length),
		cmocka_unit_test(what_was_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
