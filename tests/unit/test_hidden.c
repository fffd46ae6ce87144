/* links: kebread/hidden base */
#include "../../cmd/kebread/hidden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expressions_between_commas(void **state)
{
	struct hidden *h = hidden_new("^__,^a[.]b$,x{2,,3},(");

	(void)state;
	assert_true(hidden_has(h, "__consumer_offsets"));
	assert_true(hidden_has(h, "a.b"));
	assert_true(hidden_has(h, "axxb"));
	assert_false(hidden_has(h, "a.bc"));
	assert_false(hidden_has(h, "axb"));
	assert_false(hidden_has(h, ""));
	hidden_free(h);
}

static void an_empty_list_hides_nothing(void **state)
{
	struct hidden *h = hidden_new("");

	(void)state;
	assert_false(hidden_has(h, "a"));
	hidden_free(h);
	hidden_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_between_commas),
		cmocka_unit_test(an_empty_list_hides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
