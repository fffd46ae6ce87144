/* links: json base */
#include "json/simd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every byte at every place of texts of every short length. */
static void any_byte_at_any_place(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 260; n += 1 + n / 90 * 7) {
		/* A block of its own, so that a sanitizer sees a read behind it. */
		char *text = malloc(n), *end = text + n;

		for (size_t at = 0; at < n; at += 1 + at / 40 * 3) {
			for (int c = 0; c < 256; c++) {
				memset(text, 'x', n);
				text[at] = (char)c;
				assert_ptr_equal(simd_plain(text, end),
						 simd_plain_portable(text, end));
				memset(text, '7', n);
				text[at] = (char)c;
				assert_ptr_equal(simd_digits(text, end),
						 simd_digits_portable(text, end));
			}
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_byte_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
