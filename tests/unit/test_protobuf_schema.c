/* links: protobuf connect json base pkg:libprotobuf-c */
/*
 * A schema from what registries keep: text that protoc refuses, imports, message
 * indexes; and what is said of a schema that cannot be read.
 */
#include "base/fd.h"
#include "protobuf/frame.h"
#include "protobuf/reader.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct proto_schema *schema_of(const char *text)
{
	struct codec_fault fault = {0};
	struct proto_schema *schema =
		proto_schema_new(SLICE("order.proto"), slice_of(text), NULL, 0, &fault);

	if (!schema)
		fail_msg("%s: %s", text, fault.text);
	return schema;
}

static void assert_refused(const char *text, const char *why)
{
	struct codec_fault fault = {0};

	assert_null(proto_schema_new(SLICE("order.proto"), slice_of(text), NULL, 0, &fault));
	assert_int_equal(fault.code, CODEC_SCHEMA);
	assert_string_equal(fault.text, why);
}

static void assert_json(const char *text, struct slice wire, const char *json)
{
	struct proto_reader *reader = proto_reader_new(10000);
	struct proto_schema *schema = schema_of(text);
	struct connect_form form = {0};
	struct codec_fault fault = {0};
	struct buf to = {0};

	if (!proto_add_json(reader, proto_message_by_name(schema, SLICE("M")), wire, &form, &to,
			    &fault))
		fail_msg("%s", fault.text);
	assert_string_equal(buf_text(&to), json);
	buf_free(&to);
	proto_schema_free(schema);
	proto_reader_free(reader);
}

static void faults_name_line_and_cause(void **state)
{
	(void)state;
	assert_refused("syntax = \"proto3\";\nmessage { broken",
		       "order.proto:2: expected the name of a message, not '{'");
	assert_refused("message M {\n\n int32 a = 1", "order.proto:3: expected ';', not the end");
	assert_refused("message M { int32 a = 0; }",
		       "order.proto:1: expected a number in range, not '0'");
	assert_refused("message M { int32 a = 536870912; }",
		       "order.proto:1: expected a number in range, not '536870912'");
	assert_refused("import \"no/such.proto\";",
		       "'no/such.proto', which order.proto imports, is not there");
	assert_refused("package p; message M { N n = 1; }", "'N', the type of p.M.n, is not there");
	assert_refused("message M { string s = 1 [default = \"open ]; }",
		       "order.proto:1: expected a value, not ''");
	assert_refused("{\"type\":\"record\"}",
		       "order.proto:1: expected a message, an enum or another definition, not '{'");
	assert_refused("\x0a\x05"
		       "ab",
		       "not a serialized FileDescriptorProto");
}

/* As registries print it: schema-registry #2209 and #4438, Wire's editions of options. */
static void text_that_protoc_refuses(void **state)
{
	(void)state;
	assert_json("syntax = \"proto3\"; message M { option (x.y) = [{ a: \"1\" }, { a: \"2\" }]; "
		    "K k = 1;"
		    " enum K { A = 0 [(opt.name) = \"QUOTED\"]; B = 1 [(opt.list) = [1, 2]]; } }",
		    SLICE("\x08\x01"), "{\"k\":\"B\"}");
	assert_json("syntax = \"proto3\"; option (nobody.knows) = { it: { at: [all] } };"
		    " message M { int32 a = 1 [(who) = KNOWS, (what.this).is = -1.5e3, deprecated "
		    "= true]; }",
		    SLICE("\x08\x07"), "{\"a\":7}");
	/* two field_meta merged into a list */
	assert_json("syntax = \"proto3\"; import \"confluent/meta.proto\"; message M { int32 a = 1 "
		    "[(confluent.field_meta) = [{ doc: \"x\" }, { params: [{ value: \"int8\", key: "
		    "\"connect.type\" }] }]]; }",
		    SLICE("\x08\xac\x02"), "{\"a\":44}");
	assert_json("edition = \"2024\"; import option \"gone.proto\"; export message M { int32 a "
		    "= 1; }"
		    " local enum E { Z = 0; }",
		    SLICE("\x08\x07"), "{\"a\":7}");
}

static void messages_are_found(void **state)
{
	static const uint32_t second[] = {1}, nested[] = {0, 1}, too_far[] = {0, 2},
			      deep[] = {0, 0, 0};
	struct proto_schema *schema = schema_of(
		"syntax = \"proto2\"; package n; message Outer { message A { } enum E { Z = 0; }"
		" map<string, A> m = 1; optional group G = 2 { } message B { } }"
		" message Abe { } message B { }");
	struct buf names = {0};

	(void)state;
	/* map entries and groups have no place in a path, enums neither */
	assert_true(
		slice_is(proto_message_name(proto_message_by_path(schema, second, 1)), "n.Abe"));
	assert_true(slice_is(proto_message_name(proto_message_by_path(schema, nested, 2)),
			     "n.Outer.B"));
	assert_null(proto_message_by_path(schema, too_far, 2));
	assert_null(proto_message_by_path(schema, deep, 3));
	assert_null(proto_message_by_path(schema, deep, 0));
	/* in Glue's list all have: n.Abe n.B n.Outer n.Outer.A n.Outer.B n.Outer.G n.Outer.MEntry
	 */
	assert_true(slice_is(proto_message_name(proto_message_by_index(schema, 0)), "n.Abe"));
	assert_true(slice_is(proto_message_name(proto_message_by_index(schema, 4)), "n.Outer.B"));
	assert_true(
		slice_is(proto_message_name(proto_message_by_index(schema, 6)), "n.Outer.MEntry"));
	assert_null(proto_message_by_index(schema, 7));
	assert_non_null(proto_message_by_name(schema, SLICE("n.Outer.B")));
	assert_non_null(proto_message_by_name(schema, SLICE("Abe")));
	assert_null(proto_message_by_name(schema, SLICE("B"))); /* of two */
	assert_null(proto_message_by_name(schema, SLICE("n.Outer.E")));
	proto_add_names(schema, &names);
	assert_string_equal(buf_text(&names), "n.Abe, n.B, n.Outer, n.Outer.A, n.Outer.B");
	assert_int_equal(proto_message_count(schema), 5);
	buf_free(&names);
	proto_schema_free(schema);
}

static bool collect(void *ctx, struct slice name)
{
	buf_adds(ctx, name);
	buf_addc(ctx, ' ');
	return true;
}

static void imports_are_given_or_known(void **state)
{
	static const char text[] = "import 'a.proto'; import \"google/protobuf/any.proto\";"
				   " import public 'b/c.proto'; message M { a.A a = 1; }";
	struct proto_import imports[] = {
		{SLICE("b/c.proto"), SLICE("import 'a.proto'; import 'order.proto';")},
		{SLICE("unused.proto"), SLICE("not { valid")},
		{SLICE("order.proto"), SLICE("package other; message M { }")},
		{SLICE("a.proto"), SLICE("package a; message A { }")},
	};
	struct codec_fault fault = {0};
	struct proto_schema *schema;
	struct buf names = {0};

	(void)state;
	assert_true(proto_imports_of(slice_of(text), collect, &names, &fault));
	assert_string_equal(buf_text(&names), "a.proto b/c.proto ");
	schema = proto_schema_new(SLICE("order.proto"), slice_of(text), imports, 4, &fault);
	assert_non_null(schema);
	assert_int_equal(proto_message_count(schema), 1);
	proto_schema_free(schema);
	assert_null(proto_schema_new(SLICE("order.proto"), slice_of(text), imports, 3, &fault));
	buf_reset(&names);
	assert_true(proto_imports_of(
		SLICE("import 'google/type/date.proto'; import 'google/type/date';"), collect,
		&names, &fault));
	assert_string_equal(buf_text(&names), "google/type/date ");
	buf_free(&names);
}

static void serialized_descriptors(void **state)
{
	struct codec_fault fault = {0};
	struct proto_schema *schema;
	struct buf bytes = {0};
	struct err err;

	(void)state;
	assert_int_equal(fd_read_file("tests/fuzz/corpus/proto/proto3.file", 1 << 20, &bytes, &err),
			 0);
	schema = proto_schema_new(SLICE("x"), buf_slice(&bytes), NULL, 0, &fault);
	assert_non_null(schema);
	assert_non_null(proto_message_by_name(schema, SLICE("new_one.Everything")));
	proto_schema_free(schema);
	buf_reset(&bytes);
	assert_int_equal(fd_read_file("tests/fuzz/corpus/proto/proto3.set", 1 << 20, &bytes, &err),
			 0);
	schema = proto_schema_from_set(buf_slice(&bytes), &fault);
	assert_non_null(schema);
	assert_non_null(proto_message_by_name(schema, SLICE("Everything")));
	proto_schema_free(schema);
	assert_null(proto_schema_from_set(SLICE("syntax"), &fault));
	assert_non_null(strstr(fault.text, "--include_imports"));
	assert_null(proto_schema_from_set(SLICE(""), &fault));
	buf_free(&bytes);
}

/* protobuf-c would recurse as deep as the bytes say */
static void nesting_is_bounded(void **state)
{
	struct codec_fault fault = {0};
	struct buf text = {0}, bytes = {0};

	(void)state;
	for (int i = 0; i < 5000; i++)
		BUF_LIT(&text, "message M { ");
	assert_null(proto_schema_new(SLICE("x"), buf_slice(&text), NULL, 0, &fault));
	assert_string_equal(fault.text, "x:1: messages nest too deep");
	/* from the inside out: nested_type in nested_type ... in message_type */
	for (int i = 0; i < 3000; i++) {
		char head[3] = {0x1a, (char)(bytes.len | 0x80), (char)(bytes.len >> 7)};
		struct buf around = {0};

		if (bytes.len > 16000)
			break;
		head[0] = 0x1a;
		buf_add(&around, head, 3);
		buf_adds(&around, buf_slice(&bytes));
		buf_free(&bytes);
		bytes = around;
	}
	bytes.p[0] = 0x22;
	assert_null(proto_schema_new(SLICE("x"), buf_slice(&bytes), NULL, 0, &fault));
	assert_string_equal(fault.text, "not a serialized FileDescriptorProto");
	buf_free(&text);
	buf_free(&bytes);
}

static void indexes_of_frames(void **state)
{
	struct codec_fault fault = {0};
	uint32_t path[PROTO_PATH_MAX], index;
	struct slice payload;
	size_t n;

	(void)state;
	payload = SLICE("\x00rest");
	assert_true(proto_take_confluent_indexes(&payload, path, &n, &fault));
	assert_true(n == 1 && path[0] == 0 && slice_is(payload, "rest"));
	payload = SLICE("\x04\x00\x06");
	assert_true(proto_take_confluent_indexes(&payload, path, &n, &fault));
	assert_true(n == 2 && path[0] == 0 && path[1] == 3 && payload.n == 0);
	payload = SLICE("\x04\x00");
	assert_false(proto_take_confluent_indexes(&payload, path, &n, &fault));
	assert_int_equal(fault.code, CODEC_FRAMING);
	assert_int_equal(payload.n, 2);
	payload = SLICE("\x02\x01");
	assert_false(proto_take_confluent_indexes(&payload, path, &n, &fault));
	assert_string_equal(fault.text, "message index -1 cannot be right");
	payload = SLICE("\x80\x80\x80\x80\x08\x01");
	assert_false(proto_take_confluent_indexes(&payload, path, &n, &fault));
	payload = SLICE("");
	assert_false(proto_take_confluent_indexes(&payload, path, &n, &fault));
	payload = SLICE("\x82\x01r");
	assert_true(proto_take_glue_index(&payload, &index, &fault));
	assert_true(index == 130 && slice_is(payload, "r"));
	payload = SLICE("\x82");
	assert_false(proto_take_glue_index(&payload, &index, &fault));
	payload = SLICE("\xff\xff\xff\xff\xff\x01");
	assert_false(proto_take_glue_index(&payload, &index, &fault));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_name_line_and_cause),
		cmocka_unit_test(text_that_protoc_refuses),
		cmocka_unit_test(messages_are_found),
		cmocka_unit_test(imports_are_given_or_known),
		cmocka_unit_test(serialized_descriptors),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(indexes_of_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
