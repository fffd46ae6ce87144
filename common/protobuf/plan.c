#include "plan.h"

#include "base/buf.h"
#include "connect/print.h"
#include "descriptor.pb-c.h"
#include "field.h"
#include "frame.h"

/* Of a name with its scope: a type is looked for once a level, each time in full. */
#define NAME_MAX_LENGTH 4096

/* A message whose fields are made when every name is known. */
struct pending {
	struct proto_message *message;
	const struct DescriptorProto *from;
	const struct FileDescriptorProto *file;
};

struct maker {
	struct plan *plan;
	struct arena *arena;
	struct codec_fault *fault;
	struct buf text; /* of a name being made */
	bool too_long;
	struct {
		struct pending *p;
		uint32_t n, cap;
	} pending;
};

static int by_name(struct slice a, struct slice b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int by_name_and_order(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;
	int order = by_name(x->name, y->name);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static int of_name(const void *name, const void *symbol)
{
	return by_name(*(const struct slice *)name, ((const struct symbol *)symbol)->name);
}

const struct symbol *plan_find(const struct plan *plan, struct slice name)
{
	const struct symbol *found =
		plan->n ? bsearch(&name, plan->symbols, plan->n, sizeof(*found), of_name) : NULL;

	/* declared twice: the first one counts */
	while (found && found > plan->symbols && slice_eq(found[-1].name, name))
		found--;
	return found;
}

static struct slice full_name(struct maker *m, struct slice scope, const char *name)
{
	buf_reset(&m->text);
	buf_adds(&m->text, scope);
	if (scope.n)
		buf_addc(&m->text, '.');
	buf_adds(&m->text, slice_of(name ? name : ""));
	if (m->text.len > NAME_MAX_LENGTH) {
		m->too_long = true;
		return SLICE("");
	}
	return arena_copy(m->arena, buf_slice(&m->text));
}

static void add_symbol(struct maker *m, struct slice name, struct proto_message *message,
		       struct proto_enum *values)
{
	struct symbol symbol = {name, message, values, m->plan->n};

	if (m->plan->n == m->plan->cap)
		m->plan->symbols =
			list_grow(m->plan->symbols, m->plan->n, 1, &m->plan->cap, sizeof(symbol));
	m->plan->symbols[m->plan->n++] = symbol;
}

static int by_number(const void *a, const void *b)
{
	const struct proto_value *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	/* the label is where the declaration was, until the values are sorted */
	return (x->label.n > y->label.n) - (x->label.n < y->label.n);
}

/* Of an alias the first declared name is the one. */
static void add_values(struct maker *m, struct proto_enum *to,
		       const struct EnumDescriptorProto *from)
{
	uint32_t kept = 0;

	to->values = arena_take(m->arena, (from->n_value + 1) * sizeof(*to->values));
	for (size_t i = 0; i < from->n_value; i++)
		to->values[i] = (struct proto_value){from->value[i]->number, {NULL, i}};
	to->first = from->n_value ? from->value[0]->number : 0;
	qsort(to->values, from->n_value, sizeof(*to->values), by_number);
	for (size_t i = 0; i < from->n_value; i++) {
		const char *name = from->value[to->values[i].label.n]->name;

		if (kept && to->values[kept - 1].number == to->values[i].number)
			continue;
		buf_reset(&m->text);
		connect_add_string(&m->text, slice_of(name ? name : ""));
		to->values[kept].number = to->values[i].number;
		to->values[kept++].label = arena_copy(m->arena, buf_slice(&m->text));
	}
	to->n = kept;
}

static void add_enum(struct maker *m, const struct FileDescriptorProto *file, struct slice scope,
		     const struct EnumDescriptorProto *from)
{
	struct proto_enum *values = arena_take(m->arena, sizeof(*values));

	values->name = arena_copy(m->arena, slice_of(from->name ? from->name : ""));
	values->closed = field_enum_closed(from, file);
	add_values(m, values, from);
	add_symbol(m, full_name(m, scope, from->name), NULL, values);
}

/* Whether a group field of the message around it declares this one. */
static bool is_group(const struct DescriptorProto *around, const char *name)
{
	struct slice own = slice_of(name ? name : "");

	for (size_t i = 0; around && i < around->n_field; i++) {
		const struct FieldDescriptorProto *field = around->field[i];

		if (field->type == FIELD_DESCRIPTOR_PROTO__TYPE__GROUP && field->type_name &&
		    slice_ends(slice_of(field->type_name), own))
			return true;
	}
	return false;
}

static struct proto_message *add_message(struct maker *m, uint32_t file_index,
					 const struct FileDescriptorProto *file, struct slice scope,
					 const struct DescriptorProto *from,
					 const struct DescriptorProto *around)
{
	struct proto_message *message = arena_take(m->arena, sizeof(*message));
	struct pending pending = {message, from, file};

	message->name = full_name(m, scope, from->name);
	message->file = file_index;
	message->entry = from->options && from->options->map_entry;
	message->group = is_group(around, from->name);
	message->nested =
		arena_take(m->arena, (from->n_nested_type + 1) * sizeof(*message->nested));
	add_symbol(m, message->name, message, NULL);
	list_add(&m->pending, pending);
	for (size_t i = 0; i < from->n_nested_type; i++) {
		struct proto_message *nested =
			add_message(m, file_index, file, message->name, from->nested_type[i], from);

		if (!nested->entry && !nested->group)
			message->nested[message->n_nested++] = nested;
	}
	for (size_t i = 0; i < from->n_enum_type; i++)
		add_enum(m, file, message->name, from->enum_type[i]);
	return message;
}

static void add_file(struct maker *m, uint32_t index, const struct FileDescriptorProto *file)
{
	struct slice scope = slice_of(file->package ? file->package : "");
	struct proto_message *top = &m->plan->top;

	if (index == 0)
		top->nested =
			arena_take(m->arena, (file->n_message_type + 1) * sizeof(*top->nested));
	for (size_t i = 0; i < file->n_message_type; i++) {
		struct proto_message *message =
			add_message(m, index, file, scope, file->message_type[i], NULL);

		if (index == 0)
			top->nested[top->n_nested++] = message;
	}
	for (size_t i = 0; i < file->n_enum_type; i++)
		add_enum(m, file, scope, file->enum_type[i]);
}

/* A type name is looked for in the scope it stands in, then in each scope around that. */
static const struct symbol *resolve(struct maker *m, struct slice scope, const char *type)
{
	const struct symbol *found;

	if (*type == '.')
		return plan_find(m->plan, slice_of(type + 1));
	for (;;) {
		buf_reset(&m->text);
		buf_adds(&m->text, scope);
		if (scope.n)
			buf_addc(&m->text, '.');
		buf_adds(&m->text, slice_of(type));
		found = plan_find(m->plan, buf_slice(&m->text));
		if (found || scope.n == 0)
			return found;
		while (scope.n > 0 && scope.p[scope.n - 1] != '.')
			scope.n--;
		scope.n -= scope.n > 0;
	}
}

/* Puts the type that was found into the descriptor, too, as protoc does. */
static bool find_type(struct maker *m, const struct proto_message *message,
		      struct FieldDescriptorProto *field, const struct symbol **symbol)
{
	char *name;

	*symbol = NULL;
	if (field->has_type && (field->type < FIELD_DESCRIPTOR_PROTO__TYPE__DOUBLE ||
				field->type > FIELD_DESCRIPTOR_PROTO__TYPE__SINT64))
		return codec_fail(m->fault, CODEC_SCHEMA, "%.*s.%.60s has no type that is known",
				  SLICE_ARG(message->name), field->name ? field->name : "");
	if (field->has_type && field->type != FIELD_DESCRIPTOR_PROTO__TYPE__MESSAGE &&
	    field->type != FIELD_DESCRIPTOR_PROTO__TYPE__ENUM &&
	    field->type != FIELD_DESCRIPTOR_PROTO__TYPE__GROUP)
		return true;
	*symbol = resolve(m, message->name, field->type_name ? field->type_name : "");
	if (!*symbol)
		return codec_fail(m->fault, CODEC_SCHEMA,
				  "'%.80s', the type of %.*s.%.60s, is not there",
				  field->type_name ? field->type_name : "",
				  SLICE_ARG(message->name), field->name ? field->name : "");
	if (!field->has_type || field->type != FIELD_DESCRIPTOR_PROTO__TYPE__GROUP) {
		field->has_type = true;
		field->type = (*symbol)->message ? FIELD_DESCRIPTOR_PROTO__TYPE__MESSAGE
						 : FIELD_DESCRIPTOR_PROTO__TYPE__ENUM;
	}
	name = arena_take(m->arena, (*symbol)->name.n + 2);
	*name = '.';
	memcpy(name + 1, (*symbol)->name.p, (*symbol)->name.n);
	field->type_name = name;
	return true;
}

static bool add_fields(struct maker *m, const struct pending *p)
{
	struct proto_message *message = p->message;
	const struct symbol *symbol;

	message->fields = arena_take(m->arena, (p->from->n_field + 1) * sizeof(*message->fields));
	field_oneofs(message, p->from, m->arena);
	for (size_t i = 0; i < p->from->n_field; i++) {
		struct FieldDescriptorProto *field = p->from->field[i];

		if (!find_type(m, message, field, &symbol))
			return false;
		/* Connect's converters know no groups */
		if (field->type == FIELD_DESCRIPTOR_PROTO__TYPE__GROUP)
			continue;
		field_make(&message->fields[message->n_fields++], message, field, p->file, symbol,
			   m->arena);
	}
	field_finish(message, m->arena);
	return true;
}

bool plan_make(struct plan *plan, const struct proto_files *files, struct arena *arena,
	       struct codec_fault *fault)
{
	struct maker m = {.plan = plan, .arena = arena, .fault = fault};
	bool made = true;

	for (uint32_t i = 0; i < files->n; i++)
		add_file(&m, i, files->p[i]);
	if (m.too_long)
		made = codec_fail(fault, CODEC_SCHEMA, "a name is longer than %d bytes",
				  NAME_MAX_LENGTH);
	if (plan->n)
		qsort(plan->symbols, plan->n, sizeof(*plan->symbols), by_name_and_order);
	for (uint32_t i = 0; made && i < m.pending.n; i++)
		made = add_fields(&m, &m.pending.p[i]);
	/* what a field is made of has to be known first */
	for (uint32_t i = 0; made && i < m.pending.n; i++)
		field_maps(m.pending.p[i].message);
	list_free(&m.pending);
	buf_free(&m.text);
	return made;
}

int64_t plan_field(const struct proto_message *message, uint32_t number)
{
	uint32_t low = 0, high = message->n_sorted;

	if (number < message->n_by_number)
		return (int64_t)message->by_number[number] - 1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (message->sorted[middle].number == number)
			return message->sorted[middle].index;
		if (message->sorted[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

struct slice plan_label(const struct proto_enum *values, int32_t number)
{
	uint32_t low = 0, high = values->n;

	/* most enums count from 0 without a gap */
	if (number >= 0 && (uint32_t)number < values->n && values->values[number].number == number)
		return values->values[number].label;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (values->values[middle].number == number)
			return values->values[middle].label;
		if (values->values[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return SLICE_NONE;
}
