/* links: protobuf connect json base pkg:libprotobuf-c pkg:zlib */
/*
 * The shared cases: what Kafka Connect's own converters make of Protobuf payloads, and
 * payloads that they refuse. The frame in front is taken off here, as a registry's
 * reader would.
 */
#include "base/b64.h"
#include "base/fd.h"
#include "json_same.h"
#include "protobuf/frame.h"
#include "protobuf/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <zlib.h>

#include <cmocka.h>

#define PAYLOAD_MAX (1 << 20)
#define OUTPUT_MAX  (16 << 20)
#define IMPORTS_MAX 8

struct serdes {
	struct slice line;
	struct buf text[8]; /* of members that were asked for */
	unsigned texts;
	char payload[PAYLOAD_MAX], inflated[PAYLOAD_MAX];
};

static struct serdes row;

static struct slice raw_member(struct slice object, const char *name)
{
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, object); json_next(&walk, &m);)
		if (json_is(m.name, slice_of(name)))
			return m.value;
	return SLICE_NONE;
}

/* A string member as text; absent if it is not there. It lives until the next row. */
static struct slice text_member(struct slice object, const char *name)
{
	struct slice value = raw_member(object, name);
	struct buf *to = &row.text[row.texts];

	if (!value.p)
		return value;
	assert_true(row.texts < sizeof(row.text) / sizeof(*row.text));
	row.texts++;
	buf_reset(to);
	json_unescape(json_raw(value), to);
	return buf_slice(to);
}

static struct slice bytes_of(struct slice base64)
{
	ssize_t n;

	assert_true(base64.n <= PAYLOAD_MAX);
	n = b64_decode(row.payload, base64.p, base64.n);
	assert_true(n >= 0);
	return (struct slice){row.payload, (size_t)n};
}

static bool inflated(struct slice *payload)
{
	uLongf n = sizeof(row.inflated);

	if (uncompress((Bytef *)row.inflated, &n, (const Bytef *)payload->p, payload->n) != Z_OK)
		return false;
	*payload = (struct slice){row.inflated, n};
	return true;
}

static void drop(struct slice *payload, size_t n)
{
	assert_true(payload->n >= n);
	payload->p += n;
	payload->n -= n;
}

/* The message that the indexes name; they may be in the payload or in a header. */
static const struct proto_message *choose(const struct proto_schema *schema, bool glue,
					  struct slice *payload, struct codec_fault *fault)
{
	struct slice header = raw_member(row.line, "headers"), in_header;
	uint32_t path[PROTO_PATH_MAX], index;
	const struct proto_message *message;
	size_t n;

	if (glue) {
		bool packed = payload->p[1] == 5;

		drop(payload, 18);
		if ((packed && !inflated(payload)) ||
		    !proto_take_glue_index(payload, &index, fault))
			return NULL;
		message = proto_message_by_index(schema, index);
	} else if (header.p) {
		struct json_member first;
		struct json_walk walk;
		char bytes[64];
		ssize_t got;

		json_walk(&walk, header);
		assert_true(json_next(&walk, &first));
		in_header = text_member(first.value, "value_b64");
		got = b64_decode(bytes, in_header.p, in_header.n);
		assert_true(got > 17 && bytes[0] == 1);
		in_header = (struct slice){bytes + 17, (size_t)got - 17};
		if (!proto_take_confluent_indexes(&in_header, path, &n, fault))
			return NULL;
		message = proto_message_by_path(schema, path, n);
	} else {
		drop(payload, payload->p[0] == 1 ? 17 : 5);
		if (!proto_take_confluent_indexes(payload, path, &n, fault))
			return NULL;
		message = proto_message_by_path(schema, path, n);
	}
	if (!message)
		codec_fail(fault, CODEC_FRAMING, "no message has this index");
	return message;
}

static struct proto_schema *read_schema(struct codec_fault *fault)
{
	struct slice references = raw_member(row.line, "references");
	struct proto_import imports[IMPORTS_MAX];
	struct json_member reference;
	struct json_walk walk;
	size_t n = 0;

	if (references.p)
		for (json_walk(&walk, references); json_next(&walk, &reference); n++) {
			assert_true(n < IMPORTS_MAX);
			imports[n].name = text_member(reference.value, "name");
			imports[n].content = text_member(reference.value, "schema");
		}
	return proto_schema_new(SLICE("case.proto"), text_member(row.line, "schema"), imports, n,
				fault);
}

static bool decode(struct proto_reader *reader, struct buf *to, struct codec_fault *fault)
{
	struct connect_form form = {0};
	struct slice config = raw_member(row.line, "config");
	struct slice payload = bytes_of(json_raw(raw_member(row.line, "record_b64")));
	struct proto_schema *schema = read_schema(fault);
	const struct proto_message *message;
	bool done = false;

	if (!schema)
		return false;
	if (slice_is(raw_member(row.line, "registry"), "\"glue\""))
		form.profile = CONNECT_GLUE;
	if (config.p && slice_is(raw_member(config, "decimal.format"), "\"NUMERIC\""))
		form.decimal = DECIMAL_NUMERIC;
	message = choose(schema, form.profile == CONNECT_GLUE, &payload, fault);
	if (message)
		done = proto_add_json(reader, message, payload, &form, to, fault);
	proto_schema_free(schema);
	return done;
}

static bool is_right(struct proto_reader *reader, struct buf *to)
{
	struct slice want = text_member(row.line, "json"),
		     also = text_member(row.line, "also_right");
	bool strict = slice_is(raw_member(row.line, "strict_number_text"), "true");
	struct codec_fault fault = {0};
	bool json = slice_is(raw_member(row.line, "expect"), "\"json\"");

	buf_reset(to);
	if (!decode(reader, to, &fault)) {
		assert_int_equal(to->len, 0);
		assert_true(fault.text[0] != '\0');
		if (json)
			print_error("%s\n", fault.text);
		return !json;
	}
	assert_int_not_equal(json_check(buf_slice(to), NULL), JSON_NONE);
	return (json && json_same(buf_slice(to), want, strict)) ||
	       (also.p && json_same(buf_slice(to), also, strict));
}

/* How many rows of the format the file has, and how many are right. */
static void run(const char *path, unsigned *rows, unsigned *right)
{
	struct proto_reader *reader = proto_reader_new(OUTPUT_MAX);
	struct buf all = {0}, to = {0};
	struct err err;

	*rows = *right = 0;
	assert_int_equal(fd_read_file(path, 64 << 20, &all, &err), 0);
	for (char *at = all.p, *end; at < all.p + all.len; at = end + 1) {
		end = memchr(at, '\n', (size_t)(all.p + all.len - at));
		assert_non_null(end);
		row.line = (struct slice){at, (size_t)(end - at)};
		row.texts = 0;
		if (!slice_is(raw_member(row.line, "format"), "\"PROTOBUF\""))
			continue;
		++*rows;
		if (is_right(reader, &to))
			++*right;
		else
			print_error("%.*s: %.*s\n", SLICE_ARG(raw_member(row.line, "id")),
				    SLICE_ARG(buf_slice(&to)));
	}
	for (size_t i = 0; i < sizeof(row.text) / sizeof(*row.text); i++)
		buf_free(&row.text[i]);
	proto_reader_free(reader);
	buf_free(&all);
	buf_free(&to);
}

static void prints_what_connect_prints(void **state)
{
	unsigned rows, right;

	(void)state;
	run("tests/data/serdes/protobuf.jsonl", &rows, &right);
	assert_int_equal(rows, 77);
	assert_int_equal(right, rows);
}

static void refuses_what_is_malformed(void **state)
{
	unsigned rows, right;

	(void)state;
	run("tests/data/serdes/malformed.jsonl", &rows, &right);
	assert_int_equal(rows, 24);
	assert_int_equal(right, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_connect_prints),
		cmocka_unit_test(refuses_what_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
