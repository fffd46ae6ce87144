/* links: protobuf connect json base pkg:libprotobuf-c */
/*
 * The steady loop allocates nothing: reading a message again calls neither malloc nor
 * its family.
 */
#include "allocations.h"
#include "protobuf/reader.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define RECORDS 1000

static const char text[] =
	"syntax = 'proto3'; import 'google/protobuf/timestamp.proto';"
	"message M { int32 i = 1; string s = 2; M m = 3; repeated int32 l = 4; repeated M ms = 5;"
	" map<string, int32> names = 6; map<int64, string> numbers = 7; bytes y = 8; double d = 9;"
	" oneof k { string a = 10; M b = 11; } google.protobuf.Timestamp t = 12; }";

/* 200 entries of maps, lists, and messages within messages */
static void write_message(struct buf *to)
{
	BUF_LIT(to, "\x08\x05\x12\x03xyz\x1a\x06\x08\x01\x12\x02"
		    "ab\x22\x03\x01\x02\x03");
	for (int i = 0; i < 200; i++) {
		BUF_LIT(to, "\x2a\x02\x08\x07\x32\x06\x0a\x02");
		buf_addc(to, (char)('a' + i % 26));
		buf_addc(to, (char)('a' + i / 26));
		BUF_LIT(to, "\x10\x01\x3a\x06\x08");
		buf_addc(to, (char)(i % 128));
		BUF_LIT(to, "\x12\x02zz");
	}
	BUF_LIT(to, "\x42\x02\x01\xff\x49\x00\x00\x00\x00\x00\x00\xf8\x3f\x5a\x02\x08\x09\x62\x02"
		    "\x08\x01");
}

static void a_steady_loop_allocates_nothing(void **state)
{
	struct codec_fault fault;
	struct proto_schema *schema =
		proto_schema_new(SLICE("m.proto"), slice_of(text), NULL, 0, &fault);
	struct proto_reader *reader = proto_reader_new(1 << 20);
	const struct proto_message *message;
	struct buf wire = {0}, to = {0};
	size_t before = 0, length = 0;

	(void)state;
	if (getenv("VALGRIND")) /* which puts its own malloc before the one that counts */
		skip();
	assert_non_null(schema);
	message = proto_message_by_name(schema, SLICE("M"));
	write_message(&wire);
	for (int i = 0; i < RECORDS; i++) {
		struct connect_form form = {0};

		buf_reset(&to);
		if (!proto_add_json(reader, message, buf_slice(&wire), &form, &to, &fault))
			fail_msg("%s", fault.text);
		if (i == 0) {
			before = allocations;
			length = to.len;
		}
		if (to.len != length)
			fail_msg("record %d is %zu bytes, not %zu", i, to.len, length);
	}
	assert_true(length > 5000);
	assert_true(before > 0);
	assert_int_equal(allocations, before);
	proto_schema_free(schema);
	proto_reader_free(reader);
	buf_free(&wire);
	buf_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_loop_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
