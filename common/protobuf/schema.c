#include "schema.h"

#include "base/buf.h"
#include "base/mem.h"
#include "plan.h"

struct proto_schema {
	struct arena arena;
	struct plan plan;
	const struct proto_message **sorted; /* the first file's, entries of maps too, by name */
	uint32_t n_sorted, n_messages;	     /* n_messages: without those */
};

/* Symbols are sorted by name, so the messages among them are, too. */
static bool compile(struct proto_schema *schema, const struct proto_files *files,
		    struct codec_fault *fault)
{
	struct plan *plan = &schema->plan;

	if (!plan_make(plan, files, &schema->arena, fault))
		return false;
	schema->sorted = arena_take(&schema->arena, (plan->n + 1) * sizeof(*schema->sorted));
	for (uint32_t i = 0; i < plan->n; i++) {
		const struct proto_message *message = plan->symbols[i].message;

		if (!message || message->file != 0)
			continue;
		schema->sorted[schema->n_sorted++] = message;
		schema->n_messages += !message->entry && !message->group;
	}
	return true;
}

/* The schema, if its files were `read` and hold together; else NULL, and it is freed. */
static struct proto_schema *finish(struct proto_schema *schema, bool read,
				   struct proto_files *files, struct codec_fault *fault)
{
	if (!read || !compile(schema, files, fault)) {
		proto_schema_free(schema);
		schema = NULL;
	}
	list_free(files);
	return schema;
}

struct proto_schema *proto_schema_new(struct slice name, struct slice content,
				      const struct proto_import *imports, size_t n,
				      struct codec_fault *fault)
{
	struct proto_schema *schema = mem_alloc(sizeof(*schema));
	struct proto_files files = {0};
	bool read = files_collect(&files, name, content, imports, n, &schema->arena, fault);

	return finish(schema, read, &files, fault);
}

struct proto_schema *proto_schema_from_set(struct slice descriptor_set, struct codec_fault *fault)
{
	struct proto_schema *schema = mem_alloc(sizeof(*schema));
	struct proto_files files = {0};
	bool read = files_of_set(&files, descriptor_set, &schema->arena, fault);

	return finish(schema, read, &files, fault);
}

void proto_schema_free(struct proto_schema *schema)
{
	if (!schema)
		return;
	free(schema->plan.symbols);
	arena_empty(&schema->arena);
	free(schema);
}

const struct proto_message *proto_message_by_path(const struct proto_schema *schema,
						  const uint32_t *path, size_t n)
{
	const struct proto_message *at = &schema->plan.top;

	for (size_t i = 0; i < n; i++) {
		if (path[i] >= at->n_nested)
			return NULL;
		at = at->nested[path[i]];
	}
	return n ? at : NULL;
}

const struct proto_message *proto_message_by_index(const struct proto_schema *schema,
						   uint32_t index)
{
	return index < schema->n_sorted ? schema->sorted[index] : NULL;
}

static struct slice last_part(struct slice name)
{
	size_t at = name.n;

	while (at > 0 && name.p[at - 1] != '.')
		at--;
	return (struct slice){name.p + at, name.n - at};
}

const struct proto_message *proto_message_by_name(const struct proto_schema *schema,
						  struct slice name)
{
	const struct symbol *symbol = plan_find(&schema->plan, name);
	const struct proto_message *found = NULL;

	if (symbol && symbol->message)
		return symbol->message;
	for (uint32_t i = 0; i < schema->n_sorted; i++) {
		if (!slice_eq(last_part(schema->sorted[i]->name), name))
			continue;
		if (found)
			return NULL;
		found = schema->sorted[i];
	}
	return found;
}

struct slice proto_message_name(const struct proto_message *message)
{
	return message->name;
}

size_t proto_message_count(const struct proto_schema *schema)
{
	return schema->n_messages;
}

void proto_add_names(const struct proto_schema *schema, struct buf *to)
{
	size_t start = to->len;

	for (uint32_t i = 0; i < schema->n_sorted; i++) {
		if (schema->sorted[i]->entry || schema->sorted[i]->group)
			continue;
		if (to->len > start)
			BUF_LIT(to, ", ");
		buf_adds(to, schema->sorted[i]->name);
	}
}
