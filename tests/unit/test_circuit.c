/* links: kebput/circuit aws base pkg:libcrypto */
/* An endpoint that answers nothing is asked by one request at a time; a sick one is not. */
#include "../../cmd/kebput/circuit.h"
#include "aws/outage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct retry_chance chance = {42};

static void fails(struct circuit *c, unsigned n, enum retry kind, int64_t now)
{
	while (n--)
		circuit_failed(c, false, kind, SLICE_NONE, &chance, now);
}

static void test_opens_after_failures_in_a_row(void **state)
{
	struct circuit c = {0};

	(void)state;
	fails(&c, CIRCUIT_FAILURES - 1, RETRY_TRANSIENT, 1000);
	assert_int_equal(circuit_wait(&c, 1000), 0);
	assert_false(circuit_answered(&c));
	fails(&c, CIRCUIT_FAILURES - 1, RETRY_TRANSIENT, 1000);
	assert_false(c.open);
	fails(&c, 1, RETRY_TRANSIENT, 1000);
	assert_true(c.open);
	assert_in_range(circuit_wait(&c, 1000), 250, 500);
	assert_true(circuit_answered(&c));
	assert_int_equal(circuit_wait(&c, 1000), 0);
}

static void test_probes_become_rare(void **state)
{
	struct circuit c = {0};
	int64_t now = 1000;
	unsigned probes = 0;

	(void)state;
	fails(&c, CIRCUIT_FAILURES, RETRY_TRANSIENT, now);
	for (; now < 1000 + 60000; now += circuit_wait(&c, now), probes++) {
		assert_true(circuit_sent(&c, now));
		assert_int_equal(circuit_wait(&c, now), CIRCUIT_LONGEST_MS);
		circuit_failed(&c, true, RETRY_TRANSIENT, SLICE_NONE, &chance, now);
		assert_in_range(circuit_wait(&c, now), 1, CIRCUIT_LONGEST_MS);
	}
	assert_in_range(probes, 12, 26);
}

static void test_what_was_under_way_says_nothing_new(void **state)
{
	struct circuit c = {0};
	int64_t next;

	(void)state;
	fails(&c, CIRCUIT_FAILURES, RETRY_TRANSIENT, 1000);
	next = c.next_ms;
	fails(&c, 100, RETRY_TRANSIENT, 2000);
	assert_int_equal(c.next_ms, next);
}

static void test_throttling_has_longer(void **state)
{
	struct circuit c = {0};

	(void)state;
	fails(&c, 1000, RETRY_THROTTLED, 1000);
	assert_false(c.open);
	fails(&c, 1, RETRY_THROTTLED, 1000 + CIRCUIT_THROTTLED_MS);
	assert_true(c.open);
}

static void test_hint_of_the_service(void **state)
{
	struct circuit c = {0};

	(void)state;
	fails(&c, CIRCUIT_FAILURES - 1, RETRY_TRANSIENT, 1000);
	circuit_failed(&c, false, RETRY_TRANSIENT, SLICE("3000"), &chance, 1000);
	assert_int_equal(circuit_wait(&c, 1000), 3000);
}

/* --- the outage that it stands in -------------------------------------------------- */

static void test_hanging_counts_from_its_beginning(void **state)
{
	struct outage o = {.limit_ms = 5000};
	struct err err;

	(void)state;
	outage_hung(&o, 1000, 6000, "timed out");
	assert_int_equal(o.since_ms, 1000);
	assert_true(outage_spent(&o, 6000, &err));
	outage_over(&o, 7000);
	outage_hung(&o, 1000, 8000, "timed out"); /* others were answered meanwhile */
	assert_int_equal(o.since_ms, 7000);
	assert_false(outage_spent(&o, 8000, &err));
}

static void test_no_call_runs_past_the_limit(void **state)
{
	struct outage o = {.limit_ms = 5000};

	(void)state;
	assert_int_equal(outage_time_ms(&o, 1000, 30000), 5000);
	assert_int_equal(outage_time_ms(&o, 1000, 2000), 2000);
	outage_failed(&o, 1000, "reset");
	assert_int_equal(outage_time_ms(&o, 4000, 30000), 2000);
	assert_int_equal(outage_time_ms(&o, 9000, 30000), 1);
	o.limit_ms = 0; /* no second try, but the first one has its time */
	assert_int_equal(outage_time_ms(&o, 9000, 30000), 30000);
	o.limit_ms = -1;
	assert_int_equal(outage_time_ms(&o, 9000, 30000), 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_after_failures_in_a_row),
		cmocka_unit_test(test_probes_become_rare),
		cmocka_unit_test(test_what_was_under_way_says_nothing_new),
		cmocka_unit_test(test_throttling_has_longer),
		cmocka_unit_test(test_hint_of_the_service),
		cmocka_unit_test(test_hanging_counts_from_its_beginning),
		cmocka_unit_test(test_no_call_runs_past_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
