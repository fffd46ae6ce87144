/* links: json base */
/*
 * The quick check against the scanner, over all forms of blocks that the machine has:
 * the same verdict on valid text of every shape, on every one-byte change of it, on
 * every prefix, and at every place in a block.
 */
#include "json/quick.h"

#include "base/buf.h"

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

static struct quick quick;

static void compare(struct slice text)
{
	bool valid = json_check(text, NULL) >= JSON_ARRAY;
	blocks_fn *classify;

	for (size_t i = 0; (classify = blocks_nth(i)) != NULL; i++)
		if (quick_check(&quick, text, classify, false) != valid)
			fail_msg("quick check %zu says %d: %.*s", i, !valid, SLICE_ARG(text));
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

static void leaps_land_behind_what_was_opened(void **state)
{
	struct slice text = SLICE(" {\"a\":[{},[1]],\"]\":{\"b\":2}} ");
	static const struct quick_leap leaps[] = {{27, 5}, {14, 4}, {9, 3}, {13, 4}, {26, 5}};

	(void)state;
	assert_true(quick_check(&quick, text, blocks_best(), false));
	for (size_t i = 0; i < sizeof leaps / sizeof *leaps; i++) {
		assert_int_equal(quick.leap[i].end, leaps[i].end);
		assert_int_equal(quick.leap[i].next, leaps[i].next);
	}
}

static void blocks_are_equal(void **state)
{
	char bytes[4 * BLOCK];
	struct block want[4], got[4];
	blocks_fn *classify;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 167 + i / 3);
	blocks_portable(bytes, 4, want);
	for (size_t i = 0; (classify = blocks_nth(i)) != NULL; i++) {
		classify(bytes, 4, got);
		assert_memory_equal(want, got, sizeof want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_equal),
		cmocka_unit_test(every_text_at_every_place),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(every_byte_changed),
		cmocka_unit_test(what_goes_over_a_block),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(leaps_land_behind_what_was_opened),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	quick_free(&quick);
	return failed;
}
