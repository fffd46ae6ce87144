/* links: protobuf connect json base pkg:libprotobuf-c */
/*
 * .proto text, or a serialized descriptor: read or refused with a reason, and every
 * message of it can be printed, with the defaults of Glue's converter too.
 */
#include "protobuf/reader.h"
#include "json/scan.h"

#include <stdlib.h>

#define OUTPUT_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count_import(void *ctx, struct slice name)
{
	if (!name.p || !name.n)
		return false;
	++*(unsigned *)ctx;
	return true;
}

static void print_all(const struct proto_schema *schema, struct slice wire)
{
	struct proto_reader *reader = proto_reader_new(OUTPUT_MAX);
	const struct proto_message *message;
	struct codec_fault fault;
	struct buf to = {0};

	proto_add_names(schema, &to);
	for (uint32_t i = 0; i < 20 && (message = proto_message_by_index(schema, i)); i++)
		for (int profile = 0; profile < 2; profile++) {
			struct connect_form form = {.profile = (enum connect_profile)profile};

			buf_reset(&to);
			if (proto_add_json(reader, message, wire, &form, &to, &fault) &&
			    json_check(buf_slice(&to), NULL) == JSON_NONE)
				abort();
			if (to.len > OUTPUT_MAX + 1000000)
				abort();
		}
	buf_free(&to);
	proto_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice content = {(const char *)data, size};
	struct codec_fault fault = {.text = ""};
	struct proto_schema *schema;
	unsigned imports = 0;

	(void)proto_imports_of(content, count_import, &imports, &fault);
	schema = proto_schema_new(SLICE("fuzz.proto"), content, NULL, 0, &fault);
	if (schema) {
		print_all(schema, SLICE(""));
		print_all(schema, content);
	} else if (!fault.text[0]) {
		abort();
	}
	proto_schema_free(schema);
	schema = proto_schema_from_set(content, &fault);
	if (schema)
		print_all(schema, SLICE(""));
	proto_schema_free(schema);
	return 0;
}
