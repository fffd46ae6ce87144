#include "field.h"

#include "base/buf.h"
#include "connect/print.h"
#include "descriptor.pb-c.h"

enum syntax { SYNTAX_PROTO2, SYNTAX_PROTO3, SYNTAX_EDITION };

static enum syntax syntax_of(const struct FileDescriptorProto *file)
{
	if (!file->syntax || !*file->syntax || strcmp(file->syntax, "proto2") == 0)
		return SYNTAX_PROTO2;
	return strcmp(file->syntax, "editions") == 0 ? SYNTAX_EDITION : SYNTAX_PROTO3;
}

bool field_enum_closed(const struct EnumDescriptorProto *from,
		       const struct FileDescriptorProto *file)
{
	const struct FeatureSet *own = from->options ? from->options->features : NULL;
	const struct FeatureSet *all = file->options ? file->options->features : NULL;

	if (syntax_of(file) != SYNTAX_EDITION)
		return syntax_of(file) == SYNTAX_PROTO2;
	if (own && own->has_enum_type)
		return own->enum_type == FEATURE_SET__ENUM_TYPE__CLOSED;
	return all && all->has_enum_type && all->enum_type == FEATURE_SET__ENUM_TYPE__CLOSED;
}

static FeatureSet__FieldPresence presence_of(const struct FieldDescriptorProto *field,
					     const struct FileDescriptorProto *file)
{
	const struct FeatureSet *own = field->options ? field->options->features : NULL;
	const struct FeatureSet *all = file->options ? file->options->features : NULL;

	if (own && own->has_field_presence)
		return own->field_presence;
	return all && all->has_field_presence ? all->field_presence
					      : FEATURE_SET__FIELD_PRESENCE__EXPLICIT;
}

void field_oneofs(struct proto_message *message, const struct DescriptorProto *from,
		  struct arena *arena)
{
	struct buf text = {0};

	message->n_oneofs = (uint32_t)from->n_oneof_decl;
	message->oneofs = arena_take(arena, (from->n_oneof_decl + 1) * sizeof(*message->oneofs));
	for (uint32_t i = 0; i < message->n_oneofs; i++) {
		struct proto_oneof *oneof = &message->oneofs[i];
		const char *name = from->oneof_decl[i]->name ? from->oneof_decl[i]->name : "";

		buf_reset(&text);
		connect_add_string(&text, slice_of(name));
		buf_addc(&text, ':');
		oneof->label[CONNECT_GLUE] = arena_copy(arena, buf_slice(&text));
		text.len -= 2;
		buf_addf(&text, "_%u\":", i);
		oneof->label[CONNECT_CONFLUENT] = arena_copy(arena, buf_slice(&text));
	}
	for (size_t i = 0; i < from->n_field; i++) {
		uint32_t index = (uint32_t)from->field[i]->oneof_index;

		if (!from->field[i]->has_oneof_index || index >= message->n_oneofs)
			continue;
		message->oneofs[index].n++;
		message->oneofs[index].synthetic |= from->field[i]->proto3_optional;
	}
	for (uint32_t i = 0; i < message->n_oneofs; i++) {
		struct proto_oneof *oneof = &message->oneofs[i];

		oneof->members = arena_take(arena, (oneof->n + 1) * sizeof(*oneof->members));
		oneof->n = 0;
	}
	buf_free(&text);
}

/* As Java's Integer.parseInt; what is no number leaves the value. */
static void integer(const char *text, int32_t *value)
{
	char *end;
	long long v = strtoll(text, &end, 10);

	if (end != text && *end == '\0' && v >= INT32_MIN && v <= INT32_MAX)
		*value = (int32_t)v;
}

static uint8_t bits_of(const char *type)
{
	return strcmp(type, "int8") == 0 ? 8 : strcmp(type, "int16") == 0 ? 16 : 0;
}

/* The options that Confluent's and Glue's converters look at. */
static void note_options(struct proto_field *to, const struct FieldOptions *options)
{
	const struct Meta *meta = options->field_meta;

	for (size_t i = 0; meta && i < meta->n_params; i++) {
		const char *key = meta->params[i]->key, *value = meta->params[i]->value;

		if (key && value && strcmp(key, "connect.type") == 0)
			to->narrow[CONNECT_CONFLUENT] = bits_of(value);
		else if (key && value && strcmp(key, "scale") == 0)
			integer(value, &to->scale[CONNECT_CONFLUENT]);
	}
	if (!options->metadata_key || !options->metadata_value)
		return;
	if (strcmp(options->metadata_key, "connect.schema") == 0)
		to->narrow[CONNECT_GLUE] = bits_of(options->metadata_value);
	else if (strcmp(options->metadata_key, "connect.decimal.scale") == 0)
		integer(options->metadata_value, &to->scale[CONNECT_GLUE]);
}

static void note_presence(struct proto_field *to, const struct FieldDescriptorProto *from,
			  const struct FileDescriptorProto *file)
{
	FeatureSet__FieldPresence presence = presence_of(from, file);

	switch (syntax_of(file)) {
	case SYNTAX_PROTO2:
		to->required = from->label == FIELD_DESCRIPTOR_PROTO__LABEL__REQUIRED;
		to->nullable = !to->required && to->oneof < 0;
		break;
	case SYNTAX_PROTO3:
		to->nullable = from->proto3_optional;
		break;
	case SYNTAX_EDITION:
		to->required = presence == FEATURE_SET__FIELD_PRESENCE__LEGACY_REQUIRED;
		to->nullable = presence == FEATURE_SET__FIELD_PRESENCE__EXPLICIT;
		break;
	}
}

void field_make(struct proto_field *to, struct proto_message *message,
		const struct FieldDescriptorProto *from, const struct FileDescriptorProto *file,
		const struct symbol *symbol, struct arena *arena)
{
	uint32_t oneof = (uint32_t)from->oneof_index;
	struct buf text = {0};

	to->name = arena_copy(arena, slice_of(from->name ? from->name : ""));
	connect_add_string(&text, to->name);
	buf_addc(&text, ':');
	to->label = arena_copy(arena, buf_slice(&text));
	buf_free(&text);
	to->number = (uint32_t)from->number;
	to->type = (enum proto_type)from->type;
	to->repeated = from->label == FIELD_DESCRIPTOR_PROTO__LABEL__REPEATED;
	to->oneof = -1;
	if (from->has_oneof_index && oneof < message->n_oneofs &&
	    !message->oneofs[oneof].synthetic) {
		to->oneof = (int32_t)oneof;
		message->oneofs[oneof].members[message->oneofs[oneof].n++] =
			(uint32_t)(to - message->fields);
	}
	if (symbol) {
		to->message = symbol->message;
		to->values = symbol->values;
	}
	/* protobuf-java goes by the file of the field, not of the enum */
	to->closed = to->values && (syntax_of(file) == SYNTAX_PROTO2 ||
				    (syntax_of(file) == SYNTAX_EDITION && to->values->closed));
	to->strict = to->type == PROTO_STRING &&
		     (syntax_of(file) != SYNTAX_PROTO2 || message->entry ||
		      (file->options && file->options->java_string_check_utf8));
	note_presence(to, from, file);
	message->has_required |= to->required;
	if (from->options)
		note_options(to, from->options);
	/* connect.type is for the signed 32-bit types alone */
	if (to->type != PROTO_INT32 && to->type != PROTO_SINT32 && to->type != PROTO_SFIXED32)
		memset(to->narrow, 0, sizeof(to->narrow));
}

static bool is_number(const struct proto_field *field)
{
	return !field->repeated && field->type != PROTO_STRING && field->type != PROTO_BYTES &&
	       field->type != PROTO_MESSAGE && field->type != PROTO_FLOAT &&
	       field->type != PROTO_DOUBLE;
}

static const struct special {
	const char *name;
	enum proto_special special;
	const char *parts[SPECIAL_PARTS];
} specials[] = {
	{"google.protobuf.Timestamp", SPECIAL_TIMESTAMP, {"seconds", "nanos"}},
	{"google.type.Date", SPECIAL_DATE, {"year", "month", "day"}},
	{"google.type.TimeOfDay", SPECIAL_TIME, {"hours", "minutes", "seconds", "nanos"}},
	{"confluent.type.Decimal", SPECIAL_CONFLUENT_DECIMAL, {"value", "precision", "scale"}},
	{"additionalTypes.Decimal",
	 SPECIAL_GLUE_DECIMAL,
	 {"units", "fraction", "precision", "scale"}},
	{"google.protobuf.DoubleValue", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.FloatValue", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.Int64Value", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.UInt64Value", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.Int32Value", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.UInt32Value", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.BoolValue", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.StringValue", SPECIAL_WRAPPER, {"value"}},
	{"google.protobuf.BytesValue", SPECIAL_WRAPPER, {"value"}},
};

/* A message of a special name counts as such only if it has the parts. */
static void note_special(struct proto_message *message, const struct special *s)
{
	for (size_t i = 0; i < SPECIAL_PARTS && s->parts[i]; i++) {
		uint32_t f = 0;

		while (f < message->n_fields && !slice_is(message->fields[f].name, s->parts[i]))
			f++;
		if (f == message->n_fields)
			return;
		if (s->special == SPECIAL_WRAPPER
			    ? message->fields[f].message || message->fields[f].repeated
		    : s->special == SPECIAL_CONFLUENT_DECIMAL && i == 0
			    ? message->fields[f].type != PROTO_BYTES
			    : !is_number(&message->fields[f]))
			return;
		message->part[i] = (int32_t)f;
	}
	message->special = s->special;
}

static void add_part(struct proto_parts *parts, bool oneof, uint32_t index)
{
	parts->p[parts->n++] = (struct proto_part){oneof, index};
}

/*
 * Confluent prints the oneofs first; Glue the plain fields, the oneofs, and then the
 * fields that proto3 calls optional.
 */
static void order_parts(struct proto_message *message, struct arena *arena)
{
	struct proto_parts *confluent = &message->boxed[CONNECT_CONFLUENT];
	struct proto_parts *glue = &message->boxed[CONNECT_GLUE];
	size_t room = (message->n_fields + message->n_oneofs + 1) * sizeof(struct proto_part);

	confluent->p = arena_take(arena, room);
	glue->p = arena_take(arena, room);
	message->flat.p = arena_take(arena, room);
	for (uint32_t i = 0; i < message->n_fields; i++) {
		add_part(&message->flat, false, i);
		if (message->fields[i].oneof < 0 && !message->fields[i].nullable)
			add_part(glue, false, i);
	}
	for (uint32_t i = 0; i < message->n_oneofs; i++)
		if (!message->oneofs[i].synthetic) {
			add_part(confluent, true, i);
			add_part(glue, true, i);
		}
	for (uint32_t i = 0; i < message->n_fields; i++)
		if (message->fields[i].oneof < 0) {
			add_part(confluent, false, i);
			if (message->fields[i].nullable)
				add_part(glue, false, i);
		}
}

static int by_number(const void *a, const void *b)
{
	const struct proto_numbered *x = a, *y = b;

	return x->number != y->number ? (x->number > y->number) - (x->number < y->number)
				      : (x->index > y->index) - (x->index < y->index);
}

/* Numbers are mostly small and dense: those are found in a table, the rest by search. */
static void index_numbers(struct proto_message *message, struct arena *arena)
{
	uint32_t limit = 2 * message->n_fields + 64;

	message->n_by_number = limit;
	message->by_number = arena_take(arena, limit * sizeof(*message->by_number));
	message->sorted = arena_take(arena, (message->n_fields + 1) * sizeof(*message->sorted));
	for (uint32_t i = 0; i < message->n_fields; i++) {
		uint32_t number = message->fields[i].number;

		if (number >= limit)
			message->sorted[message->n_sorted++] = (struct proto_numbered){number, i};
		else if (!message->by_number[number])
			message->by_number[number] = i + 1;
	}
	qsort(message->sorted, message->n_sorted, sizeof(*message->sorted), by_number);
}

void field_finish(struct proto_message *message, struct arena *arena)
{
	for (size_t i = 0; i < SPECIAL_PARTS; i++)
		message->part[i] = -1;
	for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++)
		if (slice_is(message->name, specials[i].name))
			note_special(message, &specials[i]);
	order_parts(message, arena);
	index_numbers(message, arena);
}

/* Confluent's converter knows the entries of a map by their look, also those of no map. */
static bool looks_like_entry(const struct proto_message *message)
{
	return slice_ends(message->name, SLICE("Entry")) && message->n_fields == 2 &&
	       slice_is(message->fields[0].name, "key") &&
	       slice_is(message->fields[1].name, "value") && !message->fields[0].repeated &&
	       !message->fields[1].repeated && !message->fields[0].message;
}

void field_maps(struct proto_message *message)
{
	for (uint32_t i = 0; i < message->n_fields; i++) {
		struct proto_field *field = &message->fields[i];
		bool map = field->repeated && field->message && looks_like_entry(field->message);

		field->map[CONNECT_CONFLUENT] = map;
		field->map[CONNECT_GLUE] = map && field->message->entry;
	}
}
