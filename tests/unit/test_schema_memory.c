/* links: kebmap/schema kebmap/schema_plan kebmap/payload kebmap/refusal */
/* links: registry avro protobuf connect aws http status event json cli base */
/* links: pkg:libcurl pkg:libcrypto pkg:libprotobuf-c pkg:zlib */
/*
 * From a framed payload to JSON text, its schema in the cache: the steady loop calls
 * neither malloc nor its family, and nobody is asked.
 */
#include "../../cmd/kebmap/schema.h"

#include "allocations.h"
#include "base/msg.h"
#include "registry/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#define PLACE "127.0.0.1:1"
#define UUID  "0123456789abcdef"

static void keep(struct store *s, struct slice place, struct schema_id id, enum schema_type type,
		 const char *content)
{
	struct schema_text text = {.type = type};

	buf_adds(&text.own.content, slice_of(content));
	store_write(s, place, &id, &text);
	schema_text_free(&text);
}

/* A folder with three schemas, as an earlier run left it. */
static void fill(const char *dir)
{
	struct schema_id avro = {.kind = SCHEMA_NUMBER, .number = 1},
			 proto = {.kind = SCHEMA_NUMBER, .number = 2},
			 glue = {.kind = SCHEMA_VERSION, .uuid = UUID};
	const char *record =
		"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"i\",\"type\":"
		"\"int\"},{\"name\":\"s\",\"type\":[\"null\",\"string\"]}]}";
	struct err err;
	struct store *s = store_new(dir, &err);

	assert_non_null(s);
	keep(s, SLICE(PLACE), avro, SCHEMA_AVRO, record);
	keep(s, SLICE(PLACE), proto, SCHEMA_PROTOBUF,
	     "syntax = 'proto3'; message M { int32 i = 1; repeated M l = 2; }");
	keep(s, SLICE("glue"), glue, SCHEMA_AVRO, record);
	store_free(s);
}

static void decode(struct schema_decoder *s, struct slice bytes, const char *expected)
{
	static struct buf to;
	static const struct record record = {.topic = {"t", 1}};
	struct decode_field field = {.format = DECODE_AUTO, .bytes = bytes, .record = &record};
	struct decoder *decoder = schema_decoder(s);
	struct refusal why;
	struct slice bare;

	buf_reset(&to);
	if (decoder->add(decoder, &field, &to, &bare, &why) != DECODE_TEXT)
		fail_msg("%s", why.text);
	if (!slice_is(buf_slice(&to), expected))
		fail_msg("%.*s", (int)to.len, to.p);
}

static void a_steady_loop_allocates_nothing(void **state)
{
	struct schema_options options = {.registry = {.retry_for = 0}};
	const char *registries[] = {"http://" PLACE, "glue:"};
	struct schema_conf conf = {.options = &options,
				   .key_format = -1,
				   .value_format = DECODE_AUTO,
				   .max_payload = 1 << 20,
				   .stop_fd = -1};
	char dir[] = "/tmp/test_schema_memory.XXXXXX", command[64], packed[64] = "\3\5" UUID;
	uLongf n = sizeof packed - 18;
	struct schema_decoder *s;
	size_t before = 0;
	struct err err;

	(void)state;
	if (getenv("VALGRIND")) /* which puts its own malloc before the one that counts */
		skip();
	assert_non_null(mkdtemp(dir));
	fill(dir);
	setenv("AWS_REGION", "eu-west-1", 1);
	assert_int_equal(compress((Bytef *)packed + 18, &n, (const Bytef *)"\x0e\2\6abc", 6), Z_OK);
	options.registry.cache = dir;
	options.registry.registries = (struct opt_list){registries, 2};
	s = schema_decoder_new(&conf, &err);
	if (!s)
		fail_msg("%s", err.text);
	for (int i = 0; i < 1000; i++) {
		decode(s, SLICE("\0\0\0\0\1\x0e\2\6abc"), "{\"i\":7,\"s\":\"abc\"}");
		decode(s, SLICE("\0\0\0\0\2\0\x08\7\x12\2\x08\1"),
		       "{\"i\":7,\"l\":[{\"i\":1,\"l\":[]}]}");
		decode(s, (struct slice){packed, 18 + n}, "{\"i\":7,\"s\":\"abc\"}");
		if (i == 0)
			before = allocations;
	}
	assert_true(before > 0);
	assert_int_equal(allocations, before);
	schema_decoder_free(s);
	snprintf(command, sizeof command, "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_loop_allocates_nothing),
	};

	msg_level(MSG_ERROR);
	return cmocka_run_group_tests_name("schema_memory", tests, NULL, NULL);
}
