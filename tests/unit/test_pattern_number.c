/* links: pattern lines json cli base */
/*
 * Comparable numbers: the fast ways in integers say what the definition says, which
 * is tried here by printing and reading back.
 */
#include "pattern/number.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define RANDOM_TRIES 200000

static void test_examples(void **state)
{
	static const char *const comparable[] = {"0",
						 "-0",
						 "0.0",
						 "0e999999999999999999999",
						 "300",
						 "3e2",
						 "-1.50",
						 "0.1",
						 "9007199254740992",
						 "1e308",
						 "1.7976931348623157e308",
						 "123456789012345",
						 "0.30000000000000004",
						 "-122.42200352825247",
						 "100000000000000000000000",
						 "5e-324",
						 "9007199254740994"};
	static const char *const not [] = {"9007199254740993",
					   "12345678901234567890",
					   "1e400",
					   "-1e400",
					   "1e-400",
					   "0.30000000000000000001",
					   "0.1234567890123456789012",
					   "-122.422003528252475",
					   "1e99999999999999999999999"};
	double value;

	(void)state;
	for (size_t i = 0; i < sizeof comparable / sizeof *comparable; i++)
		if (!number_comparable(slice_of(comparable[i]), &value) ||
		    value != strtod(comparable[i], NULL))
			fail_msg("%s", comparable[i]);
	for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
		if (number_comparable(slice_of(not [i]), &value))
			fail_msg("%s", not [i]);
}

/* The digits and the exponent of a text in the form of %e, zeros cut. */
static void take_apart(const char *text, char digits[32], long *exponent)
{
	size_t n = 0;
	const char *e = strchr(text, 'e');

	for (const char *p = text; p < e; p++)
		if (*p != '.')
			digits[n++] = *p;
	*exponent = strtol(e + 1, NULL, 10) - (long)n + 1;
	while (n > 1 && digits[n - 1] == '0') {
		n--;
		++*exponent;
	}
	digits[n] = '\0';
}

/* The definition: the shortest text that reads back is the same number. */
static bool by_definition(const char *digits, long exponent, double value)
{
	char text[64], shortest[32];
	long shortest_exponent;

	for (int p = 0; p < 17; p++) {
		snprintf(text, sizeof text, "%.*e", p, value);
		if (strtod(text, NULL) == value)
			break;
	}
	take_apart(text, shortest, &shortest_exponent);
	return strcmp(shortest, digits) == 0 && shortest_exponent == exponent;
}

static void test_random(void **state)
{
	(void)state;
	for (int i = 0; i < RANDOM_TRIES; i++) {
		int n = 14 + (int)(random_bits() % 5);
		long exponent = -(long)(random_bits() % 24) + 2;
		uint64_t mantissa = random_bits() % 1000000000000000000u;
		char digits[32], text[64];
		double value, expected;
		bool comparable;

		snprintf(digits, sizeof digits, "%018llu", (unsigned long long)mantissa);
		digits[n] = '\0';
		if (i % 2) { /* often a text that a double was printed as */
			snprintf(text, sizeof text, "%.*e", n - 1, strtod(digits, NULL));
			take_apart(text, digits, &(long){0});
		}
		if (digits[0] == '0' || digits[strlen(digits) - 1] == '0')
			continue;
		snprintf(text, sizeof text, "%se%ld", digits, exponent);
		expected = strtod(text, NULL);
		comparable = number_comparable(slice_of(text), &value);
		if (comparable != by_definition(digits, exponent, expected) ||
		    (comparable && value != expected))
			fail_msg("%s: %d", text, comparable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
