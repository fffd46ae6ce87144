#include "avro.h"

#include "convert.h"

#include "base/mem.h"

#include <stdlib.h>

static bool within_limit(struct slice text, const struct avro_reference *refs, size_t n_refs)
{
	size_t n = text.n;

	for (size_t i = 0; i < n_refs && n <= AVRO_SCHEMA_MAX; i++)
		n = refs[i].text.n > AVRO_SCHEMA_MAX ? SIZE_MAX : n + refs[i].text.n;
	return n <= AVRO_SCHEMA_MAX;
}

static bool compile(struct parse *parse, struct slice text, const struct avro_reference *refs,
		    size_t n_refs)
{
	struct codec_fault inner;
	uint32_t node;

	if (!within_limit(text, refs, n_refs))
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: longer than %u bytes with its references",
				  AVRO_SCHEMA_MAX);
	for (size_t i = 0; i < n_refs; i++) {
		if (parse_text(parse, refs[i].text, &node))
			continue;
		inner = *parse->fault;
		return codec_fail(parse->fault, CODEC_SCHEMA, "reference '%.*s': %.160s",
				  SLICE_ARG(refs[i].name), inner.text);
	}
	return parse_text(parse, text, &parse->plan->root) &&
	       parse_resolve(parse, &parse->plan->root) && convert_plan(parse, parse->plan->root);
}

struct avro_schema *avro_schema_new(struct slice text, const struct avro_reference *refs,
				    size_t n_refs, const struct connect_form *form,
				    struct codec_fault *fault)
{
	struct avro_schema *schema = mem_alloc(sizeof *schema);
	struct parse parse;
	bool ok;

	schema->form = *form;
	BUF_LIT(&schema->texts, "null");
	parse_begin(&parse, schema, fault);
	ok = compile(&parse, text, refs, n_refs);
	parse_end(&parse);
	if (ok)
		return schema;
	avro_schema_free(schema);
	return NULL;
}

void avro_schema_free(struct avro_schema *schema)
{
	if (!schema)
		return;
	free(schema->nodes);
	free(schema->slots);
	free(schema->entries);
	free(schema->table);
	buf_free(&schema->texts);
	buf_free(&schema->scratch);
	free(schema);
}
