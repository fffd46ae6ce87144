/* links: kebmap/schema kebmap/schema_plan kebmap/payload kebmap/refusal */
/* links: registry avro protobuf connect aws http event status json cli base */
/* links: pkg:libcurl pkg:libcrypto pkg:libprotobuf-c pkg:zlib */
/*
 * A framed payload through the whole decoder, its schemas in the cache on disk, so that
 * nobody is asked: JSON text on one line, or a refusal with a code. The first byte
 * picks the frame.
 */
#include "../../cmd/kebmap/schema.h"

#include "base/msg.h"
#include "registry/store.h"
#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PLACE  "127.0.0.1:1"
#define UUID_A "0123456789abcdef"
#define UUID_B "0123456789abcdeg"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char avro[] =
	"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"i\",\"type\":\"int\"},"
	"{\"name\":\"s\",\"type\":[\"null\",\"string\"]},{\"name\":\"l\",\"type\":{\"type\":"
	"\"array\",\"items\":\"R\"}},{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":["
	"\"bytes\",\"double\"]}},{\"name\":\"d\",\"type\":{\"type\":\"bytes\",\"logicalType\":"
	"\"decimal\",\"precision\":9,\"scale\":2}}]}";
static const char proto[] =
	"syntax = 'proto3'; import 'google/protobuf/timestamp.proto'; message M { int32 i = 1;"
	"repeated M l = 2; map<string, M> m = 3; oneof o { string a = 4; bytes b = 5; }"
	"google.protobuf.Timestamp t = 6; message N { double d = 1; } }";

static const struct {
	struct slice frame;
	struct schema_id id;
	enum schema_type type;
	const char *text;
} frames[] = {
	{{"\0\0\0\0\1", 5}, {.kind = SCHEMA_NUMBER, .number = 1}, SCHEMA_AVRO, avro},
	{{"\0\0\0\0\2", 5}, {.kind = SCHEMA_NUMBER, .number = 2}, SCHEMA_PROTOBUF, proto},
	{{"\3\0" UUID_A, 18}, {.kind = SCHEMA_VERSION, .uuid = UUID_A}, SCHEMA_AVRO, avro},
	{{"\3\5" UUID_B, 18}, {.kind = SCHEMA_VERSION, .uuid = UUID_B}, SCHEMA_PROTOBUF, proto},
	{{"\0\0\0\0\4", 5}, {.kind = SCHEMA_NUMBER, .number = 4}, SCHEMA_AVRO, "\"bytes\""},
	{{"\0\0\0\0\5", 5}, {.kind = SCHEMA_NUMBER, .number = 5}, SCHEMA_JSON, "{}"},
};
#define FRAMES (sizeof frames / sizeof *frames)

static void fill(const char *dir)
{
	struct err err;
	struct store *s = store_new(dir, &err);

	for (size_t i = 0; s && i < FRAMES; i++) {
		bool glue = frames[i].id.kind == SCHEMA_VERSION;
		struct schema_text text = {.type = frames[i].type};

		buf_adds(&text.own.content, slice_of(frames[i].text));
		store_write(s, glue ? SLICE("glue") : SLICE(PLACE), &frames[i].id, &text);
		schema_text_free(&text);
	}
	store_free(s);
}

static char dir[] = "/tmp/fuzz_schema.XXXXXX";

static void clean_up(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -r %s", dir);
	if (system(command) != 0)
		abort();
}

static struct schema_decoder *open_decoder(void)
{
	static const char *registries[] = {"http://" PLACE, "glue:"};
	static struct schema_options options = {
		.registry = {.registries = {registries, 2}, .retry_for = 0}};
	struct schema_conf conf = {.options = &options,
				   .key_format = -1,
				   .value_format = DECODE_AUTO,
				   .max_payload = 1 << 20,
				   .stop_fd = -1};
	struct schema_decoder *s;
	struct err err;

	msg_level(MSG_ERROR);
	if (!mkdtemp(dir))
		abort();
	atexit(clean_up);
	fill(dir);
	setenv("AWS_REGION", "eu-west-1", 1);
	options.registry.cache = dir;
	s = schema_decoder_new(&conf, &err);
	if (!s)
		abort();
	return s;
}

/* As valid as it is in an event: two brackets deeper. */
static void check(struct slice text)
{
	if (memchr(text.p, '\n', text.n) || json_check_within(text, 2, NULL) == JSON_NONE)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct schema_decoder *s;
	static const struct record record = {.topic = {"t", 1}};
	struct decode_field field = {.format = DECODE_AUTO, .record = &record};
	struct buf bytes = {0}, to = {0};
	struct refusal why = {0};
	struct decoder *decoder;
	struct slice bare;

	if (size == 0)
		return 0;
	if (!s)
		s = open_decoder();
	decoder = schema_decoder(s);
	buf_adds(&bytes, frames[data[0] % FRAMES].frame);
	buf_add(&bytes, data + 1, size - 1);
	field.bytes = buf_slice(&bytes);
	switch (decoder->add(decoder, &field, &to, &bare, &why)) {
	case DECODE_TEXT:
		check(buf_slice(&to));
		break;
	case DECODE_REFUSED:
		if (!why.code || why.fatal || to.len)
			abort();
		break;
	default:
		if (to.len)
			abort();
	}
	buf_free(&bytes);
	buf_free(&to);
	return 0;
}
