/* links: avro connect json base */
#include "avro/avro.h"

#include "json/scan.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed is JSON, behind what was there; a failure leaves that as it was. */
static void read_with(struct avro_schema *schema, struct slice datum, bool raw)
{
	struct buf to = {0};
	struct codec_fault fault;

	buf_addc(&to, '[');
	if (!avro_add_json(schema, datum, raw, &to, &fault)) {
		if (to.len != 1 || fault.code != CODEC_DATA)
			abort();
	} else {
		buf_addc(&to, ']');
		if (json_check(buf_slice(&to), NULL) != JSON_ARRAY)
			abort();
	}
	buf_free(&to);
}

static void try_form(struct slice text, struct slice datum, const struct connect_form *form)
{
	struct codec_fault fault;
	struct avro_schema *schema = avro_schema_new(text, NULL, 0, form, &fault);

	if (!schema) {
		if (fault.code != CODEC_SCHEMA)
			abort();
		return;
	}
	read_with(schema, datum, false);
	read_with(schema, datum, true);
	avro_schema_free(schema);
}

/* A schema's text, a NUL, a datum. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *nul = size ? memchr(data, 0, size) : NULL;
	size_t n = nul ? (size_t)(nul - (const char *)data) : size;
	struct slice text = {(const char *)data, n};
	struct slice datum = {(const char *)data + n + (nul != NULL), size - n - (nul != NULL)};
	struct connect_form forms[] = {
		{.profile = CONNECT_CONFLUENT},
		{.profile = CONNECT_GLUE, .decimal = DECIMAL_NUMERIC},
		{.union_form = UNION_VALUE, .decimal = DECIMAL_STRING},
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		try_form(text, datum, &forms[i]);
	return 0;
}
