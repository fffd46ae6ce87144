/* links: json base */
/*
 * The index of strings and brackets against the scanner, by all instructions that the machine
 * has: the same verdict and the same places on valid text of every shape, on every one-byte
 * change of it, on every prefix, and at every place in a block.
 */
#include "json/index.h"
#include "json/token.h"
#include "json/verify.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const texts[] = {
	"{}",
	" [ ] ",
	"{\"a\":[{},[],{\"b\":[[]]}],\"\":{}}",
	"{\"type\":\"Feature\",\"x\":-122.42200352825247,\"y\":0.0,\"n\":[1e5,-0E-07,2.5e+3,10]}",
	"{ \"a\" : 1 ,\n\t\"b\" : [ true , false,null ] , \"c\" : \"d\" }\r\n",
	"{\"e\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\\\\",\"\\\\\":\"\\\\\\\\\"}",
	"[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\",\"{[,:]}\",[0,[-1,[2,[\"3\",[{\"4\":5}]]]]]]",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	"{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]}}}}}"
	"}",
};

static struct index wide, plain;

/* Whether both found the same strings and brackets. */
static bool equal(const struct index *a, const struct index *b)
{
	return a->n == b->n && a->escapes == b->escapes && a->text == b->text &&
	       memcmp(a->block, b->block, (a->n + BLOCK - 1) / BLOCK * sizeof *a->block) == 0;
}

/* Whether every leap goes where the scanner says that the value ends. */
static void leap_all(const struct index *x)
{
	struct text t = {.start = x->text, .end = x->text + x->n};

	for (uint32_t at = 0; at < x->n; at++)
		if (x->block[at / BLOCK].open >> at % BLOCK & 1)
			assert_ptr_equal(x->text + index_leap(x, at),
					 token_skip(&t, x->text + at, 0));
}

static void compare_to(index_fn *bytes, struct slice text, bool trust)
{
	bool valid = bytes(&plain, text, trust);
	index_fn *build;

	for (size_t i = 0; (build = index_nth(i)) != NULL; i++) {
		if (build(&wide, text, trust) != valid)
			fail_msg("%zu says %d (trust %d): %.*s", i, !valid, trust, SLICE_ARG(text));
		if (valid && !equal(&wide, &plain))
			fail_msg("%zu finds other places (trust %d): %.*s", i, trust,
				 SLICE_ARG(text));
		if (valid && !trust)
			leap_all(&wide);
	}
}

/* Of valid text. */
static bool has_breaks(struct slice text)
{
	return memchr(text.p, '\n', text.n) || memchr(text.p, '\r', text.n) ||
	       memchr(text.p, '\t', text.n);
}

/* The last is the one that goes byte by byte, after the scanner. */
static void compare(struct slice text)
{
	bool valid = token_check(text, 0, NULL) >= JSON_ARRAY;
	index_fn *bytes = index_nth(0);
	verify_fn *verify;
	bool breaks;

	for (size_t i = 0; index_nth(i); i++)
		bytes = index_nth(i);
	compare_to(bytes, text, false);
	compare_to(bytes, text, true);
	if (bytes(&plain, text, false) != valid)
		fail_msg("not what the scanner says: %.*s", SLICE_ARG(text));
	for (size_t i = 0; (verify = verify_nth(i)) != NULL; i++)
		if (verify(text, 0, &breaks) != valid)
			fail_msg("%zu verifies another: %.*s", i, SLICE_ARG(text));
		else if (valid)
			assert_int_equal(breaks, has_breaks(text));
	assert_int_equal(json_check(text, NULL), token_check(text, 0, NULL));
	assert_int_equal(json_check_within(text, 1022, NULL), token_check(text, 1022, NULL));
}

/* A block of its own, so that a sanitizer sees a read behind it. */
static char *copy_of(struct slice text)
{
	char *copy = malloc(text.n + 1);

	memcpy(copy, text.p, text.n);
	return copy;
}

static void every_text_at_every_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		for (size_t blanks = 0; blanks < 140; blanks++) {
			struct buf text = {0};

			for (size_t n = 0; n < blanks; n++)
				buf_addc(&text, ' ');
			buf_adds(&text, slice_of(texts[i]));
			assert_true(json_check(buf_slice(&text), NULL) >= JSON_ARRAY);
			compare(buf_slice(&text));
			buf_free(&text);
		}
	}
}

static void every_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		for (size_t n = 0; n <= strlen(texts[i]); n++) {
			char *copy = copy_of((struct slice){texts[i], n});

			compare((struct slice){copy, n});
			free(copy);
		}
	}
}

static void every_byte_changed(void **state)
{
	static const char bytes[] = "\"\\{}[]:, \n\t\x01\x7f\x80\xc3\xff"
				    "019-+.eEutfnax/";

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		for (size_t shift = 0; shift < 64; shift += 7) {
			size_t n = strlen(texts[i]) + shift;
			char *text = malloc(n);

			memset(text, ' ', shift);
			memcpy(text + shift, texts[i], n - shift);
			for (size_t at = 0; at < n; at++) {
				char kept = text[at];

				for (size_t c = 0; c < sizeof bytes; c++) {
					text[at] = bytes[c];
					compare((struct slice){text, n});
				}
				text[at] = kept;
			}
			free(text);
		}
	}
}

/* Numbers, escapes and words that go over the end of a block. */
static void what_goes_over_a_block(void **state)
{
	static const char *const values[] = {
		"-",
		"01",
		"-01",
		"1.",
		"1.e1",
		"1e",
		"1e+",
		"1e+5",
		"1.5E-05",
		"-0.0",
		"00",
		"0x1",
		"1.2.3",
		"1e5.0",
		"1e5e5",
		"--1",
		"+1",
		".5",
		"true",
		"tru",
		"truee",
		"nul",
		"false1",
		"\"\\u00e9\"",
		"\"\\u00g9\"",
		"\"\\\"",
		"\"\\\\\"",
		"\"\\x\"",
		"\"a\"\"b\"",
		"\"a\":1",
		"1 2",
		"1,",
		",1",
		"",
		"{}{}",
		"[}",
		"{]",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"[1,]",
		"[,]",
		"{,}",
		"{1:2}",
		"{\"a\":1:2}",
		"[1:2]",
		"{\"a\",\"b\"}",
	};
	static const char *const before[] = {"true,", "1 ", "\"a\":", ",", "{},", "[]", "]"};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		for (size_t blanks = 40; blanks < 70; blanks++) {
			struct buf text = {0};

			buf_addc(&text, '[');
			for (size_t n = 0; n < blanks; n++)
				buf_addc(&text, ' ');
			buf_addf(&text, "%s]", values[i]);
			compare(buf_slice(&text));
			text.len = 0;
			buf_addf(&text, "{\"%0*d\":%s}", (int)blanks, 0, values[i]);
			compare(buf_slice(&text));
			buf_free(&text);
		}
	}
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		struct buf text = {0};

		buf_addf(&text, "%s[%0140d]", before[i], 0);
		compare(buf_slice(&text));
		text.len = 0;
		buf_addf(&text, "%s{\"%0140d\":1}", before[i], 0);
		compare(buf_slice(&text));
		buf_free(&text);
	}
}

/* Every four bytes of those at which UTF-8's rules change, at every place in a block. */
static void every_character(void **state)
{
	static const char bytes[] =
		"a\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee"
		"\xef\xf0\xf1\xf3\xf4\xf5\xff";
	const unsigned n = sizeof bytes - 1;
	char text[2 * 64 + 8];
	verify_fn *verify;
	bool breaks;

	(void)state;
	memset(text, ' ', sizeof text);
	for (unsigned i = 0; i < n * n * n * n; i++) {
		const unsigned place = i % 67;
		const char four[] = {bytes[i / n / n / n], bytes[i / n / n % n], bytes[i / n % n],
				     bytes[i % n]};
		const bool valid = utf8_valid(four, sizeof four);
		struct slice part = {text, place + 8};

		memcpy(text + place, "[\"", 2);
		memcpy(text + place + 2, four, 4);
		memcpy(text + place + 6, "\"]", 2);
		for (size_t j = 0; index_nth(j); j++)
			assert_int_equal(index_nth(j)(&wide, part, j % 2), valid);
		for (size_t j = 0; (verify = verify_nth(j)) != NULL; j++)
			assert_int_equal(verify(part, 0, &breaks), valid);
		memset(text + place, ' ', 8);
	}
}

static void depth_is_bounded(void **state)
{
	(void)state;
	for (size_t depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		struct buf text = {0};

		for (size_t i = 0; i < depth; i++)
			buf_addc(&text, '[');
		for (size_t i = 0; i < depth; i++)
			buf_addc(&text, ']');
		compare(buf_slice(&text));
		buf_free(&text);
	}
}

static uint64_t bits(const unsigned *places, size_t n)
{
	uint64_t set = 0;

	while (n--)
		set |= UINT64_C(1) << places[n];
	return set;
}

#define BITS(...)                                                                                  \
	bits((const unsigned[]){__VA_ARGS__},                                                      \
	     sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

static void strings_and_brackets(void **state)
{
	/*                                  1             2         3                 */
	/*                   01234 5 6789012345678901234567 89 01234567 89012345678 */
	struct slice text = SLICE("\n{\"a\\\"\" : [{},[ -1.5 ]],\"]\":{\"b\":true }} ");

	(void)state;
	for (size_t i = 0; index_nth(i); i++) {
		assert_true(index_nth(i)(&wide, text, false));
		assert_ptr_equal(wide.text, text.p + 1);
		assert_int_equal(wide.n, 39);
		assert_true(wide.escapes);
		assert_int_equal(wide.block[0].quote, BITS(1, 5, 23, 25, 28, 30));
		assert_int_equal(wide.block[0].open, BITS(0, 9, 10, 13, 27));
		assert_int_equal(wide.block[0].close, BITS(11, 20, 21, 37, 38));
		assert_int_equal(index_quote(&wide, 2), 5);
		assert_int_equal(index_quote(&wide, 6), 23);
		assert_int_equal(index_leap(&wide, 0), 39);
		assert_int_equal(index_leap(&wide, 9), 22);
	}
}

/* Names that begin with a b, and the empty one, are wanted; only strings can be names. */
static void a_walk_from_stop_to_stop(void **state)
{
	struct slice text = SLICE("{\"x\":{\"b\":1},\"b\":[{}],\"\":\"bb\",\"c\":0,\"\\u0062\":2}");

	(void)state;
	for (size_t i = 0; index_nth(i); i++) {
		struct index x = {0};
		uint32_t at = 1;

		index_lead(&x, 'b');
		index_lead(&x, '"');
		assert_true(index_nth(i)(&x, text, i % 2));
		assert_true(index_stop(&x, &at));
		assert_memory_equal(x.text + at, "b\":[", 4);
		at = index_quote(&x, at) + 1;
		assert_true(index_stop(&x, &at));
		assert_memory_equal(x.text + at, "\":\"bb", 5);
		at = index_quote(&x, at) + 1;
		assert_true(index_stop(&x, &at));
		assert_memory_equal(x.text + at, "bb\",", 4);
		at = index_quote(&x, at) + 1;
		assert_true(index_stop(&x, &at));
		assert_memory_equal(x.text + at, "\\u0062\":2", 9);
		at = index_quote(&x, at) + 1;
		assert_false(index_stop(&x, &at));
		assert_int_equal(at, text.n - 1);
		index_free(&x);
	}
}

/* Trusted: quotes, brackets and UTF-8, and nothing strange between strings. */
static void what_trust_lets_through(void **state)
{
	static const char *const good[] = {"[1,,2]", "{\"a\":01 tru}", "[\"\\x\t\"]", "{,}", "[]"};
	static const char *const bad[] = {"[1}", "[\"]", "[\\]", "[\xc3\xa9]", "[\"\xff\"]",
					  "[]]", "[],",	 "{}{}", "1",	       ""};

	(void)state;
	for (size_t i = 0; index_nth(i); i++) {
		struct index fresh = {0};

		assert_false(index_nth(i)(&fresh, SLICE(""), true));
		assert_false(index_nth(i)(&fresh, SLICE_NONE, false));
		index_free(&fresh);
		for (size_t j = 0; j < sizeof good / sizeof *good; j++)
			assert_true(index_nth(i)(&wide, slice_of(good[j]), true));
		for (size_t j = 0; j < sizeof bad / sizeof *bad; j++)
			assert_false(index_nth(i)(&wide, slice_of(bad[j]), true));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_at_every_place),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(every_byte_changed),
		cmocka_unit_test(what_goes_over_a_block),
		cmocka_unit_test(every_character),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(strings_and_brackets),
		cmocka_unit_test(a_walk_from_stop_to_stop),
		cmocka_unit_test(what_trust_lets_through),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	index_free(&wide);
	index_free(&plain);
	return failed;
}
