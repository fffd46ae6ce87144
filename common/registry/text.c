#include "text.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct {
	const char *name, *title;
} types[] = {
	[SCHEMA_AVRO] = {"AVRO", "Avro"},
	[SCHEMA_PROTOBUF] = {"PROTOBUF", "Protobuf"},
	[SCHEMA_JSON] = {"JSON", "JSON Schema"},
};

const char *schema_type_title(enum schema_type type)
{
	return types[type].title;
}

const char *schema_type_name(enum schema_type type)
{
	return types[type].name;
}

bool schema_type_read(struct slice name, enum schema_type *type)
{
	for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (slice_is(name, types[i].name)) {
			*type = (enum schema_type)i;
			return true;
		}
	}
	return false;
}

static void free_part(struct schema_part *part)
{
	buf_free(&part->name);
	buf_free(&part->content);
}

void schema_text_free(struct schema_text *text)
{
	for (size_t i = 0; i < text->n_refs; i++)
		free_part(&text->refs[i]);
	free(text->refs);
	free_part(&text->own);
	buf_free(&text->rule);
	buf_free(&text->registry);
	*text = (struct schema_text){0};
}

size_t schema_text_size(const struct schema_text *text)
{
	size_t n = text->own.content.len;

	for (size_t i = 0; i < text->n_refs; i++)
		n += text->refs[i].content.len;
	return n;
}

struct schema_part *schema_text_add(struct schema_text *text)
{
	text->refs = mem_resize(text->refs, text->n_refs + 1, sizeof(*text->refs));
	text->refs[text->n_refs] = (struct schema_part){0};
	return &text->refs[text->n_refs++];
}

bool schema_text_has(const struct schema_text *text, struct slice name)
{
	for (size_t i = 0; i < text->n_refs; i++) {
		if (slice_eq(buf_slice(&text->refs[i].name), name))
			return true;
	}
	return false;
}
