/* links: protobuf connect json base pkg:libprotobuf-c */
/*
 * A message's bytes: JSON, or refused with a reason and nothing printed. The first byte
 * says in which form. Memory stays in proportion to the bytes that are there.
 */
#include "protobuf/frame.h"
#include "protobuf/reader.h"
#include "json/scan.h"

#include <stdlib.h>

#define OUTPUT_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] =
	"syntax = 'proto2';"
	"import 'google/protobuf/timestamp.proto'; import 'google/protobuf/wrappers.proto';"
	"import 'google/protobuf/struct.proto'; import 'google/type/date.proto';"
	"import 'google/type/timeofday.proto'; import 'confluent/type/decimal.proto';"
	"import 'additionalTypes/decimal.proto'; import 'confluent/meta.proto';"
	"message M {"
	" optional double d = 1; optional float f = 2; optional int32 i = 3; optional int64 l = 4;"
	" optional uint32 u = 5; optional sint32 s32 = 6; optional sint64 s64 = 7;"
	" optional fixed32 x32 = 8; optional sfixed64 x64 = 9; optional bool b = 10;"
	" optional string s = 11; optional bytes y = 12; optional E e = 13;"
	" optional M m = 14; repeated M ms = 15; repeated int32 is = 16; repeated fixed64 xs = 17;"
	" repeated string ss = 18; repeated E es = 19; map<string, M> by_name = 20;"
	" map<int32, string> by_number = 21; map<bool, E> by_flag = 22;"
	" oneof k { int32 ka = 23; M kb = 24; string kc = 25; }"
	" optional google.protobuf.Timestamp t = 26; optional google.type.Date date = 27;"
	" optional google.type.TimeOfDay time = 28; optional google.protobuf.Struct st = 29;"
	" optional confluent.type.Decimal cd = 30 [(confluent.field_meta).params = {key: 'scale' "
	"value: '2'}];"
	" optional additionalTypes.Decimal gd = 31; optional google.protobuf.StringValue w = 32;"
	" repeated google.protobuf.Int32Value ws = 33; repeated group G = 34 { optional int32 x = "
	"1; }"
	" optional R r = 1000; enum E { A = 0; B = 2; C = -1; }"
	" message R { required int32 q = 1; optional M m = 2; } }";

static struct proto_schema *schema;
static struct proto_reader *reader;
static struct buf to;

static void prepare(void)
{
	struct codec_fault fault;

	schema = proto_schema_new(SLICE("fuzz.proto"), slice_of(text), NULL, 0, &fault);
	if (!schema)
		abort();
	reader = proto_reader_new(OUTPUT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice wire = {(const char *)data + 1, size - 1};
	struct codec_fault fault = {.text = ""};
	struct connect_form form;
	uint32_t path[PROTO_PATH_MAX], index;
	size_t n;

	if (size == 0)
		return 0;
	if (!schema)
		prepare();
	form = (struct connect_form){
		.profile = data[0] & 1 ? CONNECT_GLUE : CONNECT_CONFLUENT,
		.oneof = data[0] & 2 ? ONEOF_FLAT : ONEOF_BOXED,
		.decimal = (enum connect_decimal)(data[0] >> 2 & 3) % 3,
	};
	buf_reset(&to);
	if (proto_add_json(reader, proto_message_by_name(schema, SLICE("M")), wire, &form, &to,
			   &fault)) {
		if (json_check(buf_slice(&to), NULL) != JSON_OBJECT)
			abort();
	} else if (to.len || !fault.text[0] || fault.code != CODEC_DATA) {
		abort();
	}
	if (to.cap > OUTPUT_MAX + 8 * size + 100000)
		abort();
	if (proto_take_confluent_indexes(&wire, path, &n, &fault) && (n == 0 || n > PROTO_PATH_MAX))
		abort();
	(void)proto_take_glue_index(&wire, &index, &fault);
	return 0;
}
