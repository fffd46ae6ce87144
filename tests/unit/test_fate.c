/* links: kebput/fate kebput/entry kebput/window report aws status event lines json base */
/* links: pkg:libcrypto */
#include "../../cmd/kebput/fate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* One entry of group g1 that was read at 1000 ms and is in a request. */
struct scene {
	struct window *window;
	struct entry_pool *pool;
	struct entry_maker *maker;
	struct report *report;
	struct outage outage;
	struct fate *fate;
	struct entry *entry;
};

static struct entry *read_entry(struct scene *s, const char *line)
{
	struct entry *e = entry_pool_take(s->pool);
	struct window_item *items[WINDOW_ENTRIES];
	struct json_fault fault;
	struct entry_fault why;
	struct event event;

	assert_true(event_parse(&event, slice_of(line), &fault));
	assert_true(entry_make(s->maker, e, &event, &why));
	e->origin.input = "stdin";
	e->origin.line = 1;
	e->read_ms = 1000;
	fate_begin(s->fate, e);
	assert_int_equal(window_take(s->window, 1000, true, items), 1);
	window_end(s->window);
	return e;
}

static void start(struct scene *s)
{
	s->entry = read_entry(s, "{\"_ack\":\"t/0/1/e\",\"_group\":\"g1\",\"source\":\"s\","
				 "\"detail-type\":\"t\",\"detail\":{}}");
}

static void scene(struct scene *s, int64_t max_age_ms, uint64_t max_attempts)
{
	struct entry_conf entry = {.max_size = 1000};
	struct window_conf window = {.width = 4, .max_bytes = 1000, .max_items = 4};
	struct report_conf report = {.program = "kebput", .status_fd = -1};
	struct err err;

	*s = (struct scene){.outage = {.limit_ms = -1}};
	s->window = window_new(&window);
	s->pool = entry_pool_new(4);
	s->maker = entry_maker_new(&entry);
	s->report = report_new(&report, &err);
	s->fate = fate_new(&(struct fate_conf){.max_age_ms = max_age_ms,
					       .max_attempts = max_attempts,
					       .window = s->window,
					       .pool = s->pool,
					       .report = s->report,
					       .outage = &s->outage});
	start(s);
}

static void end(struct scene *s)
{
	fate_free(s->fate);
	report_free(s->report);
	entry_maker_free(s->maker);
	entry_pool_free(s->pool);
	window_free(s->window);
}

static const struct entry_outcome failed = {
	.verdict = ENTRY_AGAIN, .code = {"InternalFailure", 15}, .message = {"try later", 9}};
static const struct entry_outcome throttled = {.verdict = ENTRY_THROTTLED,
					       .code = {"ThrottlingException", 19}};

/* Sends what backs off, as if its time had come. */
static void again(struct scene *s, int64_t now_ms)
{
	struct window_item *items[WINDOW_ENTRIES];

	assert_int_equal(window_take(s->window, now_ms, true, items), 1);
	window_end(s->window);
}

static void test_delivered(void **state)
{
	struct scene s;

	(void)state;
	scene(&s, 0, 0);
	assert_int_not_equal(fate_counts(s.fate)->queued, 0);
	fate_delivered(s.fate, s.entry, SLICE("id"), 1010);
	assert_int_equal(report_counts(s.report)->delivered, 1);
	assert_int_equal(fate_counts(s.fate)->queued, 0);
	assert_int_equal(window_items(s.window), 0);
	end(&s);
}

static void test_attempts_count_failures_and_no_throttling(void **state)
{
	struct scene s;

	(void)state;
	scene(&s, 0, 2);
	fate_failed(s.fate, s.entry, &throttled, 1000);
	again(&s, 100000);
	fate_failed(s.fate, s.entry, &throttled, 100000);
	again(&s, 200000);
	fate_failed(s.fate, s.entry, &failed, 200000);
	again(&s, 300000);
	assert_int_equal(report_counts(s.report)->rejected, 0);
	fate_failed(s.fate, s.entry, &failed, 300000);
	assert_int_equal(report_counts(s.report)->rejected, 1);
	assert_int_equal(fate_counts(s.fate)->retried, 3);
	end(&s);
}

/* An outage is nobody's age: only while others are delivered does a record expire. */
static void test_age_counts_while_others_are_delivered(void **state)
{
	struct scene s;
	struct entry *later;

	(void)state;
	scene(&s, 5000, 0);
	assert_false(fate_expired(s.fate, s.entry, 5999));
	assert_false(fate_expired(s.fate, s.entry, 9000)); /* nothing was delivered since */
	later = read_entry(&s, "{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{}}");
	fate_delivered(s.fate, later, SLICE("id"), 9000);
	s.outage.since_ms = 9500;
	assert_false(fate_expired(s.fate, s.entry, 10000));
	s.outage.since_ms = 0;
	assert_true(fate_expired(s.fate, s.entry, 10000));
	assert_int_equal(report_counts(s.report)->rejected, 1);
	end(&s);
}

static void test_a_blocked_group_is_counted_until_its_entry_is_settled(void **state)
{
	struct scene s;

	(void)state;
	scene(&s, 0, 0);
	fate_failed(s.fate, s.entry, &failed, 1000);
	again(&s, 30999);
	fate_failed(s.fate, s.entry, &failed, 30999);
	assert_int_equal(fate_counts(s.fate)->blocked, 0);
	again(&s, 100000);
	fate_failed(s.fate, s.entry, &failed, 100000);
	again(&s, 200000);
	fate_failed(s.fate, s.entry, &failed, 200000);
	assert_int_equal(fate_counts(s.fate)->blocked, 1);
	again(&s, 300000);
	fate_delivered(s.fate, s.entry, SLICE("id"), 300000);
	assert_int_equal(fate_counts(s.fate)->blocked, 0);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delivered),
		cmocka_unit_test(test_attempts_count_failures_and_no_throttling),
		cmocka_unit_test(test_age_counts_while_others_are_delivered),
		cmocka_unit_test(test_a_blocked_group_is_counted_until_its_entry_is_settled),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
