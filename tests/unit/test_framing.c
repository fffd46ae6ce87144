/* links: registry connect base pkg:zlib */
#include "registry/framing.h"
#include "registry/inflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#define GUID	  "\x89\x79\x1a\xb0\x60\xbc\x4d\x1c\x8a\x3b\x00\xff\x10\x20\x30\x40"
#define GUID_TEXT "89791ab0-60bc-4d1c-8a3b-00ff10203040"

static void frames(void **state)
{
	const struct {
		struct slice bytes, header;
		enum schema_id_kind kind;
		const char *id;
		size_t payload; /* what is left of the bytes */
		size_t in_front;
		bool zlib;
	} cases[] = {
		{SLICE("\0\0\0\x0b\xe5xyz"), SLICE_NONE, SCHEMA_NUMBER, "3045", 3, 0, false},
		{SLICE("\0\xff\xff\xff\xff"), SLICE_NONE, SCHEMA_NUMBER, "4294967295", 0, 0, false},
		{SLICE("\1" GUID "xy"), SLICE_NONE, SCHEMA_GUID, GUID_TEXT, 2, 0, false},
		{SLICE("\3\0" GUID "xy"), SLICE_NONE, SCHEMA_VERSION, GUID_TEXT, 2, 0, false},
		{SLICE("\3\5" GUID), SLICE_NONE, SCHEMA_VERSION, GUID_TEXT, 0, 0, true},
		/* a header wins over whatever the bytes look like, and they are all payload */
		{SLICE("\3\0" GUID), SLICE("\0\0\0\0\7"), SCHEMA_NUMBER, "7", 18, 0, false},
		{SLICE(""), SLICE("\1" GUID "\2\0"), SCHEMA_GUID, GUID_TEXT, 0, 2, false},
	};
	char text[SCHEMA_ID_TEXT];
	struct codec_fault fault;
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(framing_read(cases[i].bytes, cases[i].header, &frame, &fault));
		assert_int_equal(frame.id.kind, cases[i].kind);
		schema_id_put(text, &frame.id);
		assert_string_equal(text, cases[i].id);
		assert_int_equal(frame.payload.n, cases[i].payload);
		assert_ptr_equal(frame.payload.p + frame.payload.n,
				 cases[i].bytes.p + cases[i].bytes.n);
		assert_int_equal(frame.in_front.n, cases[i].in_front);
		assert_int_equal(frame.zlib, cases[i].zlib);
		assert_int_equal(frame.in_header, cases[i].header.p != NULL);
	}
}

static void no_frames(void **state)
{
	const struct {
		struct slice bytes, header;
		const char *why;
	} cases[] = {
		{SLICE(""), SLICE_NONE, "there is no byte, so no schema id"},
		{SLICE("\0\0\0\1"), SLICE_NONE, "Confluent's frame is cut: 4 bytes, 5 are needed"},
		{SLICE("\1abc"), SLICE_NONE, "Confluent's frame is cut: 4 bytes, 17 are needed"},
		{SLICE("\3\0abc"), SLICE_NONE, "Glue's frame is cut: 5 bytes, 18 are needed"},
		{SLICE("\3\1" GUID), SLICE_NONE,
		 "Glue's frame has compression 1, which is neither 0 nor 5"},
		{SLICE("{}"), SLICE_NONE, "no schema registry's frame begins with byte 7b"},
		{SLICE("\0\0\0\0\1x"), SLICE(""), "the header with the schema id is empty"},
		{SLICE("\0\0\0\0\1x"), SLICE("\3\0" GUID),
		 "the header with the schema id does not begin with 0 or 1"},
		{SLICE("\0\0\0\0\1x"), SLICE("\0\0"),
		 "the header with the schema id is cut: 2 bytes, 5 are needed"},
	};
	struct codec_fault fault;
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_false(framing_read(cases[i].bytes, cases[i].header, &frame, &fault));
		assert_int_equal(fault.code, CODEC_FRAMING);
		assert_string_equal(fault.text, cases[i].why);
	}
}

static void ids_differ_by_kind(void **state)
{
	struct schema_id a = {.kind = SCHEMA_GUID, .uuid = GUID}, b = a;

	(void)state;
	assert_true(schema_id_eq(&a, &b));
	b.kind = SCHEMA_VERSION;
	assert_false(schema_id_eq(&a, &b));
	assert_true(schema_id_hash(&a) != schema_id_hash(&b));
}

/* n bytes that repeat, compressed; to be freed. */
static struct buf deflated(size_t n)
{
	uLongf room = compressBound(n);
	struct buf packed = {0};
	char *plain = malloc(n ? n : 1);

	for (size_t i = 0; i < n; i++)
		plain[i] = (char)(i * i >> 6);
	buf_room(&packed, room);
	assert_int_equal(compress((Bytef *)packed.p, &room, (Bytef *)plain, n), Z_OK);
	packed.len = room;
	free(plain);
	return packed;
}

static void streams_inflate_whole(void **state)
{
	static const size_t sizes[] = {0, 1, 100, 4095, 4096, 4097, 100000, 3000000};
	struct inflate *z = inflate_open();
	struct codec_fault fault;
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct buf packed = deflated(sizes[i]);

		assert_true(inflate_whole(z, buf_slice(&packed), 3000000, &out, &fault));
		assert_int_equal(out.len, sizes[i]);
		for (size_t k = 0; k < out.len; k++)
			if (out.p[k] != (char)(k * k >> 6))
				fail();
		buf_free(&packed);
	}
	buf_free(&out);
	inflate_free(z);
}

static void streams_that_are_none(void **state)
{
	struct buf packed = deflated(5000), out = {0};
	struct inflate *z = inflate_open();
	struct codec_fault fault;
	char *byte;

	(void)state;
	/* cut anywhere it never ends, which is what sends the Java inflater into a loop */
	for (size_t n = 0; n < packed.len; n++) {
		assert_false(inflate_whole(z, (struct slice){packed.p, n}, 1 << 20, &out, &fault));
		assert_string_equal(fault.text, "Glue's frame says zlib, but its payload is cut");
	}
	buf_addc(&packed, 'x');
	assert_false(inflate_whole(z, buf_slice(&packed), 1 << 20, &out, &fault));
	assert_string_equal(fault.text,
			    "Glue's frame says zlib, but its payload has other bytes behind it");
	packed.len--;
	byte = &packed.p[packed.len - 1]; /* of the checksum */
	*byte ^= 1;
	assert_false(inflate_whole(z, buf_slice(&packed), 1 << 20, &out, &fault));
	assert_string_equal(fault.text,
			    "Glue's frame says zlib, but its payload is none, or is damaged");
	*byte ^= 1;
	assert_true(inflate_whole(z, buf_slice(&packed), 5000, &out, &fault));
	assert_false(inflate_whole(z, buf_slice(&packed), 4999, &out, &fault));
	assert_string_equal(fault.text,
			    "the payload inflates to more than 4999 bytes (see --max-line)");
	buf_free(&packed);
	buf_free(&out);
	inflate_free(z);
}

/* 64 MB of zeros in 64 KB: what is taken of it is the limit, and a bit. */
static void bombs_are_bounded(void **state)
{
	struct buf packed = {0}, out = {0};
	struct inflate *z = inflate_open();
	struct codec_fault fault;
	static char zeros[1 << 16];
	z_stream d = {0};

	(void)state;
	assert_int_equal(deflateInit(&d, 9), Z_OK);
	for (unsigned i = 0; i < 1 << 10; i++) {
		d.next_in = (Bytef *)zeros;
		d.avail_in = sizeof zeros;
		buf_room(&packed, 4096);
		d.next_out = (Bytef *)packed.p + packed.len;
		d.avail_out = 4096;
		assert_int_equal(deflate(&d, i + 1 < 1 << 10 ? Z_NO_FLUSH : Z_FINISH) < 0, 0);
		packed.len += 4096 - d.avail_out;
	}
	deflateEnd(&d);
	assert_false(inflate_whole(z, buf_slice(&packed), 1 << 20, &out, &fault));
	assert_true(out.cap <= 4u << 20);
	buf_free(&packed);
	buf_free(&out);
	inflate_free(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames),
		cmocka_unit_test(no_frames),
		cmocka_unit_test(ids_differ_by_kind),
		cmocka_unit_test(streams_inflate_whole),
		cmocka_unit_test(streams_that_are_none),
		cmocka_unit_test(bombs_are_bounded),
	};

	return cmocka_run_group_tests_name("framing", tests, NULL, NULL);
}
