#include "schema_plan.h"

#include "avro/avro.h"
#include "base/fd.h"
#include "base/mem.h"
#include "protobuf/frame.h"
#include "protobuf/schema.h"

#include <stdlib.h>

#define FILE_MAX    (16u << 20)
#define IMPORTS_MAX 1024

struct schema_plan {
	struct connect_form form;
	struct avro_schema *avro; /* one of the two */
	struct proto_schema *proto;
	const struct proto_message *message; /* of a file's; else each record says it */
};

void schema_plan_free(void *of)
{
	struct schema_plan *plan = of;

	if (!plan)
		return;
	avro_schema_free(plan->avro);
	proto_schema_free(plan->proto);
	free(plan);
}

/* The plan, or NULL if nothing was made of the schema. */
static struct schema_plan *finish(struct schema_plan *plan)
{
	if (plan->avro || plan->proto)
		return plan;
	schema_plan_free(plan);
	return NULL;
}

static struct schema_plan *start(const struct connect_form *form)
{
	struct schema_plan *plan = mem_alloc(sizeof *plan);

	plan->form = *form;
	return plan;
}

/* --- of a registry's schema ------------------------------------------------------- */

static struct avro_schema *make_avro(const struct schema_text *text,
				     const struct connect_form *form, struct codec_fault *fault)
{
	struct avro_reference *refs = mem_array(text->n_refs + 1, sizeof *refs);
	struct avro_schema *schema;

	for (size_t i = 0; i < text->n_refs; i++)
		refs[i] = (struct avro_reference){buf_slice(&text->refs[i].name),
						  buf_slice(&text->refs[i].content)};
	schema = avro_schema_new(buf_slice(&text->own.content), refs, text->n_refs, form, fault);
	free(refs);
	return schema;
}

static struct proto_schema *make_proto(const struct schema_text *text, struct codec_fault *fault)
{
	struct proto_import *imports = mem_array(text->n_refs + 1, sizeof *imports);
	struct proto_schema *schema;

	for (size_t i = 0; i < text->n_refs; i++)
		imports[i] = (struct proto_import){buf_slice(&text->refs[i].name),
						   buf_slice(&text->refs[i].content)};
	schema = proto_schema_new(text->own.name.len ? buf_slice(&text->own.name) : SLICE("schema"),
				  buf_slice(&text->own.content), imports, text->n_refs, fault);
	free(imports);
	return schema;
}

struct schema_plan *schema_plan_new(const struct schema_text *text, const struct connect_form *form,
				    struct codec_fault *fault)
{
	struct schema_plan *plan = start(form);

	if (text->type == SCHEMA_AVRO)
		plan->avro = make_avro(text, form, fault);
	else
		plan->proto = make_proto(text, fault);
	return finish(plan);
}

/* --- of a file --------------------------------------------------------------------- */

/* A .proto file with the files that it imports. */
struct sources {
	struct slice folder; /* with its slash; empty: this one */
	struct schema_text text;
	bool failed;
	struct err *err;
};

static int read_import(struct sources *s, struct slice name)
{
	struct buf path = {0}, content = {0};
	struct schema_part *part;
	int result;

	if (s->text.n_refs == IMPORTS_MAX)
		return err_set(s->err, EXIT_USAGE, "more than %d imports", IMPORTS_MAX);
	buf_adds(&path, s->folder);
	buf_adds(&path, name);
	result = fd_read_file(buf_text(&path), FILE_MAX, &content, s->err);
	buf_free(&path);
	part = schema_text_add(&s->text);
	buf_adds(&part->name, name);
	part->content = content;
	return result;
}

static bool on_import(void *ctx, struct slice name)
{
	struct sources *s = ctx;

	if (!schema_text_has(&s->text, name) && read_import(s, name) != 0)
		s->failed = true;
	return !s->failed;
}

static int follow(struct sources *s, struct slice content, const char *path)
{
	struct codec_fault fault;

	if (!proto_imports_of(content, on_import, s, &fault) && !s->failed)
		return err_set(s->err, EXIT_USAGE, "'%s': %s", path, fault.text);
	return s->failed ? -1 : 0;
}

static int read_sources(struct sources *s, const char *path)
{
	const char *slash = strrchr(path, '/');

	s->folder = (struct slice){path, slash ? (size_t)(slash + 1 - path) : 0};
	if (follow(s, buf_slice(&s->text.own.content), path) != 0)
		return -1;
	for (size_t i = 0; i < s->text.n_refs; i++) {
		struct slice content = buf_slice(&s->text.refs[i].content);

		if (follow(s, content, buf_text(&s->text.refs[i].name)) != 0)
			return -1;
	}
	return 0;
}

static struct proto_schema *proto_of_file(struct sources *s, const char *path)
{
	struct proto_schema *schema;
	struct codec_fault fault;

	if (!slice_ends(slice_of(path), SLICE(".proto"))) {
		schema = proto_schema_from_set(buf_slice(&s->text.own.content), &fault);
	} else {
		if (read_sources(s, path) != 0)
			return NULL;
		buf_adds(&s->text.own.name, slice_of(path));
		schema = make_proto(&s->text, &fault);
	}
	if (!schema)
		err_set(s->err, EXIT_USAGE, "cannot use schema '%s': %s", path, fault.text);
	return schema;
}

static int choose_message(struct schema_plan *plan, const char *path, const char *message,
			  struct err *err)
{
	struct buf names = {0};

	if (message)
		plan->message = proto_message_by_name(plan->proto, slice_of(message));
	else if (proto_message_count(plan->proto) == 1)
		plan->message = proto_message_by_path(plan->proto, &(uint32_t){0}, 1);
	if (plan->message)
		return 0;
	proto_add_names(plan->proto, &names);
	err_set(err, EXIT_USAGE, "'%s' has %s%s%s (--message takes one of %.600s)", path,
		message ? "no message '" : "several messages", message ? message : "",
		message ? "'" : "", buf_text(&names));
	buf_free(&names);
	return -1;
}

static int load(struct schema_plan *plan, struct sources *s, enum schema_type type,
		const char *path, const char *message)
{
	struct codec_fault fault;

	s->text.type = type;
	if (fd_read_file(path, FILE_MAX, &s->text.own.content, s->err) != 0)
		return -1;
	if (type == SCHEMA_PROTOBUF) {
		plan->proto = proto_of_file(s, path);
		return plan->proto ? choose_message(plan, path, message, s->err) : -1;
	}
	plan->avro = make_avro(&s->text, &plan->form, &fault);
	if (plan->avro)
		return 0;
	return err_set(s->err, EXIT_USAGE, "cannot use schema '%s': %s", path, fault.text);
}

struct schema_plan *schema_plan_of_file(enum schema_type type, const char *path,
					const char *message, const struct connect_form *form,
					struct err *err)
{
	struct schema_plan *plan = start(form);
	struct sources sources = {.err = err};
	int result = load(plan, &sources, type, path, message);

	schema_text_free(&sources.text);
	if (result == 0)
		return plan;
	schema_plan_free(plan);
	return NULL;
}

/* --- records -------------------------------------------------------------------------- */

static const struct proto_message *by_path(const struct schema_plan *plan,
					   const struct frame *frame, struct slice *payload,
					   struct codec_fault *fault)
{
	const struct proto_message *message;
	uint32_t path[PROTO_PATH_MAX];
	struct slice in_front = frame->in_front;
	size_t n;

	if (!proto_take_confluent_indexes(frame->in_header ? &in_front : payload, path, &n, fault))
		return NULL;
	message = proto_message_by_path(plan->proto, path, n);
	if (!message)
		codec_fail(fault, CODEC_FRAMING, "the schema has no message with these indexes");
	return message;
}

static const struct proto_message *by_index(const struct schema_plan *plan, struct slice *payload,
					    struct codec_fault *fault)
{
	const struct proto_message *message;
	uint32_t index;

	if (!proto_take_glue_index(payload, &index, fault))
		return NULL;
	message = proto_message_by_index(plan->proto, index);
	if (!message)
		codec_fail(fault, CODEC_FRAMING, "the schema has no message %u", (unsigned)index);
	return message;
}

bool schema_plan_add(struct schema_plan *plan, const struct frame *frame,
		     struct proto_reader *reader, struct buf *to, struct codec_fault *fault)
{
	bool glue = frame->id.kind == SCHEMA_VERSION;
	struct slice payload = frame->payload;
	const struct proto_message *message;

	if (plan->avro)
		return avro_add_json(plan->avro, payload, !glue, to, fault);
	message = glue ? by_index(plan, &payload, fault) : by_path(plan, frame, &payload, fault);
	return message && proto_add_json(reader, message, payload, &plan->form, to, fault);
}

bool schema_plan_add_bare(struct schema_plan *plan, struct slice bytes, struct proto_reader *reader,
			  struct buf *to, struct codec_fault *fault)
{
	if (plan->avro)
		return avro_add_json(plan->avro, bytes, false, to, fault);
	return proto_add_json(reader, plan->message, bytes, &plan->form, to, fault);
}
