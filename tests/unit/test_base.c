/* links: base */
#include "base/b64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/visible.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void numbers_count_only_whole(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} cases[] = {
		{"0", true, 0},
		{"42", true, 42},
		{"-1", true, -1},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"+1", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"0x10", false, 0},
		{"12a", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t v = 0;

		assert_int_equal(num_i64(slice_of(cases[i].text), &v), cases[i].good);
		if (cases[i].good)
			assert_int_equal(v, cases[i].value);
	}
}

static void sizes_and_times_have_units(void **state)
{
	uint64_t bytes;
	int64_t ms;

	(void)state;
	assert_true(num_size(SLICE("16MiB"), &bytes) && bytes == 16 << 20);
	assert_true(num_size(SLICE("1MB"), &bytes) && bytes == 1000000);
	assert_true(num_size(SLICE("64K"), &bytes) && bytes == 65536);
	assert_true(num_size(SLICE("7"), &bytes) && bytes == 7);
	assert_false(num_size(SLICE("16mib"), &bytes));
	assert_false(num_size(SLICE("MiB"), &bytes));
	assert_false(num_size(SLICE("99999999999GiB"), &bytes));
	assert_true(num_duration(SLICE("500ms"), &ms) && ms == 500);
	assert_true(num_duration(SLICE("2h"), &ms) && ms == 7200000);
	assert_true(num_duration(SLICE("0"), &ms) && ms == 0);
	assert_false(num_duration(SLICE("5"), &ms));
	assert_false(num_duration(SLICE("-5s"), &ms));
	assert_false(num_duration(SLICE("5 s"), &ms));
}

static void decimal_is_what_printf_prints(void **state)
{
	uint64_t v = 1;

	(void)state;
	for (int i = 0; i < 200; i++, v = v * 6364136223846793005u + 1442695040888963407u) {
		char want[32], got[32] = {0};
		uint64_t shifted = v >> i % 64;

		snprintf(want, sizeof want, "%llu", (unsigned long long)shifted);
		got[num_put_u64(got, shifted)] = '\0';
		assert_string_equal(got, want);
	}
}

static void dates_go_both_ways(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"1970-01-01T00:00:00.000Z", 0},
		{"2018-12-17T22:10:50.987Z", 1545084650987},
		{"2000-02-29T23:59:59.999Z", 951868799999},
		{"1969-12-31T23:59:59.999Z", -1},
		{"9999-12-31T23:59:59.999Z", 253402300799999},
		{"0000-01-01T00:00:00.000Z", -62167219200000},
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[CLOCK_DATE_LEN + 1] = {0};

		clock_put_date(text, cases[i].ms);
		assert_string_equal(text, cases[i].text);
		assert_true(clock_parse_date(slice_of(cases[i].text), &ms));
		assert_int_equal(ms, cases[i].ms);
	}
	assert_true(clock_parse_date(SLICE("2026-11-20T22:02:35.198301729+01:30"), &ms));
	assert_int_equal(ms, 1795206755198);
	assert_false(clock_parse_date(SLICE("2026-02-29T00:00:00Z"), &ms));
	assert_false(clock_parse_date(SLICE("2026-11-20T22:02:35"), &ms));
	assert_false(clock_parse_date(SLICE("2026-11-20"), &ms));
	assert_false(clock_parse_date(SLICE("2026-11-20T24:00:00Z"), &ms));
}

static void base64_is_exact(void **state)
{
	unsigned char bytes[64], back[64];
	char text[B64_ENCODED(64)];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		size_t len = b64_encode(text, bytes, n);

		assert_int_equal(len, B64_ENCODED(n));
		assert_int_equal(b64_decode(back, text, len), (ssize_t)n);
		assert_memory_equal(back, bytes, n);
	}
	assert_int_equal(b64_decode(back, "YQ==", 4), 1);
	/* length, alphabet, padding in the middle, unused bits */
	assert_int_equal(b64_decode(back, "YQ=", 3), -1);
	assert_int_equal(b64_decode(back, "Y-==", 4), -1);
	assert_int_equal(b64_decode(back, "YQ==YQ==", 8), -1);
	assert_int_equal(b64_decode(back, "YR==", 4), -1);
	assert_int_equal(b64_decode(back, "YWJ=", 4), -1);
	assert_int_equal(b64_decode(back, "====", 4), -1);
	assert_int_equal(b64_decode(back, "Y===", 4), -1);
}

/* Long texts take another way than short ones: three bytes a call are never long. */
static void base64_is_the_same_in_one_go(void **state)
{
	unsigned char bytes[3 * 256 * 4];
	char whole[B64_ENCODED(sizeof bytes)], pieces[sizeof whole], *back;

	(void)state;
	for (size_t i = 0; i < sizeof bytes / 3; i++) {
		unsigned v = (unsigned)(i * 2654435761u);

		bytes[3 * i] = (unsigned char)(i >> 2);
		bytes[3 * i + 1] = (unsigned char)(i << 6 | (v & 63));
		bytes[3 * i + 2] = (unsigned char)(v >> 8);
	}
	for (size_t n = 0; n <= sizeof bytes; n += n < 100 ? 1 : 97) {
		size_t len = 0;

		for (size_t at = 0; at < n; at += 3)
			len += b64_encode(pieces + len, bytes + at, n - at < 3 ? n - at : 3);
		assert_int_equal(b64_encode(whole, bytes, n), len);
		assert_memory_equal(whole, pieces, len);
		/* In blocks of their own, so that a sanitizer sees a write behind them; in place.
		 */
		back = malloc(B64_DECODED(len) + 1);
		assert_int_equal(b64_decode(back, whole, len), n);
		assert_memory_equal(back, bytes, n);
		free(back);
		assert_int_equal(b64_decode(whole, whole, len), n);
		assert_memory_equal(whole, bytes, n);
	}
}

static void base64_refuses_any_byte_that_is_no_digit(void **state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[260], back[B64_DECODED(sizeof text)];

	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		memset(text, 'A', sizeof text);
		for (int c = 0; c < 256; c++) {
			bool good = c && strchr(digits, c);

			text[at] = (char)c;
			if (at >= sizeof text - 4) /* where padding may be */
				continue;
			assert_int_equal(b64_decode(back, text, sizeof text),
					 good ? (ssize_t)sizeof back : -1);
		}
	}
}

static void utf8_knows_its_edges(void **state)
{
	static const char *const good[] = {"",
					   "abc",
					   "\xc2\x80",
					   "\xe0\xa0\x80",
					   "\xed\x9f\xbf",
					   "\xf0\x90\x80\x80",
					   "\xf4\x8f\xbf\xbf",
					   "12345678\xc3\xa9"};
	static const char *const bad[] = {
		"\x80",		"\xc0\x80",	    "\xc1\xbf",		"\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5",
		"\xc3",		"\xe2\x82",	    "12345678\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	assert_int_equal(utf8_cut("a\xc3\xa9z", 4, 2), 1);
	assert_int_equal(utf8_cut("a\xc3\xa9z", 4, 3), 3);
	assert_int_equal(utf8_cut("abc", 3, 10), 3);
}

static void a_buffer_keeps_its_room(void **state)
{
	struct buf b = {0};
	char *room;

	(void)state;
	for (int i = 0; i < 1000; i++)
		BUF_LIT(&b, "0123456789");
	assert_int_equal(b.len, 10000);
	room = b.p;
	buf_reset(&b);
	buf_addf(&b, "%s-%d", "x", 7);
	buf_add_i64(&b, INT64_MIN);
	assert_string_equal(buf_text(&b), "x-7-9223372036854775808");
	buf_drop(&b, 4);
	assert_string_equal(buf_text(&b), "9223372036854775808");
	assert_ptr_equal(b.p, room);
	buf_free(&b);
}

static void a_slice_is_one_of_some_names(void **state)
{
	static const char *const names[] = {"one", "two", NULL};

	(void)state;
	assert_true(slice_in(SLICE("one"), names));
	assert_true(slice_in(SLICE("two"), names));
	assert_false(slice_in(SLICE("tw"), names));
	assert_false(slice_in(SLICE("three"), names));
	assert_false(slice_in(SLICE_NONE, names));
}

static void hexadecimal_goes_both_ways(void **state)
{
	static const struct {
		const char *text;
		int byte;
	} cases[] = {{"%41", 'A'}, {"%fF0", 255}, {"%00", 0}, {"%4", -1},
		     {"%4g", -1},  {"41", -1},	  {"%", -1},  {"", -1}};
	char text[] = "......";

	(void)state;
	hex_put(text, "\x00\xfa", 2);
	assert_string_equal(text, "00fa..");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(hex_percent(cases[i].text, strlen(cases[i].text)), cases[i].byte);
	for (int c = -128; c < 128; c++)
		assert_int_equal(hex_digit((char)c) >= 0, c >= 0 && isxdigit(c) != 0);
}

static void a_file_is_replaced_whole(void **state)
{
	char path[] = "/tmp/keb-test-XXXXXX";
	struct buf got = {0};
	struct err err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fd_replace_file(path, SLICE("one\n"), &err), 0);
	assert_int_equal(fd_replace_file(path, SLICE("two\n"), &err), 0);
	assert_int_equal(fd_read_file(path, 100, &got, &err), 0);
	assert_string_equal(buf_text(&got), "two\n");
	buf_reset(&got);
	assert_int_equal(fd_read_file(path, 3, &got, &err), -1);
	assert_int_equal(err.status, EXIT_USAGE);
	unlink(path);
	assert_int_equal(fd_replace_file("/nonexistent/x", SLICE(""), &err), -1);
	assert_int_equal(err.status, EXIT_LOCAL);
	assert_int_equal(fd_replace_file("/dev/null", SLICE(""), &err), -1);
	assert_int_equal(err.status, EXIT_USAGE);
	buf_free(&got);
}

static void the_hash_does_not_change(void **state)
{
	char hex[17] = {0};

	(void)state;
	hash_put_hex(hex, hash_end(hash_add(HASH_START, "orders", 6)));
	assert_int_equal(strlen(hex), 16);
	/* The ordering group is seen by users: a new value here changes every _group. */
	assert_string_equal(hex, "32520fbdb4dad5b9");
}

/* --- visible --------------------------------------------------------------------- */

static void foreign_text_is_fit_for_a_terminal(void **state)
{
	const struct {
		struct slice text;
		const char *shown;
		unsigned columns;
	} cases[] = {
		{SLICE("plain"), "plain", 5},
		{SLICE("\t\x1b\x7f\0"), "\\x09\\x1b\\x7f\\x00", 16},
		{SLICE("\xc2\x85\xc2\x9b"), "\\u0085\\u009b", 12},
		{SLICE("\u202e\u2028\ufeff\u200b"), "\\u202e\\u2028\\ufeff\\u200b", 24},
		{SLICE("\xff\xe2\x82"), "\\xff\\xe2\\x82", 12},
		{SLICE("\u00df\u0416"), "\u00df\u0416", 2},
		{SLICE("e\u0301"), "e\u0301", 1},
		{SLICE("\u6771\uff21\uac00"), "\u6771\uff21\uac00", 6},
		{SLICE("\U0001f600\U00020000"), "\U0001f600\U00020000", 4},
		{SLICE("\u200d\u1160\U000e0100"), "\u200d\u1160\U000e0100", 0},
		{SLICE("\u303f\U0010ffff"), "\u303f\U0010ffff", 2},
	};
	struct buf shown = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned columns = 0;

		for (size_t at = 0; at < cases[i].text.n;) {
			struct visible v = visible_char(cases[i].text.p + at, cases[i].text.n - at);

			at += v.taken;
			columns += v.columns;
		}
		buf_reset(&shown);
		visible_add(&shown, cases[i].text);
		assert_string_equal(buf_text(&shown), cases[i].shown);
		assert_int_equal(columns, cases[i].columns);
	}
	buf_free(&shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_count_only_whole),
		cmocka_unit_test(sizes_and_times_have_units),
		cmocka_unit_test(decimal_is_what_printf_prints),
		cmocka_unit_test(dates_go_both_ways),
		cmocka_unit_test(base64_is_exact),
		cmocka_unit_test(base64_is_the_same_in_one_go),
		cmocka_unit_test(base64_refuses_any_byte_that_is_no_digit),
		cmocka_unit_test(utf8_knows_its_edges),
		cmocka_unit_test(a_buffer_keeps_its_room),
		cmocka_unit_test(a_slice_is_one_of_some_names),
		cmocka_unit_test(hexadecimal_goes_both_ways),
		cmocka_unit_test(a_file_is_replaced_whole),
		cmocka_unit_test(the_hash_does_not_change),
		cmocka_unit_test(foreign_text_is_fit_for_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
