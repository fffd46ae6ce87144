#include "parse.h"

#include "descriptor.pb-c.h"
#include "frame.h"
#include "option.h"

#define NUMBER_MAX 536870911 /* 2^29 - 1 */

#define NEW(p, type, init)                                                                         \
	__extension__({                                                                            \
		struct type *new_one = arena_take((p)->arena, sizeof(*new_one));                   \
		init(new_one);                                                                     \
		new_one;                                                                           \
	})
#define APPEND(p, to, list, item)                                                                  \
	((to)->n_##list = parser_append((p), (void ***)&(to)->list, (to)->n_##list, (item)))

static char *text_of(struct parser *p, struct slice text)
{
	char *copy = arena_take(p->arena, text.n + 1);

	memcpy(copy, text.p, text.n);
	return copy;
}

/* Takes a name as text of its own; NULL with a fault. */
static char *take_name(struct parser *p, const char *what)
{
	char *name;

	if (p->lex.kind != TOKEN_NAME) {
		parser_expected(p, what);
		return NULL;
	}
	name = text_of(p, p->lex.text);
	lex_next(&p->lex);
	return name;
}

/* Takes a dotted name, also with a dot in front. */
static char *take_dotted(struct parser *p, const char *what)
{
	struct lexer from = p->lex;
	size_t room = 1, n = 0;
	char *name;

	parser_take(p, ".");
	do {
		if (p->lex.kind != TOKEN_NAME) {
			parser_expected(p, what);
			return NULL;
		}
		room += p->lex.text.n + 1;
		lex_next(&p->lex);
	} while (parser_take(p, "."));
	name = arena_take(p->arena, room + 1);
	for (; from.text.p != p->lex.text.p; lex_next(&from)) {
		memcpy(name + n, from.text.p, from.text.n);
		n += from.text.n;
	}
	return name;
}

/* Everything up to the semicolon: reserved, extensions. */
static bool skip_statement(struct parser *p)
{
	while (!parser_take(p, ";")) {
		if (p->lex.kind == TOKEN_END || p->lex.kind == TOKEN_BAD || lex_is(&p->lex, "}"))
			return parser_expected(p, "';'");
		if (lex_is(&p->lex, "[") || lex_is(&p->lex, "{") ? !parser_skip_brackets(p)
								 : (lex_next(&p->lex), false))
			return false;
	}
	return true;
}

static bool parse_number(struct parser *p, int64_t least, int64_t most, int32_t *number)
{
	bool negative = parser_take(p, "-");
	uint64_t value;

	if (!lex_integer(&p->lex, &value) || value > (uint64_t)1 << 31)
		return parser_expected(p, "a number");
	if ((negative ? -(int64_t)value : (int64_t)value) < least ||
	    (negative ? -(int64_t)value : (int64_t)value) > most)
		return parser_expected(p, "a number in range");
	*number = (int32_t)(negative ? -(int64_t)value : (int64_t)value);
	lex_next(&p->lex);
	return true;
}

/* The scalar type of this name, 0 if it is a message or an enum. */
static FieldDescriptorProto__Type scalar_type(const char *name)
{
	static const char *const names[] = {
		[FIELD_DESCRIPTOR_PROTO__TYPE__DOUBLE] = "double",
		[FIELD_DESCRIPTOR_PROTO__TYPE__FLOAT] = "float",
		[FIELD_DESCRIPTOR_PROTO__TYPE__INT64] = "int64",
		[FIELD_DESCRIPTOR_PROTO__TYPE__UINT64] = "uint64",
		[FIELD_DESCRIPTOR_PROTO__TYPE__INT32] = "int32",
		[FIELD_DESCRIPTOR_PROTO__TYPE__FIXED64] = "fixed64",
		[FIELD_DESCRIPTOR_PROTO__TYPE__FIXED32] = "fixed32",
		[FIELD_DESCRIPTOR_PROTO__TYPE__BOOL] = "bool",
		[FIELD_DESCRIPTOR_PROTO__TYPE__STRING] = "string",
		[FIELD_DESCRIPTOR_PROTO__TYPE__BYTES] = "bytes",
		[FIELD_DESCRIPTOR_PROTO__TYPE__UINT32] = "uint32",
		[FIELD_DESCRIPTOR_PROTO__TYPE__SFIXED32] = "sfixed32",
		[FIELD_DESCRIPTOR_PROTO__TYPE__SFIXED64] = "sfixed64",
		[FIELD_DESCRIPTOR_PROTO__TYPE__SINT32] = "sint32",
		[FIELD_DESCRIPTOR_PROTO__TYPE__SINT64] = "sint64",
	};

	for (size_t i = 1; i < sizeof(names) / sizeof(*names); i++)
		if (names[i] && strcmp(names[i], name) == 0)
			return (FieldDescriptorProto__Type)i;
	return (FieldDescriptorProto__Type)0;
}

static void set_type(struct FieldDescriptorProto *field, char *name)
{
	FieldDescriptorProto__Type type = scalar_type(name);

	if (type) {
		field->has_type = true;
		field->type = type;
	} else {
		field->type_name = name;
	}
}

static struct FieldDescriptorProto *new_field(struct parser *p, char *name, int32_t number,
					      FieldDescriptorProto__Label label)
{
	struct FieldDescriptorProto *field =
		NEW(p, FieldDescriptorProto, field_descriptor_proto__init);

	field->name = name;
	field->has_number = field->has_label = true;
	field->number = number;
	field->label = label;
	return field;
}

/* snake_case to SnakeCaseEntry, as protoc names the entries of a map */
static char *entry_name(struct parser *p, const char *field)
{
	char *name = arena_take(p->arena, strlen(field) + sizeof("Entry"));
	bool upper = true;
	size_t n = 0;

	for (; *field; field++) {
		bool lower = *field >= 'a' && *field <= 'z';

		if (*field != '_')
			name[n++] = upper && lower ? (char)(*field - 'a' + 'A') : *field;
		upper = *field == '_';
	}
	memcpy(name + n, "Entry", sizeof("Entry"));
	return name;
}

/* map<K, V> name = n, with `map` taken */
static bool parse_map(struct parser *p, struct DescriptorProto *message)
{
	struct DescriptorProto *entry = NEW(p, DescriptorProto, descriptor_proto__init);
	struct FieldDescriptorProto *key, *value, *field;
	char *key_type, *value_type, *name;
	int32_t number;

	if (!parser_want(p, "<") || !(key_type = take_dotted(p, "the type of the keys")) ||
	    !parser_want(p, ",") || !(value_type = take_dotted(p, "the type of the values")) ||
	    !parser_want(p, ">") || !(name = take_name(p, "the name of a field")) ||
	    !parser_want(p, "=") || !parse_number(p, 1, NUMBER_MAX, &number))
		return false;
	key = new_field(p, text_of(p, SLICE("key")), 1, FIELD_DESCRIPTOR_PROTO__LABEL__OPTIONAL);
	value = new_field(p, text_of(p, SLICE("value")), 2,
			  FIELD_DESCRIPTOR_PROTO__LABEL__OPTIONAL);
	set_type(key, key_type);
	set_type(value, value_type);
	APPEND(p, entry, field, key);
	APPEND(p, entry, field, value);
	entry->name = entry_name(p, name);
	entry->options = NEW(p, MessageOptions, message_options__init);
	entry->options->has_map_entry = entry->options->map_entry = true;
	APPEND(p, message, nested_type, entry);
	field = new_field(p, name, number, FIELD_DESCRIPTOR_PROTO__LABEL__REPEATED);
	field->type_name = entry->name;
	APPEND(p, message, field, field);
	return parser_field_options(p, &field->options) && parser_want(p, ";");
}

static bool parse_body(struct parser *p, struct DescriptorProto *message, unsigned depth);

/* [label] type name = n [options]; or a group */
static bool parse_field(struct parser *p, struct DescriptorProto *message, int oneof,
			unsigned depth)
{
	FieldDescriptorProto__Label label = FIELD_DESCRIPTOR_PROTO__LABEL__OPTIONAL;
	struct FieldDescriptorProto *field;
	struct DescriptorProto *group = NULL;
	char *type, *name;
	int32_t number;
	bool optional;

	optional = parser_take(p, "optional");
	if (parser_take(p, "required"))
		label = FIELD_DESCRIPTOR_PROTO__LABEL__REQUIRED;
	else if (parser_take(p, "repeated"))
		label = FIELD_DESCRIPTOR_PROTO__LABEL__REPEATED;
	if (parser_take(p, "map"))
		return parse_map(p, message);
	if (!(type = take_dotted(p, "a type")) || !(name = take_name(p, "the name of a field")) ||
	    !parser_want(p, "=") || !parse_number(p, 1, NUMBER_MAX, &number))
		return false;
	field = new_field(p, name, number, label);
	if (oneof >= 0) {
		field->has_oneof_index = true;
		field->oneof_index = oneof;
	} else if (optional && p->proto3) {
		field->has_proto3_optional = field->proto3_optional = true;
	}
	APPEND(p, message, field, field);
	if (!parser_field_options(p, &field->options))
		return false;
	if (strcmp(type, "group") != 0) {
		set_type(field, type);
		return parser_want(p, ";");
	}
	group = NEW(p, DescriptorProto, descriptor_proto__init);
	group->name = name;
	field->name = text_of(p, slice_of(name));
	for (char *c = field->name; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	field->has_type = true;
	field->type = FIELD_DESCRIPTOR_PROTO__TYPE__GROUP;
	field->type_name = name;
	APPEND(p, message, nested_type, group);
	return parser_want(p, "{") && parse_body(p, group, depth + 1);
}

static bool parse_oneof(struct parser *p, struct DescriptorProto *message, unsigned depth)
{
	struct OneofDescriptorProto *oneof =
		NEW(p, OneofDescriptorProto, oneof_descriptor_proto__init);
	struct option_marks ignored = {0};
	int index = (int)message->n_oneof_decl;

	if (!(oneof->name = take_name(p, "the name of a oneof")) || !parser_want(p, "{"))
		return false;
	APPEND(p, message, oneof_decl, oneof);
	while (!parser_take(p, "}")) {
		if (parser_take(p, ";"))
			continue;
		if (parser_take(p, "option") ? !parser_option(p, &ignored)
					     : !parse_field(p, message, index, depth))
			return false;
	}
	return true;
}

static bool parse_enum_value(struct parser *p, struct EnumDescriptorProto *to)
{
	struct EnumValueDescriptorProto *value =
		NEW(p, EnumValueDescriptorProto, enum_value_descriptor_proto__init);
	struct FieldOptions *ignored;

	if (!(value->name = take_name(p, "the name of a value")) || !parser_want(p, "=") ||
	    !parse_number(p, INT32_MIN, INT32_MAX, &value->number) ||
	    !parser_field_options(p, &ignored) || !parser_want(p, ";"))
		return false;
	value->has_number = true;
	APPEND(p, to, value, value);
	return true;
}

static struct EnumDescriptorProto *parse_enum(struct parser *p)
{
	struct EnumDescriptorProto *to = NEW(p, EnumDescriptorProto, enum_descriptor_proto__init);
	struct option_marks marks = {0};

	if (!(to->name = take_name(p, "the name of an enum")) || !parser_want(p, "{"))
		return NULL;
	while (!parser_take(p, "}")) {
		if (parser_take(p, ";"))
			continue;
		if (parser_take(p, "option")	 ? !parser_option(p, &marks)
		    : parser_take(p, "reserved") ? !skip_statement(p)
						 : !parse_enum_value(p, to))
			return NULL;
	}
	if (marks.features) {
		to->options = NEW(p, EnumOptions, enum_options__init);
		to->options->features = marks.features;
	}
	return to;
}

/* Its fields make no difference; the messages of its groups are declared around it. */
static bool parse_extend(struct parser *p, struct DescriptorProto *around, unsigned depth)
{
	struct DescriptorProto *fields = NEW(p, DescriptorProto, descriptor_proto__init);

	if (!take_dotted(p, "the message to extend") || !parser_want(p, "{"))
		return false;
	while (!parser_take(p, "}"))
		if (!parser_take(p, ";") && !parse_field(p, fields, -1, depth))
			return false;
	for (size_t i = 0; i < fields->n_nested_type; i++)
		APPEND(p, around, nested_type, fields->nested_type[i]);
	return true;
}

static struct DescriptorProto *parse_message(struct parser *p, unsigned depth)
{
	struct DescriptorProto *message = NEW(p, DescriptorProto, descriptor_proto__init);

	if (!(message->name = take_name(p, "the name of a message")) || !parser_want(p, "{") ||
	    !parse_body(p, message, depth))
		return NULL;
	return message;
}

/* protoc makes a oneof of its own, behind the others, for each proto3 `optional`. */
static void add_synthetic_oneofs(struct parser *p, struct DescriptorProto *message)
{
	for (size_t i = 0; i < message->n_field; i++) {
		struct FieldDescriptorProto *field = message->field[i];
		struct OneofDescriptorProto *oneof;

		if (!field->proto3_optional)
			continue;
		oneof = NEW(p, OneofDescriptorProto, oneof_descriptor_proto__init);
		oneof->name = arena_take(p->arena, strlen(field->name) + 2);
		oneof->name[0] = '_';
		memcpy(oneof->name + 1, field->name, strlen(field->name));
		field->has_oneof_index = true;
		field->oneof_index = (int32_t)message->n_oneof_decl;
		APPEND(p, message, oneof_decl, oneof);
	}
}

static bool parse_member(struct parser *p, struct DescriptorProto *message, unsigned depth)
{
	struct option_marks ignored = {0};

	if (parser_take(p, "message")) {
		struct DescriptorProto *nested = parse_message(p, depth + 1);

		return nested && APPEND(p, message, nested_type, nested);
	}
	if (parser_take(p, "enum")) {
		struct EnumDescriptorProto *nested = parse_enum(p);

		return nested && APPEND(p, message, enum_type, nested);
	}
	if (parser_take(p, "oneof"))
		return parse_oneof(p, message, depth);
	if (parser_take(p, "option"))
		return parser_option(p, &ignored);
	if (parser_take(p, "reserved") || parser_take(p, "extensions"))
		return skip_statement(p);
	if (parser_take(p, "extend"))
		return parse_extend(p, message, depth);
	return parser_take(p, ";") || parse_field(p, message, -1, depth);
}

static bool parse_body(struct parser *p, struct DescriptorProto *message, unsigned depth)
{
	if (depth >= PROTO_PATH_MAX)
		return codec_fail(p->fault, CODEC_SCHEMA, "%.*s:%u: messages nest too deep",
				  SLICE_ARG(p->name), p->lex.line);
	while (!parser_take(p, "}"))
		if (!parse_member(p, message, depth))
			return false;
	add_synthetic_oneofs(p, message);
	return true;
}

static bool parse_import(struct parser *p, struct FileDescriptorProto *file)
{
	bool options = parser_take(p, "option"); /* of no use but for options */
	char *name;

	if (!parser_take(p, "public"))
		parser_take(p, "weak");
	if (p->lex.kind != TOKEN_STRING)
		return parser_expected(p, "the name of a file");
	name = lex_take_strings(&p->lex, p->arena);
	if (!options)
		APPEND(p, file, dependency, name);
	return parser_want(p, ";");
}

static bool parse_syntax(struct parser *p, struct FileDescriptorProto *file, bool edition)
{
	char *value;

	if (!parser_want(p, "="))
		return false;
	if (p->lex.kind != TOKEN_STRING)
		return parser_expected(p, "a string");
	value = lex_take_strings(&p->lex, p->arena);
	p->proto3 = !edition && strcmp(value, "proto3") == 0;
	file->syntax = edition ? text_of(p, SLICE("editions")) : value;
	return parser_want(p, ";");
}

static bool parse_service(struct parser *p)
{
	if (!take_name(p, "the name of a service"))
		return false;
	return lex_is(&p->lex, "{") ? parser_skip_brackets(p) : parser_expected(p, "'{'");
}

static bool parse_statement(struct parser *p, struct FileDescriptorProto *file,
			    struct option_marks *marks, struct DescriptorProto *top)
{
	/* who may see a type (edition 2024) is for protoc to say */
	if (!parser_take(p, "export"))
		parser_take(p, "local");
	if (parser_take(p, "message")) {
		struct DescriptorProto *message = parse_message(p, 0);

		return message && APPEND(p, top, nested_type, message);
	}
	if (parser_take(p, "enum")) {
		struct EnumDescriptorProto *enumeration = parse_enum(p);

		return enumeration && APPEND(p, top, enum_type, enumeration);
	}
	if (parser_take(p, "syntax"))
		return parse_syntax(p, file, false);
	if (parser_take(p, "edition"))
		return parse_syntax(p, file, true);
	if (parser_take(p, "import"))
		return parse_import(p, file);
	if (parser_take(p, "package"))
		return (file->package = take_dotted(p, "a package")) && parser_want(p, ";");
	if (parser_take(p, "option"))
		return parser_option(p, marks);
	if (parser_take(p, "extend"))
		return parse_extend(p, top, 0);
	if (parser_take(p, "service"))
		return parse_service(p);
	return parser_take(p, ";") ||
	       parser_expected(p, "a message, an enum or another definition");
}

struct FileDescriptorProto *parse_proto(struct slice name, struct slice content,
					struct arena *arena, struct codec_fault *fault)
{
	struct parser p = {.arena = arena, .name = name, .fault = fault};
	struct option_marks marks = {0};
	struct FileDescriptorProto *file;
	struct DescriptorProto top;

	if (name.n > 100)
		p.name = (struct slice){name.p + name.n - 100, 100};
	descriptor_proto__init(&top);
	file = NEW(&p, FileDescriptorProto, file_descriptor_proto__init);
	file->name = text_of(&p, name);
	for (lex_start(&p.lex, content); p.lex.kind != TOKEN_END;)
		if (!parse_statement(&p, file, &marks, &top))
			return NULL;
	file->n_message_type = top.n_nested_type;
	file->message_type = top.nested_type;
	file->n_enum_type = top.n_enum_type;
	file->enum_type = top.enum_type;
	if (marks.features || marks.java_string_check_utf8) {
		file->options = NEW(&p, FileOptions, file_options__init);
		file->options->features = marks.features;
		file->options->has_java_string_check_utf8 = true;
		file->options->java_string_check_utf8 = marks.java_string_check_utf8;
	}
	return file;
}
