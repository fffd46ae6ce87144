/* links: kebput/outcome kebput/rate aws json base pkg:libcrypto */
#include "../../cmd/kebput/outcome.h"
#include "../../cmd/kebput/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* --- requests -------------------------------------------------------------- */

static void test_calls(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum call_verdict want;
	} calls[] = {
		{200, "", CALL_ANSWERED},
		{500, "", CALL_AGAIN},
		{503, "<html>", CALL_AGAIN},
		{429, "", CALL_THROTTLED},
		{413, "", CALL_SPLIT},
		{301, "", CALL_DENIED},
		{404, "<html>", CALL_DENIED},
		{400, "{\"__type\":\"ThrottlingException\"}", CALL_THROTTLED},
		{400, "{\"__type\":\"com.amazonaws.events#InternalException\"}", CALL_AGAIN},
		{503, "{\"__type\":\"ThrottlingException\"}", CALL_THROTTLED},
		{400, "{\"__type\":\"ValidationException\",\"message\":\"too large\"}", CALL_SPLIT},
		{400,
		 "{\"__type\":\"ValidationException\",\"message\":\"Value at 'eventBusName'\"}",
		 CALL_DENIED},
		{400, "{\"__type\":\"x#SerializationException:http://y\"}", CALL_SPLIT},
		{400, "{\"__type\":\"AccessDeniedException\"}", CALL_DENIED},
		{400, "{\"__type\":\"ResourceNotFoundException\"}", CALL_DENIED},
		{400, "{\"__type\":\"ExpiredTokenException\"}", CALL_EXPIRED},
		{403, "{\"__type\":\"UnrecognizedClientException\"}", CALL_EXPIRED},
		{403, "{\"__type\":\"InvalidSignatureException\"}", CALL_CLOCK},
		{400, "{\"__type\":\"SomethingNewException\"}", CALL_DENIED},
		{400, "{\"__type\":7}", CALL_DENIED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct http_answer answer = {.status = calls[i].status,
					     .body = slice_of(calls[i].body)};
		struct call_outcome outcome;

		outcome_of_call(&outcome, &answer);
		if (outcome.verdict != calls[i].want)
			fail_msg("%d %s: %d", calls[i].status, calls[i].body, outcome.verdict);
	}
}

static void test_unreachable(void **state)
{
	struct http_answer answer = {.failure = HTTP_UNREACHABLE, .why = "refused"};
	struct call_outcome outcome;

	(void)state;
	outcome_of_call(&outcome, &answer);
	assert_int_equal(outcome.verdict, CALL_AGAIN);
	answer.failure = HTTP_UNTRUSTED;
	outcome_of_call(&outcome, &answer);
	assert_int_equal(outcome.verdict, CALL_AGAIN);
}

static void test_size_is_told(void **state)
{
	struct http_answer answer = {
		.status = 400,
		.body = SLICE("{\"__type\":\"ValidationException\",\"message\":\"Total size of the "
			      "entries in the request is over the limit.\"}")};
	struct call_outcome outcome;

	(void)state;
	outcome_of_call(&outcome, &answer);
	assert_true(outcome.too_large);
	answer = (struct http_answer){.status = 400, .error_type = SLICE("ValidationException:x")};
	outcome_of_call(&outcome, &answer);
	assert_int_equal(outcome.verdict, CALL_SPLIT);
	assert_false(outcome.too_large);
}

/* --- entries --------------------------------------------------------------- */

static void test_entries(void **state)
{
	struct entry_outcome got[4];
	struct slice body =
		SLICE("{\"FailedEntryCount\":3,\"Entries\":[{\"EventId\":\"i\"},"
		      "{\"ErrorCode\":\"InternalFailure\"},"
		      "{\"ErrorCode\":\"AccessDeniedException\",\"ErrorMessage\":\"no\"},"
		      "{\"EventId\":null,\"ErrorCode\":\"BrandNew\",\"ErrorMessage\":\"m\"}]}");

	(void)state;
	assert_true(outcome_of_entries(got, 4, body));
	assert_int_equal(got[0].verdict, ENTRY_DELIVERED);
	assert_true(slice_is(got[0].id, "i"));
	assert_int_equal(got[1].verdict, ENTRY_AGAIN);
	assert_int_equal(got[2].verdict, ENTRY_DENIED);
	assert_int_equal(got[3].verdict, ENTRY_REJECTED);
	assert_true(slice_is(got[3].code, "BrandNew"));
	assert_true(slice_is(got[3].message, "m"));
}

static void test_no_answer(void **state)
{
	static const char *const bodies[] = {
		"",
		"null",
		"{}",
		"{\"Entries\":{}}",
		"{\"Entries\":[]}",
		"{\"Entries\":[{\"EventId\":\"a\"}]}",
		"{\"Entries\":[{\"EventId\":\"a\"},{}]}",
		"{\"Entries\":[{\"EventId\":\"a\"},{\"EventId\":\"b\"},{\"EventId\":\"c\"}]}",
		"{\"Entries\":[{\"EventId\":\"a\"},7]}",
		"{\"Entries\":[{\"EventId\":\"a\"},{\"EventId\":\"b\"}]",
	};
	struct entry_outcome got[2];

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		assert_false(outcome_of_entries(got, 2, slice_of(bodies[i])));
}

/* --- rates ----------------------------------------------------------------- */

static void test_rates(void **state)
{
	static const char *const bad[] = {"", "7", "req", "0req", "-1ev", "1.5ev", "5x", "0MB"};
	struct rate rate;
	struct err err;

	(void)state;
	assert_int_equal(rate_parse(&rate, "100req", 1, &err), 0);
	assert_int_equal(rate.unit, RATE_REQUESTS);
	assert_int_equal(rate_parse(&rate, "5000ev/s", 1, &err), 0);
	assert_int_equal(rate.unit, RATE_EVENTS);
	assert_int_equal(rate_parse(&rate, "1MB", 1, &err), 0);
	assert_int_equal(rate.unit, RATE_BYTES);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(rate_parse(&rate, bad[i], 1, &err), -1);
}

/* In the long run it is the rate, whatever the size of the steps; copies share it. */
static void test_rate_holds(void **state)
{
	struct rate rate;
	struct err err;
	uint64_t sent = 0;

	(void)state;
	assert_int_equal(rate_parse(&rate, "1000ev", 2, &err), 0);
	for (int64_t now = 1; now < 10000; now++) {
		while (rate_wait(&rate, now) == 0) {
			rate_spend(&rate, 1, 10, 999);
			sent += 10;
		}
	}
	assert_in_range(sent, 4950, 5100);
}

static uint64_t sent_between(struct rate *rate, int64_t from, int64_t to)
{
	uint64_t sent = 0;

	for (int64_t now = from; now < to; now++) {
		while (rate_wait(rate, now) == 0) {
			rate_spend(rate, 1, 1, 0);
			sent++;
		}
	}
	return sent;
}

/* Throttling takes it down, at most twice a second; time takes it up again, not beyond. */
static void test_rate_gives_way(void **state)
{
	struct rate rate;
	struct err err;

	(void)state;
	assert_int_equal(rate_parse(&rate, "1000ev", 1, &err), 0);
	assert_in_range(sent_between(&rate, 1, 1000), 950, 1150);
	for (int64_t now = 1000; now < 2600; now += 100)
		rate_throttled(&rate, now);
	assert_in_range(sent_between(&rate, 2600, 3600), 300, 480);
	(void)sent_between(&rate, 3600, 30000);
	assert_in_range(sent_between(&rate, 30000, 31000), 950, 1050);
}

static void test_no_rate(void **state)
{
	struct rate rate = {0};

	(void)state;
	rate_spend(&rate, 1, 10, 1000000);
	assert_int_equal(rate_wait(&rate, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),	    cmocka_unit_test(test_rate_gives_way),
		cmocka_unit_test(test_unreachable), cmocka_unit_test(test_size_is_told),
		cmocka_unit_test(test_entries),	    cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_rates),	    cmocka_unit_test(test_rate_holds),
		cmocka_unit_test(test_no_rate),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
