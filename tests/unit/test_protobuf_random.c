/* links: protobuf connect json base pkg:libprotobuf-c */
/*
 * Random messages, written at the same time in protoc's text format and as the JSON that
 * Connect makes of them; protoc encodes the text. The seed is fixed, KEB_SEED is another.
 */
#include "json_same.h"
#include "protobuf/reader.h"
#include "random.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define MESSAGES  400
#define DEPTH_MAX 4
#define SCHEMA                                                                                     \
	"syntax = \"proto3\";\n"                                                                   \
	"enum E { ZERO = 0; ONE = 1; TWO = 2; NEG = -1; }\n"                                       \
	"message R { int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4; sint32 s32 = "  \
	"5;\n"                                                                                     \
	" sint64 s64 = 6; fixed32 x32 = 7; fixed64 x64 = 8; sfixed32 y32 = 9; sfixed64 y64 = "     \
	"10;\n"                                                                                    \
	" bool b = 11; string s = 12; E e = 13; double d = 14;\n"                                  \
	" optional int32 oi32 = 21; optional string os = 22; optional E oe = 23;\n"                \
	" repeated int64 ri64 = 31; repeated sint32 rs32 = 32; repeated fixed64 rx64 = 33;\n"      \
	" repeated string rs = 34; repeated E re = 35; repeated bool rb = 36 [packed = false];\n"  \
	" R m = 41; repeated R rm = 42; optional R om = 43; map<string, int32> mi = 44;\n"         \
	" map<string, R> mm = 45;\n"                                                               \
	" oneof k { sint64 ki = 51; string ks = 52; R km = 53; E ke = 2000; } }\n"                 \
	"message Batch { repeated R r = 1; }\n"

static bool chance(unsigned percent)
{
	return random_bits() % 100 < percent;
}

/* Mostly small, sometimes at a limit. */
static uint64_t number(void)
{
	static const uint64_t limits[] = {0,	      1,	  127,
					  128,	      0x7fffffff, 0x80000000,
					  0xffffffff, INT64_MAX,  (uint64_t)INT64_MIN,
					  UINT64_MAX};

	return chance(40) ? limits[random_bits() % 10] : random_bits() >> random_bits() % 64;
}

struct pair {
	struct buf text, json;
};

static void add_string(struct pair *to)
{
	static const char *const texts[] = {"\"\"",	   "\"a\"",	   "\"two words\"",
					    "\"\\u00e6\"", "\"\\\"\\\\\"", "\"\\n\\t/\""};
	const char *one = texts[random_bits() % 6];

	buf_adds(&to->text, slice_of(strcmp(one, texts[3]) ? one : "\"\\303\\246\""));
	buf_adds(&to->json, slice_of(one));
}

static void add_enum(struct pair *to)
{
	static const char *const labels[] = {"ZERO", "ONE", "TWO", "NEG"};
	const char *one = labels[random_bits() % 4];

	buf_addf(&to->text, "%s", one);
	buf_addf(&to->json, "\"%s\"", one);
}

/* By the type's letter in the field's name; unsigned 64-bit numbers wrap in JSON. */
static void add_value(struct pair *to, const char *type)
{
	uint64_t n = number();

	if (strcmp(type, "s") == 0) {
		add_string(to);
	} else if (strcmp(type, "e") == 0) {
		add_enum(to);
	} else if (strcmp(type, "b") == 0) {
		buf_addf(&to->text, "%s", n & 1 ? "true" : "false");
		buf_addf(&to->json, "%s", n & 1 ? "true" : "false");
	} else if (strcmp(type, "d") == 0) {
		buf_addf(&to->text, "%d.5", (int)(n % 100000));
		buf_addf(&to->json, "%d.5", (int)(n % 100000));
	} else if (strcmp(type, "u64") == 0 || strcmp(type, "x64") == 0) {
		buf_add_u64(&to->text, n);
		buf_add_i64(&to->json, (int64_t)n);
	} else if (strcmp(type, "u32") == 0 || strcmp(type, "x32") == 0) {
		buf_add_u64(&to->text, (uint32_t)n);
		buf_add_u64(&to->json, (uint32_t)n);
	} else {
		int64_t v = strstr(type, "32") ? (int32_t)n : (int64_t)n;

		buf_add_i64(&to->text, v);
		buf_add_i64(&to->json, v);
	}
}

static void add_message(struct pair *to, unsigned depth);

static void add_name(struct pair *to, const char *prefix, const char *name)
{
	buf_addf(&to->text, " %s%s: ", prefix, name);
}

static void add_singular(struct pair *to, const char *const *types, const char *prefix)
{
	for (; *types; types++) {
		bool text = strcmp(*types, "s") == 0, label = strcmp(*types, "e") == 0;

		buf_addf(&to->json, "\"%s%s\":", prefix, *types);
		if (chance(60)) {
			add_name(to, prefix, *types);
			add_value(to, *types);
		} else {
			buf_addf(&to->json, "%s",
				 *prefix	  ? "null"
				 : text		  ? "\"\""
				 : label	  ? "\"ZERO\""
				 : **types == 'b' ? "false"
				 : **types == 'd' ? "0.0"
						  : "0");
		}
		buf_addc(&to->json, ',');
	}
}

static void add_repeated(struct pair *to, const char *const *types)
{
	for (; *types; types++) {
		buf_addf(&to->json, "\"r%s\":[", *types);
		for (uint64_t i = 0, n = chance(50) ? random_bits() % 5 : 0; i < n; i++) {
			if (i)
				buf_addc(&to->json, ',');
			add_name(to, "r", *types);
			add_value(to, *types);
		}
		BUF_LIT(&to->json, "],");
	}
}

static void add_submessage(struct pair *to, const char *name, unsigned depth)
{
	buf_addf(&to->text, " %s {", name);
	add_message(to, depth + 1);
	BUF_LIT(&to->text, " }");
}

static void add_optional_message(struct pair *to, const char *name, unsigned depth)
{
	buf_addf(&to->json, "\"%s\":", name);
	if (depth < DEPTH_MAX && chance(30))
		add_submessage(to, name, depth);
	else
		BUF_LIT(&to->json, "null");
	buf_addc(&to->json, ',');
}

static void add_maps(struct pair *to, unsigned depth)
{
	BUF_LIT(&to->json, "\"mi\":{");
	for (uint64_t i = 0, n = random_bits() % 4; i < n; i++) {
		buf_addf(&to->text, " mi { key: \"k%d\" value: ", (int)i);
		buf_addf(&to->json, "%s\"k%d\":", i ? "," : "", (int)i);
		add_value(to, "i32");
		BUF_LIT(&to->text, " }");
	}
	BUF_LIT(&to->json, "},\"mm\":{");
	for (uint64_t i = 0, n = depth < DEPTH_MAX ? random_bits() % 2 : 0; i < n; i++) {
		buf_addf(&to->text, " mm { key: \"%d\"", (int)i);
		buf_addf(&to->json, "%s\"%d\":", i ? "," : "", (int)i);
		add_submessage(to, "value", depth);
		BUF_LIT(&to->text, " }");
	}
	BUF_LIT(&to->json, "},");
}

static void add_oneof(struct pair *to, unsigned depth)
{
	static const char *const types[] = {"i", "s", "m", "e"};
	unsigned chosen = random_bits() % (depth < DEPTH_MAX ? 6 : 2);

	BUF_LIT(&to->json, "\"k_0\":");
	if (chosen > 3) {
		BUF_LIT(&to->json, "null");
		return;
	}
	for (unsigned i = 0; i < 4; i++) {
		buf_addf(&to->json, "%s\"k%s\":", i ? "," : "{", types[i]);
		if (i != chosen) {
			BUF_LIT(&to->json, "null");
		} else if (i == 2) {
			add_submessage(to, "km", depth);
		} else {
			add_name(to, "k", types[i]);
			add_value(to, types[i]);
		}
	}
	buf_addc(&to->json, '}');
}

static void add_message(struct pair *to, unsigned depth)
{
	static const char *const plain[] = {"i32", "i64", "u32", "u64", "s32", "s64", "x32", "x64",
					    "y32", "y64", "b",	 "s",	"e",   "d",   NULL};
	static const char *const optional[] = {"i32", "s", "e", NULL};
	static const char *const repeated[] = {"i64", "s32", "x64", "s", "e", "b", NULL};

	buf_addc(&to->json, '{');
	add_singular(to, plain, "");
	add_singular(to, optional, "o");
	add_repeated(to, repeated);
	add_optional_message(to, "m", depth);
	add_optional_message(to, "om", depth);
	BUF_LIT(&to->json, "\"rm\":[");
	for (uint64_t i = 0, n = depth < DEPTH_MAX ? random_bits() % 3 : 0; i < n; i++) {
		if (i)
			buf_addc(&to->json, ',');
		add_submessage(to, "rm", depth);
	}
	BUF_LIT(&to->json, "],");
	add_maps(to, depth);
	add_oneof(to, depth);
	buf_addc(&to->json, '}');
}

static void write_file(const char *folder, const char *name, struct slice text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static void encode(struct slice text, struct buf *to)
{
	char folder[] = "/tmp/keb-random.XXXXXX", command[512];
	FILE *out;
	size_t n;

	assert_non_null(mkdtemp(folder));
	write_file(folder, "r.proto", SLICE(SCHEMA));
	write_file(folder, "r.txt", text);
	snprintf(command, sizeof(command),
		 "protoc -I%s --encode=Batch r.proto <%s/r.txt && rm -r %s", folder, folder,
		 folder);
	out = popen(command, "r");
	assert_non_null(out);
	do {
		buf_room(to, 1 << 16);
		n = fread(to->p + to->len, 1, 1 << 16, out);
		to->len += n;
	} while (n);
	assert_int_equal(pclose(out), 0);
}

static void random_messages_are_what_was_written(void **state)
{
	const char *seed = getenv("KEB_SEED");
	struct proto_reader *reader = proto_reader_new(256 << 20);
	struct pair batch = {0};
	struct buf wire = {0}, to = {0};
	struct connect_form form = {0};
	struct codec_fault fault = {0};
	struct proto_schema *schema;

	(void)state;
	random_state = seed ? strtoull(seed, NULL, 10) * 2 + 1 : 20240229;
	BUF_LIT(&batch.json, "{\"r\":[");
	for (int i = 0; i < MESSAGES; i++) {
		if (i)
			buf_addc(&batch.json, ',');
		BUF_LIT(&batch.text, "r {");
		add_message(&batch, 0);
		BUF_LIT(&batch.text, " }\n");
	}
	BUF_LIT(&batch.json, "]}");
	encode(buf_slice(&batch.text), &wire);
	assert_true(wire.len > 100000);
	schema = proto_schema_new(SLICE("r.proto"), SLICE(SCHEMA), NULL, 0, &fault);
	assert_non_null(schema);
	if (!proto_add_json(reader, proto_message_by_name(schema, SLICE("Batch")), buf_slice(&wire),
			    &form, &to, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(json_check(buf_slice(&to), NULL), JSON_OBJECT);
	assert_true(json_same(buf_slice(&to), buf_slice(&batch.json), false));
	proto_schema_free(schema);
	proto_reader_free(reader);
	buf_free(&batch.text);
	buf_free(&batch.json);
	buf_free(&wire);
	buf_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_messages_are_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
