/* links: kebmock/faults kebmock/chance json base */
#include "../../cmd/kebmock/faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct faults *with(const char *key, const char *value)
{
	struct faults *f = faults_new(7);
	struct err err;

	assert_int_equal(faults_set(f, slice_of(key), slice_of(value), &err), 0);
	return f;
}

static const char *shown(const struct faults *f)
{
	static char text[512];
	struct buf to = {0};

	faults_show(f, "", &to);
	snprintf(text, sizeof text, "%s", buf_text(&to));
	buf_free(&to);
	return text;
}

static void nothing_happens_without_faults(void **state)
{
	struct faults *f = faults_new(7);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct fault_verdict v = faults_request(f, FAULT_CALL_PUT, i);

		assert_int_equal(v.kind, FAULT_NONE);
		assert_int_equal(v.delay_us, 0);
		assert_null(faults_entry(f, i));
	}
	assert_string_equal(shown(f), "");
	faults_free(f);
}

static void bad_values_change_nothing(void **state)
{
	static const struct {
		const char *key, *value, *text;
	} cases[] = {
		{"latency", "30", "bad value '30' of fault 'latency': it is TIME or TIME..TIME"},
		{"latency", "9ms..3ms", "bad value '9ms..3ms'"},
		{"fail", "1.5:X", "bad value '1.5:X' of fault 'fail': it is SHARE or SHARE:CODE"},
		{"fail", "0.5:", "bad value"},
		{"fail", "0.5:a b", "bad value"},
		{"fail", "nan", "bad value"},
		{"http", "0.5:200", "bad value"},
		{"throttle", "100", "bad value"},
		{"throttle", "0/s", "bad value"},
		{"deny", "all", "bad value 'all' of fault 'deny'"},
		{"too-large", "500", "bad value"},
		{"seed", "x", "bad value"},
		{"latenzy", "1ms", "there is no fault 'latenzy'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct faults *f = with("reset", "0.25");
		struct err err;

		assert_int_equal(
			faults_set(f, slice_of(cases[i].key), slice_of(cases[i].value), &err), -1);
		assert_int_equal(err.status, EXIT_USAGE);
		assert_non_null(strstr(err.text, cases[i].text));
		assert_string_equal(shown(f), "\"reset\":\"0.25\"");
		faults_free(f);
	}
}

static void faults_are_shown_as_set_and_end_with_off(void **state)
{
	struct faults *f = with("fail", "0.1:ThrottlingException");
	struct err err;

	(void)state;
	faults_set(f, SLICE("latency"), SLICE("30ms..250ms"), &err);
	assert_string_equal(shown(f),
			    "\"latency\":\"30ms..250ms\",\"fail\":\"0.1:ThrottlingException\"");
	faults_set(f, SLICE("fail"), SLICE("off"), &err);
	faults_set(f, SLICE("latency"), SLICE(""), &err);
	assert_string_equal(shown(f), "");
	assert_null(faults_entry(f, 0));
	faults_free(f);
}

static void latency_is_constant_or_spread(void **state)
{
	struct faults *f = with("latency", "30ms");
	int64_t least = INT64_MAX, most = 0;
	struct err err;

	(void)state;
	assert_int_equal(faults_request(f, FAULT_CALL_PUT, 0).delay_us, 30000);
	faults_set(f, SLICE("latency"), SLICE("30ms..250ms"), &err);
	for (int i = 0; i < 10000; i++) {
		int64_t us = faults_request(f, FAULT_CALL_PUT, 0).delay_us;

		least = us < least ? us : least;
		most = us > most ? us : most;
	}
	assert_in_range(least, 30000, 31000);
	assert_in_range(most, 249000, 250000);
	faults_free(f);
}

static unsigned count(struct faults *f, enum fault_kind kind, enum fault_call call)
{
	unsigned n = 0;

	for (int i = 0; i < 10000; i++)
		n += faults_request(f, call, 0).kind == kind;
	return n;
}

static void shares_are_kept(void **state)
{
	static const struct {
		const char *key;
		enum fault_kind kind;
	} cases[] = {{"http", FAULT_HTTP},
		     {"html", FAULT_HTML},
		     {"reset", FAULT_RESET},
		     {"reset-after", FAULT_RESET_AFTER},
		     {"garble", FAULT_GARBLE}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct faults *f = with(cases[i].key, "0.2");

		assert_in_range(count(f, cases[i].kind, FAULT_CALL_PUT), 1800, 2200);
		faults_free(f);
	}
}

static void the_same_seed_gives_the_same_faults(void **state)
{
	struct faults *a = with("fail", "0.5:X"), *b = with("fail", "0.5:X");
	struct err err;
	bool same = true;

	(void)state;
	faults_set(b, SLICE("seed"), SLICE("7"), &err);
	for (int i = 0; i < 100; i++)
		assert_true(!faults_entry(a, 0) == !faults_entry(b, 0));
	faults_set(b, SLICE("seed"), SLICE("8"), &err);
	for (int i = 0; i < 100; i++)
		same &= !faults_entry(a, 0) == !faults_entry(b, 0);
	assert_false(same);
	faults_free(a);
	faults_free(b);
}

/* Ten at once, then ten a second. */
static void a_bucket_refills(void **state)
{
	struct faults *f = with("throttle", "10/s");
	int64_t now = 1000000;

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(faults_request(f, FAULT_CALL_PUT, now).kind, FAULT_NONE);
	assert_int_equal(faults_request(f, FAULT_CALL_PUT, now).kind, FAULT_THROTTLE);
	assert_int_equal(faults_request(f, FAULT_CALL_DESCRIBE, now).kind, FAULT_NONE);
	assert_int_equal(faults_request(f, FAULT_CALL_PUT, now + 100000).kind, FAULT_NONE);
	assert_int_equal(faults_request(f, FAULT_CALL_PUT, now + 100000).kind, FAULT_THROTTLE);
	faults_free(f);

	f = with("throttle-entries", "10/s:2");
	assert_null(faults_entry(f, now));
	assert_null(faults_entry(f, now));
	assert_string_equal(faults_entry(f, now), "ThrottlingException");
	faults_free(f);
}

static void permissions_are_refused_one_by_one(void **state)
{
	struct faults *f = with("deny", "entry+describe");
	struct err err;

	(void)state;
	assert_int_equal(count(f, FAULT_DENY, FAULT_CALL_DESCRIBE), 10000);
	assert_int_equal(count(f, FAULT_DENY, FAULT_CALL_PUT), 0);
	assert_string_equal(faults_entry(f, 0), "AccessDeniedException");
	faults_set(f, SLICE("deny"), SLICE("request"), &err);
	assert_int_equal(count(f, FAULT_DENY, FAULT_CALL_PUT), 10000);
	assert_null(faults_entry(f, 0));
	faults_set(f, SLICE("deny"), SLICE("token"), &err);
	assert_int_equal(count(f, FAULT_EXPIRED, FAULT_CALL_PUT), 10000);
	faults_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_happens_without_faults),
		cmocka_unit_test(bad_values_change_nothing),
		cmocka_unit_test(faults_are_shown_as_set_and_end_with_off),
		cmocka_unit_test(latency_is_constant_or_spread),
		cmocka_unit_test(shares_are_kept),
		cmocka_unit_test(the_same_seed_gives_the_same_faults),
		cmocka_unit_test(a_bucket_refills),
		cmocka_unit_test(permissions_are_refused_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
