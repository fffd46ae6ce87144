/* links: protobuf connect json base pkg:libprotobuf-c */
/*
 * Row by row, what a message becomes with Confluent's and with Glue's converter. The
 * messages are written in protoc's text format and encoded by protoc; what protoc would
 * not write is in hex, behind "x:". An expectation that begins with '!' is a fault.
 */
#include "json_same.h"
#include "protobuf/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define OUTPUT_MAX (1 << 20)
#define P3	   "syntax = \"proto3\"; "
#define P2	   "syntax = \"proto2\"; "

struct row {
	const char *schema, *wire, *confluent, *glue; /* message M; glue NULL: the same */
};

static char folder[] = "/tmp/keb-protobuf.XXXXXX";

static size_t from_hex(const char *hex, char *to)
{
	size_t n = 0;
	unsigned byte;

	for (; sscanf(hex, " %2x", &byte) == 1; hex += 2) {
		to[n++] = (char)byte;
		while (*hex == ' ')
			hex++;
	}
	return n;
}

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static size_t encode(const struct row *row, char *to, size_t room)
{
	char command[512];
	FILE *out;
	size_t n;

	if (strncmp(row->wire, "x:", 2) == 0)
		return from_hex(row->wire + 2, to);
	write_file("m.proto", row->schema);
	write_file("m.txt", row->wire);
	snprintf(command, sizeof(command),
		 "protoc -I%s -Icommon/protobuf/known --encode=M m.proto <%s/m.txt", folder,
		 folder);
	out = popen(command, "r");
	assert_non_null(out);
	n = fread(to, 1, room, out);
	if (pclose(out) != 0)
		fail_msg("protoc cannot encode: %s %s", row->schema, row->wire);
	return n;
}

static void check(const struct row *row, struct proto_reader *reader, struct slice wire,
		  struct connect_form form, const char *want)
{
	struct codec_fault fault = {0};
	struct proto_schema *schema =
		proto_schema_new(SLICE("m.proto"), slice_of(row->schema), NULL, 0, &fault);
	const struct proto_message *message;
	struct buf to = {0};
	bool done;

	if (!schema)
		fail_msg("%s", fault.text);
	BUF_LIT(&to, "before");
	message = proto_message_by_name(schema, SLICE("M"));
	assert_non_null(message);
	done = proto_add_json(reader, message, wire, &form, &to, &fault);
	assert_memory_equal(to.p, "before", 6);
	buf_drop(&to, 6);
	if (*want == '!') {
		if (done || !strstr(fault.text, want + 1))
			fail_msg("%s %s: %s instead of %s", row->schema, row->wire,
				 done ? buf_text(&to) : fault.text, want);
		assert_int_equal(to.len, 0);
	} else if (!done || !json_same(buf_slice(&to), slice_of(want), true)) {
		fail_msg("%s %s: %s instead of %s", row->schema, row->wire,
			 done ? buf_text(&to) : fault.text, want);
	}
	buf_free(&to);
	proto_schema_free(schema);
}

static void check_rows(const struct row *rows, size_t n)
{
	struct proto_reader *reader = proto_reader_new(OUTPUT_MAX);
	static char wire[1 << 16];

	for (size_t i = 0; i < n; i++) {
		struct slice bytes = {wire, encode(&rows[i], wire, sizeof(wire))};

		check(&rows[i], reader, bytes, (struct connect_form){0}, rows[i].confluent);
		check(&rows[i], reader, bytes, (struct connect_form){.profile = CONNECT_GLUE},
		      rows[i].glue ? rows[i].glue : rows[i].confluent);
	}
	proto_reader_free(reader);
}

#define ROWS(test, ...)                                                                            \
	static void test(void **state)                                                             \
	{                                                                                          \
		static const struct row rows[] = {__VA_ARGS__};                                    \
		(void)state;                                                                       \
		check_rows(rows, sizeof(rows) / sizeof(*rows));                                    \
	}

#define SUB "message S { int32 x = 1; string t = 2; repeated int32 r = 3; } "

/* clang-format off */
ROWS(presence,
	{P3 SUB "message M { int32 a=1; optional int32 b=2; S s=3; optional S o=4; repeated S l=5; }", "",
	 "{\"a\":0,\"b\":null,\"s\":null,\"o\":null,\"l\":[]}",
	 "{\"a\":0,\"b\":null,\"s\":{\"x\":0,\"t\":\"\",\"r\":[]},\"o\":null,\"l\":[]}"},
	{P3 SUB "message M { S s=3; optional S o=4; }", "s {} o {}",
	 "{\"s\":{\"x\":0,\"t\":\"\",\"r\":[]},\"o\":{\"x\":0,\"t\":\"\",\"r\":[]}}", NULL},
	{P2 "message M { optional int32 a=1 [default=7]; optional S s=2; repeated int32 l=3; message S { optional bool b=1; } }", "",
	 "{\"a\":null,\"s\":null,\"l\":[]}", NULL},
	{P2 "message M { optional int32 a=1 [default=7]; }", "a: 7", "{\"a\":7}", NULL},
	{P2 "message M { required int32 a=1; }", "x:", "!M.a: required", NULL},
	{P2 "message M { optional S s=1; message S { required int32 a=1; } }", "x:0a00", "!M.S.a: required", NULL},
	{P2 "message M { optional S s=1; message S { required int32 a=1; } }", "x:", "{\"s\":null}", NULL},
	{"edition = \"2023\"; message M { int32 a=1; int32 b=2 [features.field_presence=IMPLICIT]; repeated int32 l=3; E e=4; enum E { Z=0; } }",
	 "x:2009", "{\"a\":null,\"b\":0,\"l\":[],\"e\":\"UNKNOWN_ENUM_VALUE_E_9\"}", NULL},
	{"edition = \"2023\"; option features.field_presence=IMPLICIT; option features.enum_type=CLOSED; message M { int32 a=1; E e=4; enum E { Z=0; } }",
	 "x:2009", "{\"a\":0,\"e\":\"Z\"}", NULL})

ROWS(oneofs,
	{P3 "message M { oneof k { int32 a=1; string b=2; } int32 c=3; }", "b: ''", "{\"k_0\":{\"a\":null,\"b\":\"\"},\"c\":0}",
	 "{\"k\":{\"a\":null,\"b\":\"\"},\"c\":0}"},
	/* the last member wins, equal messages merge */
	{P3 SUB "message M { oneof k { S a=1; S b=2; } }", "x:0a020801 12020802 0a0412027879",
	 "{\"k_0\":{\"a\":{\"x\":0,\"t\":\"xy\",\"r\":[]},\"b\":null}}", "{\"k\":{\"a\":{\"x\":0,\"t\":\"xy\",\"r\":[]},\"b\":null}}"},
	{P3 SUB "message M { oneof k { S a=1; S b=2; } }", "x:0a020801 0a0412027879",
	 "{\"k_0\":{\"a\":{\"x\":1,\"t\":\"xy\",\"r\":[]},\"b\":null}}", "{\"k\":{\"a\":{\"x\":1,\"t\":\"xy\",\"r\":[]},\"b\":null}}"},
	/* what lost must still be valid */
	{P3 SUB "message M { oneof k { S a=1; int32 b=2; } }", "x:0a0208ff 1001", "!S: field 1", NULL},
	{P3 "message M { oneof k { string a=1; int32 b=2; } }", "x:0a01ff 1001", "!not UTF-8", NULL},
	{P3 "message M { string a=1; }", "x:0a01ff 0a0178", "!not UTF-8", NULL},
	/* nested: Glue's converter fails there (#347), this one does not */
	{P3 "message M { N n=1; message N { oneof k { int32 a=1; string b=2; } } }", "n { a: 5 }",
	 "{\"n\":{\"k_0\":{\"a\":5,\"b\":null}}}", "{\"n\":{\"k\":{\"a\":5,\"b\":null}}}"},
	/* the index counts the oneofs, without those of `optional` */
	{P3 "message M { optional int32 p=1; oneof x { int32 a=2; } oneof y { E e=3; bytes b=4; } enum E { Z=0; } }", "e: Z",
	 "{\"x_0\":null,\"y_1\":{\"e\":\"Z\",\"b\":null},\"p\":null}", "{\"x\":{\"a\":null},\"y\":{\"e\":\"Z\",\"b\":null},\"p\":null}"})

ROWS(enums,
	{P3 "message M { E a=1; E b=2; repeated E l=3; enum E { option allow_alias=true; Z=0; ONE=1; UNO=1; N=-5; } }", "x:0801 10fbffffffffffffffff01 1a0d 00 01 09 feffffffffffffffff01",
	 "{\"a\":\"ONE\",\"b\":\"N\",\"l\":[\"Z\",\"ONE\",\"UNKNOWN_ENUM_VALUE_E_9\",\"UNKNOWN_ENUM_VALUE_E_-2\"]}", NULL},
	/* closed: an unknown number is as if it were not there */
	{P2 "message M { optional E a=1; optional E b=2; repeated E l=3; enum E { ONE=1; } }", "x:0863 1001 1001 1063 1801 1863 1a03016301",
	 "{\"a\":null,\"b\":\"ONE\",\"l\":[\"ONE\",\"ONE\",\"ONE\"]}", NULL},
	/* only the low 32 bits are read */
	{P3 "message M { E a=1; int32 b=2; uint32 c=3; sint32 d=4; bool e=5; enum E { Z=0; ONE=1; } }",
	 "x:08818080801010 ffffffffffffffffff01 18ffffffffffffffffff01 20ffffffffffffffffff01 2880808080808080808001",
	 "{\"a\":\"ONE\",\"b\":-1,\"c\":4294967295,\"d\":-2147483648,\"e\":true}", NULL})

ROWS(maps,
	{P3 "message M { map<string,int32> m=1; }", "m { key: 'a' value: 1 } m { key: 'b' }", "{\"m\":{\"a\":1,\"b\":0}}", NULL},
	{P3 "message M { map<string,int32> m=1; }", "x:0a050a01611001 0a050a01611002", "{\"m\":{\"a\":2}}", "!same key twice"},
	{P3 "message M { map<string,int32> m=1; }", "x:0a00", "{\"m\":{\"\":0}}", NULL},
	/* within one entry the last wins */
	{P3 "message M { map<string,int32> m=1; }", "x:0a0a 0a0161 1001 0a0162 1002", "{\"m\":{\"b\":2}}", NULL},
	{P3 "message M { map<bool,string> m=1; }", "m { key: true value: 't' } m { key: false value: 'f' }",
	 "{\"m\":[[false,\"f\"],[true,\"t\"]]}", NULL},
	{P3 "message M { map<int64,string> m=1; map<uint32,bool> n=2; }", "m { key: 17 value: 'a' } m { key: 1 value: 'b' } m { key: -1 value: 'c' } n { key: 4294967295 value: true }",
	 "{\"m\":[[-1,\"c\"],[17,\"a\"],[1,\"b\"]],\"n\":[[4294967295,true]]}", NULL},
	{P3 SUB "message M { map<int32,S> m=1; }", "x:0a020805", "{\"m\":[[5,{\"x\":0,\"t\":\"\",\"r\":[]}]]}", NULL},
	{P3 SUB "message M { map<string,S> m=1; }", "x:0a0b 0a0161 12020801 12021803", "{\"m\":{\"a\":{\"x\":1,\"t\":\"\",\"r\":[3]}}}", NULL},
	{P3 "message M { map<string,E> m=1; map<int32,bytes> b=2; map<string,double> d=3; enum E { Z=0; A=1; } }", "m { key: 'k' value: A } m { key: 'j' } d { key: 'x' value: 1e7 }",
	 "{\"m\":{\"k\":\"A\",\"j\":\"Z\"},\"b\":[],\"d\":{\"x\":1.0E7}}", NULL},
	/* the key is quoted, and UTF-8 is asked for in proto2 too */
	{P3 "message M { map<string,int32> m=1; }", "m { key: '\"\\n' value: 1 }", "{\"m\":{\"\\\"\\n\":1}}", NULL},
	{P2 "message M { map<string,int32> m=1; }", "x:0a030a01ff", "!not UTF-8", NULL},
	/* Confluent's converter knows entries by their look */
	{P3 "message M { repeated KvEntry l=1; KvEntry e=2; } message KvEntry { string key=1; int32 value=2; }", "l { key: 'a' value: 1 } e { key: 'b' }",
	 "{\"l\":{\"a\":1},\"e\":{\"key\":\"b\",\"value\":0}}", "{\"l\":[{\"key\":\"a\",\"value\":1}],\"e\":{\"key\":\"b\",\"value\":0}}"})

#define W "google.protobuf."
#define IMPORT(file) "import \"" file ".proto\"; "

ROWS(wrappers,
	{P3 IMPORT("google/protobuf/wrappers") "message M { " W "StringValue s=1; " W "UInt32Value u=2; " W "UInt64Value l=3; " W "FloatValue f=4; repeated " W "Int32Value r=5; map<string," W "BoolValue> m=6; }",
	 "s {} u { value: 4294967295 } l { value: 18446744073709551615 } f { value: 0.1 } r { value: 1 } r {} m { key: 'a' value { value: true } } m { key: 'b' }",
	 "{\"s\":\"\",\"u\":4294967295,\"l\":-1,\"f\":0.1,\"r\":[1,0],\"m\":{\"a\":true,\"b\":false}}",
	 "{\"s\":{\"value\":\"\"},\"u\":{\"value\":4294967295},\"l\":{\"value\":-1},\"f\":{\"value\":0.1},\"r\":[{\"value\":1},{\"value\":0}],\"m\":{\"a\":{\"value\":true},\"b\":{\"value\":false}}}"},
	{P3 IMPORT("google/protobuf/wrappers") "message M { " W "BytesValue y=1; oneof k { " W "Int64Value a=2; } }", "a { value: 3 }",
	 "{\"k_0\":{\"a\":3},\"y\":null}", "{\"y\":{\"value\":\"\"},\"k\":{\"a\":{\"value\":3}}}"})

#define T IMPORT("google/protobuf/timestamp") "message M { google.protobuf.Timestamp t=1; }"
#define D IMPORT("google/type/date") "message M { google.type.Date d=1; }"
#define H IMPORT("google/type/timeofday") "message M { google.type.TimeOfDay t=1; }"

ROWS(times,
	{P3 T, "t {}", "{\"t\":0}", NULL},
	{P3 T, "", "{\"t\":null}", "{\"t\":0}"},
	{P3 T, "t { seconds: -1 nanos: 999999999 }", "{\"t\":-1}", NULL},
	{P3 T, "t { seconds: -62135596800 }", "{\"t\":-62135596800000}", NULL},
	{P3 T, "t { seconds: 253402300799 nanos: 999999999 }", "{\"t\":253402300799999}", NULL},
	{P3 T, "t { seconds: 253402300800 }", "!out of range", NULL},
	{P3 T, "t { seconds: -62135596801 }", "!out of range", NULL},
	{P3 T, "t { nanos: -1 }", "!out of range", NULL},
	{P3 T, "t { nanos: 1000000000 }", "!out of range", NULL},
	/* sent in two parts: one timestamp */
	{P3 T, "x:0a020801 0a0410c0843d", "{\"t\":1001}", NULL},
	{P3 D, "d { year: 1970 month: 1 day: 1 }", "{\"d\":0}", NULL},
	{P3 D, "d { year: 2024 month: 2 day: 29 }", "{\"d\":19782}", NULL},
	{P3 D, "d { year: 2023 month: 2 day: 29 }", "!no such date", NULL},
	{P3 D, "d { year: 2024 month: 13 day: 1 }", "!no such date", NULL},
	{P3 D, "d { year: 2024 month: 0 day: 1 }", "!no such date", NULL},
	{P3 D, "d { year: 2024 month: 1 }", "!no such date", NULL},
	{P3 D, "d { month: 1 day: 1 }", "!no such date", NULL},
	{P3 D, "d {}", "!no such date", NULL},
	{P3 D, "", "{\"d\":null}", "!no such date"},
	{P3 D, "d { year: 9999 month: 12 day: 31 }", "{\"d\":2932896}", NULL},
	{P3 D, "d { year: 1900 month: 2 day: 29 }", "!no such date", NULL},
	/* java.util.GregorianCalendar: the Julian calendar until 1582-10-04, the next day is the 15th */
	{P3 D, "d { year: 1582 month: 10 day: 15 }", "{\"d\":-141427}", NULL},
	{P3 D, "d { year: 1582 month: 10 day: 4 }", "{\"d\":-141428}", NULL},
	{P3 D, "d { year: 1582 month: 10 day: 5 }", "!no such date", NULL},
	{P3 D, "d { year: 1582 month: 10 day: 14 }", "!no such date", NULL},
	{P3 D, "d { year: 1500 month: 2 day: 29 }", "{\"d\":-171596}", NULL},
	{P3 D, "d { year: 1 month: 1 day: 1 }", "{\"d\":-719164}", NULL},
	{P3 H, "t { hours: 23 minutes: 59 seconds: 59 nanos: 999999999 }", "{\"t\":86399999}", NULL},
	{P3 H, "", "{\"t\":null}", "{\"t\":0}"},
	{P3 H, "t { hours: 24 }", "!no such time", "{\"t\":86400000}"},
	{P3 H, "t { hours: 24 seconds: 1 }", "!no such time", NULL},
	{P3 H, "t { minutes: 90 }", "!no such time", "{\"t\":5400000}"},
	{P3 H, "t { seconds: -1 }", "!no such time", NULL})

#define CD IMPORT("confluent/meta") IMPORT("confluent/type/decimal")
#define CM(params) P3 CD "message M { confluent.type.Decimal d=1 [(confluent.field_meta)={" params "}]; }"
#define S2 CM("params:[{key:\"scale\",value:\"2\"}]")
#define GD IMPORT("additionalTypes/decimal") IMPORT("metadata/metadata")
#define GM(scale) P3 GD "message M { additionalTypes.Decimal d=1 [(metadata.metadata_key)=\"connect.decimal.scale\",(metadata.metadata_value)=\"" scale "\"]; }"
#define PLAIN(v, p, s) "{\"d\":{\"value\":\"" v "\",\"precision\":" #p ",\"scale\":" #s "}}"
#define PLAING(u, f, p, s) "{\"d\":{\"units\":" #u ",\"fraction\":" #f ",\"precision\":" #p ",\"scale\":" #s "}}"

ROWS(decimals,
	{S2, "d { value: '09' scale: 2 }", "{\"d\":\"MDk=\"}", PLAIN("MDk=", 0, 2)},
	{S2, "d { value: '\\000\\000\\177' scale: 2 }", "{\"d\":\"fw==\"}", PLAIN("AAB/", 0, 2)},
	{S2, "d { value: '09' scale: 3 }", "!scale 3", PLAIN("MDk=", 0, 3)},
	{S2, "d { value: '09' precision: 5 scale: 2 }", "{\"d\":\"MDk=\"}", PLAIN("MDk=", 5, 2)},
	{S2, "d { value: '09' precision: 4 scale: 2 }", "!precision", PLAIN("MDk=", 4, 2)},
	{S2, "d { scale: 2 }", "!without digits", PLAIN("", 0, 2)},
	{S2, "", "{\"d\":null}", PLAIN("", 0, 0)},
	{CM("doc:\"x\""), "d { value: '\\001' }", "{\"d\":\"AQ==\"}", PLAIN("AQ==", 0, 0)},
	{CM("params:{key:\"scale\" value:\"-3\"}"), "d { value: '\\001' scale: -3 }", "{\"d\":\"AQ==\"}", PLAIN("AQ==", 0, -3)},
	{GM("2"), "d { units: 123 fraction: 450000000 precision: 5 scale: 2 }", PLAING(123, 450000000, 5, 2), "{\"d\":\"MDk=\"}"},
	{GM("2"), "d { units: -1 fraction: -500000000 precision: 5 scale: 2 }", PLAING(-1, -500000000, 5, 2), "{\"d\":\"/2o=\"}"},
	{GM("2"), "d { units: 123 fraction: 456000000 precision: 6 scale: 2 }", PLAING(123, 456000000, 6, 2), "!more digits than its scale"},
	{GM("2"), "d { units: 1234 precision: 3 scale: 2 }", PLAING(1234, 0, 3, 2), "!more digits than its precision"},
	{GM("3"), "d { units: 1 precision: 5 scale: 2 }", PLAING(1, 0, 5, 2), "!scale 2"},
	{GM("12"), "d { units: 9223372036854775807 fraction: 999999999 scale: 12 }", PLAING(9223372036854775807, 999999999, 0, 12), "{\"d\":\"dGpSh//////////8GA==\"}"})
/* clang-format on */

static void decimals_in_digits(void **state)
{
	static const struct row row = {S2, "d { value: '09' precision: 4 scale: 3 }", NULL, NULL};
	static const struct row glue = {GM("2"), "d { units: -1 fraction: -5000000 scale: 4 }",
					NULL, NULL};
	struct proto_reader *reader = proto_reader_new(OUTPUT_MAX);
	char wire[100];
	struct slice bytes = {wire, encode(&row, wire, sizeof(wire))};

	(void)state;
	check(&row, reader, bytes, (struct connect_form){.decimal = DECIMAL_NUMERIC},
	      "{\"d\":12.345}");
	check(&row, reader, bytes, (struct connect_form){.decimal = DECIMAL_STRING},
	      "{\"d\":\"12.345\"}");
	bytes.n = encode(&glue, wire, sizeof(wire));
	check(&glue, reader, bytes,
	      (struct connect_form){.profile = CONNECT_GLUE, .decimal = DECIMAL_NUMERIC},
	      "{\"d\":-1.0050}");
	proto_reader_free(reader);
}

static void oneofs_flat(void **state)
{
	static const struct row row = {
		P3
		"message M { int32 id=1; oneof k { int32 a=2; string b=3; } optional int32 p=4; }",
		"a: 5", NULL, NULL};
	struct proto_reader *reader = proto_reader_new(OUTPUT_MAX);
	char wire[100];
	struct slice bytes = {wire, encode(&row, wire, sizeof(wire))};

	(void)state;
	check(&row, reader, bytes, (struct connect_form){.oneof = ONEOF_FLAT},
	      "{\"id\":0,\"a\":5,\"b\":null,\"p\":null}");
	proto_reader_free(reader);
}

/* clang-format off */
ROWS(well_known,
	{P3 IMPORT("google/protobuf/struct") "message M { google.protobuf.Struct s=1; }", "s { fields { key: 'a' value { list_value { values { bool_value: true } } } } }",
	 "{\"s\":{\"fields\":{\"a\":{\"kind_0\":{\"null_value\":null,\"number_value\":null,\"string_value\":null,\"bool_value\":null,\"struct_value\":null,\"list_value\":{\"values\":[{\"kind_0\":{\"null_value\":null,\"number_value\":null,\"string_value\":null,\"bool_value\":true,\"struct_value\":null,\"list_value\":null}}]}}}}}}",
	 "{\"s\":{\"fields\":{\"a\":{\"kind\":{\"null_value\":null,\"number_value\":null,\"string_value\":null,\"bool_value\":null,\"struct_value\":null,\"list_value\":{\"values\":[{}]}}}}}}"},
	{P3 IMPORT("google/protobuf/empty") "message M { google.protobuf.Empty e=1; repeated google.protobuf.Empty l=2; }", "l {}", "{\"e\":null,\"l\":[{}]}", "{\"e\":{},\"l\":[{}]}"},
	{P3 IMPORT("google/type/money") IMPORT("google/type/dayofweek") "message M { google.type.Money m=1; google.type.DayOfWeek d=2; }", "m { units: 5 } d: SUNDAY",
	 "{\"m\":{\"currency_code\":\"\",\"units\":5,\"nanos\":0},\"d\":\"SUNDAY\"}", NULL})

ROWS(integers_narrow,
	{P3 IMPORT("confluent/meta") "message M { int32 a=1 [(confluent.field_meta)={params:[{key:\"connect.type\",value:\"int8\"}]}]; repeated sfixed32 b=2 [(confluent.field_meta)={params:[{key:\"connect.type\",value:\"int16\"}]}]; }",
	 "a: 300 b: -40000", "{\"a\":44,\"b\":[25536]}", "{\"a\":300,\"b\":[-40000]}"},
	{P3 IMPORT("metadata/metadata") "message M { sint32 a=1 [(metadata.metadata_key)=\"connect.schema\",(metadata.metadata_value)=\"int8\"]; }",
	 "a: 200", "{\"a\":200}", "{\"a\":-56}"})

ROWS(groups,
	{P2 "message M { optional int32 a=1; repeated group G=2 { optional int32 x=1; } optional int32 b=3; oneof k { group H=4 { optional int32 y=1; } int32 c=5; } }",
	 "a: 1 G { x: 1 } G {} b: 2 c: 6", "{\"k_0\":{\"c\":6},\"a\":1,\"b\":2}", "{\"k\":{\"c\":6},\"a\":1,\"b\":2}"},
	{P3 "message M { int32 a=1; }", "x:13 0801 1b 0b0c 1c 14 0802", "{\"a\":2}", NULL},
	{P3 "message M { int32 a=1; }", "x:13 0801 1c", "!field 2 is cut", NULL},
	{P3 "message M { int32 a=1; }", "x:14", "!field 2 is cut", NULL},
	{P3 "message M { int32 a=1; }", "x:13", "!field 2 is cut", NULL})

ROWS(wire_types,
	{P3 "message M { int32 a=1; string b=2; repeated int32 c=3; fixed32 d=4; double e=5; }", "x:0a0101 1005 1d01000000 2001 2d01000000",
	 "{\"a\":0,\"b\":\"\",\"c\":[],\"d\":0,\"e\":0.0}", NULL},
	{P3 "message M { repeated int32 c=3; repeated fixed32 d=4; repeated string s=5; }", "x:1801 1a020203 1804 1a00 2501000000 220802000000 03000000 2a0178 2a00",
	 "{\"c\":[1,2,3,4],\"d\":[1,2,3],\"s\":[\"x\",\"\"]}", NULL},
	{P3 "message M { repeated int32 c=3; }", "x:1a0180", "!packed data is cut", NULL},
	{P3 "message M { repeated double c=3; }", "x:1a0700000000000000", "!packed data is cut", NULL},
	{P3 "message M { int32 a=1; }", "x:00", "!tag", NULL},
	{P3 "message M { int32 a=1; }", "x:0e01", "!tag", NULL},
	{P3 "message M { int32 a=1; }", "x:0f01", "!tag", NULL},
	{P3 "message M { int32 a=1; }", "x:08ffffffffffffffffffff01", "!field 1", NULL},
	{P3 "message M { int32 a=1; }", "x:0a05", "!field 1", NULL},
	{P3 "message M { bytes a=1; }", "x:0affffffffffffffffff01", "!field 1", NULL},
	{P3 SUB "message M { S a=1; }", "x:0a020a05 ffffffffff", "!M", NULL},
	{P3 SUB "message M { S a=1; }", "x:0a0412050000", "!S", NULL},
	{P2 "message M { optional string s=1; }", "x:0a02c0af", "{\"s\":\"\xef\xbf\xbd\xef\xbf\xbd\"}", NULL},
	{P2 "option java_string_check_utf8 = true; message M { optional string s=1; }", "x:0a02c0af", "!UTF-8", NULL})

ROWS(recursion,
	{P3 "message M { int32 v=1; M next=2; repeated M all=3; }", "",
	 "{\"v\":0,\"next\":null,\"all\":[]}", "{\"v\":0,\"next\":{\"v\":0,\"next\":{},\"all\":[]},\"all\":[]}"},
	{P3 "message M { int32 v=1; repeated M all=3; }", "all { all { v: 1 } all {} }",
	 "{\"v\":0,\"all\":[{\"v\":0,\"all\":[{\"v\":1,\"all\":[]},{\"v\":0,\"all\":[]}]}]}", "{\"v\":0,\"all\":[{\"v\":0,\"all\":[{},{}]}]}"},
	/* mutual: a type counts where it is a field */
	{P3 "message M { N n=1; } message N { M m=1; }", "", "{\"n\":null}", "{\"n\":{\"m\":{\"n\":{}}}}"},
	/* what a type was a field of before makes no difference */
	{P3 "message M { S s=1; map<string,N> m=2; repeated N l=3; } message N { S s=1; } message S { int32 x=1; }",
	 "s { x: 1 } m { key: 'a' value { s { x: 2 } } } l { s { x: 3 } }",
	 "{\"s\":{\"x\":1},\"m\":{\"a\":{\"s\":{\"x\":2}}},\"l\":[{\"s\":{\"x\":3}}]}", NULL},
	/* what is cut is still read */
	{P3 "message M { int32 v=1; M next=2; }", "x:1204 1202 08ff", "!field 1", NULL})
/* clang-format on */

/* 100 messages within messages are read, 101 are not; groups count. */
static void nesting(void **state)
{
	static const struct row row = {P3 "message M { M m=1; int32 v=2; }", NULL, NULL, NULL};
	struct proto_reader *reader = proto_reader_new(OUTPUT_MAX);
	char wire[1000], text[4000];
	struct connect_form form = {0};
	struct slice bytes;

	(void)state;
	for (unsigned groups = 0; groups < 2; groups++)
		for (unsigned depth = 98; depth < 103; depth++) {
			size_t n = 0;

			/* from the inside out */
			bytes = (struct slice){wire + sizeof(wire), 0};
			for (unsigned i = 0; i < depth; i++) {
				char head[3] = {0x0a, (char)(bytes.n & 0x7f), 0};
				size_t length = 2;

				if (bytes.n > 127) {
					head[1] = (char)(bytes.n | 0x80);
					head[2] = (char)(bytes.n >> 7);
					length = 3;
				}
				bytes.p -= length;
				bytes.n += length;
				memcpy((char *)bytes.p, head, length);
			}
			if (groups) {
				for (n = 0; n < depth; n++)
					wire[n] = 0x1b;
				for (; n < 2 * depth; n++)
					wire[n] = 0x1c;
				bytes = (struct slice){wire, n};
			}
			for (n = 0; n <= (groups ? 0 : depth); n++)
				memcpy(text + 5 * n, "{\"m\":", 5);
			memcpy(text + 5 * n, "null", 4);
			n = 5 * n + 4;
			for (unsigned i = 0; i <= (groups ? 0 : depth); i++, n += 7)
				memcpy(text + n, ",\"v\":0}", 7);
			text[n] = '\0';
			check(&row, reader, bytes, form, depth <= 100 ? text : "!");
		}
	proto_reader_free(reader);
}

/* Each level of this schema prints the next one twice, of no bytes at all. */
static void output_is_bounded(void **state)
{
	struct codec_fault fault = {0};
	struct connect_form form = {.profile = CONNECT_GLUE};
	struct proto_reader *reader = proto_reader_new(10000);
	struct proto_schema *schema;
	struct buf text = {0}, to = {0};

	(void)state;
	BUF_LIT(&text, P3);
	for (int i = 0; i < 60; i++)
		buf_addf(&text, "message M%d { M%d a=1; M%d b=2; } ", i, i + 1, i + 1);
	BUF_LIT(&text, "message M60 { int32 x=1; }");
	schema = proto_schema_new(SLICE("m.proto"), buf_slice(&text), NULL, 0, &fault);
	assert_non_null(schema);
	assert_false(proto_add_json(reader, proto_message_by_name(schema, SLICE("M0")), SLICE(""),
				    &form, &to, &fault));
	assert_non_null(strstr(fault.text, "too large as JSON"));
	assert_true(to.cap < 100000);
	proto_schema_free(schema);
	proto_reader_free(reader);
	buf_free(&text);
	buf_free(&to);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/m.proto", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/m.txt", folder);
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presence),
		cmocka_unit_test(oneofs),
		cmocka_unit_test(oneofs_flat),
		cmocka_unit_test(enums),
		cmocka_unit_test(maps),
		cmocka_unit_test(wrappers),
		cmocka_unit_test(times),
		cmocka_unit_test(decimals),
		cmocka_unit_test(decimals_in_digits),
		cmocka_unit_test(well_known),
		cmocka_unit_test(integers_narrow),
		cmocka_unit_test(groups),
		cmocka_unit_test(wire_types),
		cmocka_unit_test(recursion),
		cmocka_unit_test(nesting),
		cmocka_unit_test(output_is_bounded),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
