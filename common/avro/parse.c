#include "parse.h"

#include "base/mem.h"
#include "base/num.h"
#include "connect/print.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

static const char *const attribute_names[ATTRIBUTES] = {
	[ATTR_TYPE] = "type",
	[ATTR_NAME] = "name",
	[ATTR_NAMESPACE] = "namespace",
	[ATTR_FIELDS] = "fields",
	[ATTR_SYMBOLS] = "symbols",
	[ATTR_ITEMS] = "items",
	[ATTR_VALUES] = "values",
	[ATTR_SIZE] = "size",
	[ATTR_DEFAULT] = "default",
	[ATTR_LOGICAL_TYPE] = "logicalType",
	[ATTR_PRECISION] = "precision",
	[ATTR_SCALE] = "scale",
	[ATTR_CONNECT_NAME] = "connect.name",
	[ATTR_CONNECT_TYPE] = "connect.type",
	[ATTR_CONNECT_VERSION] = "connect.version",
	[ATTR_CONNECT_PARAMETERS] = "connect.parameters",
	[ATTR_CONNECT_DEFAULT] = "connect.default",
	[ATTR_CONNECT_INTERNAL_TYPE] = "connect.internal.type",
};

/* By node_kind. */
static const char *const primitive_names[] = {
	[NODE_REFERENCE] = "",	  [NODE_NULL] = "null",	  [NODE_BOOLEAN] = "boolean",
	[NODE_INT] = "int",	  [NODE_LONG] = "long",	  [NODE_FLOAT] = "float",
	[NODE_DOUBLE] = "double", [NODE_BYTES] = "bytes", [NODE_STRING] = "string",
};

static bool parse_type(struct parse *parse, struct slice value, struct span space, uint32_t *node);

/* --- the plan's arrays ------------------------------------------------------- */

static void *room_for(void *p, uint32_t need, uint32_t *room, size_t size)
{
	if (need <= *room)
		return p;
	while (*room < need)
		*room += *room / 2 + 16;
	return mem_resize(p, *room, size);
}

static uint32_t add_node(struct parse *parse, enum node_kind kind)
{
	struct avro_schema *plan = parse->plan;
	uint32_t i = plan->n_nodes++;

	plan->nodes = room_for(plan->nodes, plan->n_nodes, &plan->room_nodes, sizeof *plan->nodes);
	parse->sources = room_for(parse->sources, plan->n_nodes, &parse->room_sources,
				  sizeof *parse->sources);
	plan->nodes[i] = (struct node){.kind = (uint8_t)kind};
	parse->sources[i] = (struct source){.object = SLICE_NONE};
	return i;
}

static uint32_t add_slots(struct parse *parse, uint32_t node, uint32_t n)
{
	struct avro_schema *plan = parse->plan;
	uint32_t first = plan->n_slots;

	plan->n_slots += n;
	plan->slots = room_for(plan->slots, plan->n_slots, &plan->room_slots, sizeof *plan->slots);
	parse->defaults = room_for(parse->defaults, plan->n_slots, &parse->room_defaults,
				   sizeof *parse->defaults);
	for (uint32_t i = first; i < plan->n_slots; i++) {
		plan->slots[i] = (struct slot){0};
		parse->defaults[i] = SLICE_NONE;
	}
	plan->nodes[node].slots = first;
	plan->nodes[node].n_slots = n;
	return first;
}

/* --- names ------------------------------------------------------------------- */

static bool is_string(struct slice value)
{
	return value.p && json_type_of(value) == JSON_STRING;
}

static struct span unescaped(struct parse *parse, struct slice value)
{
	uint32_t at = (uint32_t)parse->strings.len;

	json_unescape(json_raw(value), &parse->strings);
	return (struct span){at, (uint32_t)parse->strings.len - at};
}

static size_t last_dot(struct slice name)
{
	const char *dot = memrchr(name.p, '.', name.n);

	return dot ? (size_t)(dot - name.p) : 0;
}

/* A name as the namespace makes it full: one with a dot already is. */
static struct span full_name(struct parse *parse, struct span name, struct span space)
{
	uint32_t at = (uint32_t)parse->strings.len;

	if (space.n == 0 || last_dot(parse_string(parse, name)) > 0)
		return name;
	buf_room(&parse->strings, space.n + name.n + 1);
	buf_adds(&parse->strings, parse_string(parse, space));
	buf_addc(&parse->strings, '.');
	buf_adds(&parse->strings, parse_string(parse, name));
	return (struct span){at, space.n + name.n + 1};
}

static struct span namespace_of(const struct parse *parse, struct span full)
{
	return (struct span){full.at, (uint32_t)last_dot(parse_string(parse, full))};
}

struct slice parse_short_name(const struct parse *parse, uint32_t node)
{
	struct slice name = parse_string(parse, parse->sources[node].name);
	size_t dot = last_dot(name);

	return dot ? (struct slice){name.p + dot + 1, name.n - dot - 1} : name;
}

struct slice parse_field_name(const struct parse *parse, uint32_t slot)
{
	struct slice text = plan_text(parse->plan, parse->plan->slots[slot].text);

	return (struct slice){text.p + 2, text.n - 4};
}

static bool parse_reference(struct parse *parse, struct span name, struct span space,
			    uint32_t *node)
{
	struct slice text = parse_string(parse, name);
	const struct name *known;
	struct span full;

	for (uint32_t kind = NODE_NULL; kind <= NODE_STRING; kind++) {
		if (slice_is(text, primitive_names[kind])) {
			*node = parse->primitives[kind];
			return true;
		}
	}
	if (name.n == 0)
		return codec_fail(parse->fault, CODEC_SCHEMA, "schema: a type has an empty name");
	full = full_name(parse, name, space);
	known = names_find(&parse->types, parse_string(parse, full));
	*node = known ? known->value : add_node(parse, NODE_REFERENCE);
	if (!known) {
		parse->sources[*node].name = full;
		names_add(&parse->types, parse_string(parse, full), *node);
	}
	return true;
}

/* --- types ------------------------------------------------------------------- */

static void gather(struct slice object, struct slice attribute[ATTRIBUTES])
{
	struct json_walk walk;
	struct json_member member;

	memset(attribute, 0, ATTRIBUTES * sizeof *attribute);
	json_walk(&walk, object);
	while (json_next(&walk, &member)) {
		for (int i = 0; i < ATTRIBUTES; i++) {
			if (json_is(member.name, slice_of(attribute_names[i])))
				attribute[i] = member.value;
		}
	}
}

static bool is_array(struct slice value)
{
	return value.p && json_type_of(value) == JSON_ARRAY;
}

static uint32_t count_elements(struct slice array)
{
	struct json_walk walk;
	struct json_member member;
	uint32_t n = 0;

	json_walk(&walk, array);
	while (json_next(&walk, &member))
		n++;
	return n;
}

static bool said_twice(struct parse *parse, const char *what, struct slice name, uint32_t node)
{
	struct slice type = parse_string(parse, parse->sources[node].name);

	return codec_fail(parse->fault, CODEC_SCHEMA, "schema: %s '%.*s' comes twice in '%.*s'",
			  what, SLICE_ARG(name), SLICE_ARG(type));
}

static bool parse_field(struct parse *parse, uint32_t node, uint32_t i, struct slice value,
			struct names *seen)
{
	struct slice attribute[ATTRIBUTES] = {0};
	struct slice type = parse_string(parse, parse->sources[node].name);
	struct buf *texts = &parse->plan->texts;
	struct span name, text = {(uint32_t)texts->len, 0};
	uint32_t slot = parse->plan->nodes[node].slots + i, field;

	if (json_type_of(value) == JSON_OBJECT)
		gather(value, attribute);
	if (json_type_of(value) != JSON_OBJECT || !is_string(attribute[ATTR_NAME]) ||
	    !attribute[ATTR_TYPE].p)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a field of '%.*s' lacks name or type", SLICE_ARG(type));
	name = unescaped(parse, attribute[ATTR_NAME]);
	if (name.n == 0)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a field of a record has an empty name");
	if (!names_add(seen, parse_string(parse, name), i))
		return said_twice(parse, "field", parse_string(parse, name), node);
	buf_addc(texts, i ? ',' : '{');
	connect_add_string(texts, parse_string(parse, name));
	buf_addc(texts, ':');
	text.n = (uint32_t)texts->len - text.at;
	if (!parse_type(parse, attribute[ATTR_TYPE], namespace_of(parse, parse->sources[node].name),
			&field))
		return false;
	parse->plan->slots[slot] = (struct slot){field, text};
	parse->defaults[slot] = attribute[ATTR_DEFAULT];
	return true;
}

static bool parse_record(struct parse *parse, uint32_t node)
{
	struct slice fields = parse->sources[node].attribute[ATTR_FIELDS];
	struct slice type = parse_string(parse, parse->sources[node].name);
	struct names seen = {0};
	struct json_walk walk;
	struct json_member member;
	bool ok = true;

	if (!is_array(fields))
		return codec_fail(parse->fault, CODEC_SCHEMA, "schema: record '%.*s' has no fields",
				  SLICE_ARG(type));
	add_slots(parse, node, count_elements(fields));
	json_walk(&walk, fields);
	for (uint32_t i = 0; ok && json_next(&walk, &member); i++)
		ok = parse_field(parse, node, i, member.value, &seen);
	names_free(&seen);
	return ok;
}

static bool parse_symbol(struct parse *parse, uint32_t node, uint32_t slot, struct slice value,
			 struct names *seen)
{
	struct buf *texts = &parse->plan->texts;
	struct span name, text = {(uint32_t)texts->len, 0};

	if (!is_string(value))
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a symbol of an enum is no string");
	name = unescaped(parse, value);
	if (name.n == 0)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a symbol of an enum is empty");
	if (!names_add(seen, parse_string(parse, name), slot))
		return said_twice(parse, "symbol", parse_string(parse, name), node);
	connect_add_string(texts, parse_string(parse, name));
	text.n = (uint32_t)texts->len - text.at;
	parse->plan->slots[slot].text = text;
	return true;
}

static bool is_symbol_or_absent(struct parse *parse, struct slice value, const struct names *seen)
{
	if (!value.p)
		return true;
	return (is_string(value) &&
		names_find(seen, parse_string(parse, unescaped(parse, value)))) ||
	       codec_fail(parse->fault, CODEC_SCHEMA,
			  "schema: the default of an enum is none of its symbols");
}

static bool parse_enum(struct parse *parse, uint32_t node)
{
	struct slice symbols = parse->sources[node].attribute[ATTR_SYMBOLS];
	struct slice type = parse_string(parse, parse->sources[node].name);
	struct names seen = {0};
	struct json_walk walk;
	struct json_member member;
	uint32_t slot;
	bool ok = true;

	if (!is_array(symbols))
		return codec_fail(parse->fault, CODEC_SCHEMA, "schema: enum '%.*s' has no symbols",
				  SLICE_ARG(type));
	slot = add_slots(parse, node, count_elements(symbols));
	json_walk(&walk, symbols);
	while (ok && json_next(&walk, &member))
		ok = parse_symbol(parse, node, slot++, member.value, &seen);
	ok = ok && is_symbol_or_absent(parse, parse->sources[node].attribute[ATTR_DEFAULT], &seen);
	names_free(&seen);
	return ok;
}

static bool parse_fixed(struct parse *parse, uint32_t node)
{
	struct slice type = parse_string(parse, parse->sources[node].name);
	struct slice size = parse->sources[node].attribute[ATTR_SIZE];
	uint64_t n;

	if (!size.p || !num_u64(json_trim(size), &n) || n > INT32_MAX)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: fixed '%.*s' needs a size from 0 to 2147483647",
				  SLICE_ARG(type));
	parse->plan->nodes[node].size = (uint32_t)n;
	return true;
}

/* Finds or makes the node of a type that is defined here; *known: it was defined before. */
static bool define(struct parse *parse, struct slice object, const struct slice *attribute,
		   struct span space, uint32_t *node, bool *known)
{
	struct span name = {0}, full;
	const struct name *entry;

	if (is_string(attribute[ATTR_NAME]))
		name = unescaped(parse, attribute[ATTR_NAME]);
	if (name.n == 0)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a record, enum or fixed has no name");
	if (is_string(attribute[ATTR_NAMESPACE]))
		space = unescaped(parse, attribute[ATTR_NAMESPACE]);
	full = full_name(parse, name, space);
	entry = names_find(&parse->types, parse_string(parse, full));
	*known = entry && parse->plan->nodes[entry->value].kind != NODE_REFERENCE;
	*node = entry ? entry->value : add_node(parse, NODE_REFERENCE);
	/* The same text again, as where a reference was inlined too, does no harm. */
	if (*known && !slice_eq(parse->sources[*node].object, object))
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: type '%.*s' is defined twice",
				  SLICE_ARG(parse_string(parse, full)));
	if (!entry)
		names_add(&parse->types, parse_string(parse, full), *node);
	if (!*known)
		parse->sources[*node].name = full;
	return true;
}

static bool parse_named(struct parse *parse, enum node_kind kind, struct slice object,
			const struct slice *attribute, struct span space, uint32_t *node)
{
	bool known = false;

	if (!define(parse, object, attribute, space, node, &known))
		return false;
	if (known)
		return true;
	parse->plan->nodes[*node].kind = (uint8_t)kind;
	parse->sources[*node].object = object;
	memcpy(parse->sources[*node].attribute, attribute, sizeof parse->sources->attribute);
	if (kind == NODE_RECORD)
		return parse_record(parse, *node);
	return kind == NODE_ENUM ? parse_enum(parse, *node) : parse_fixed(parse, *node);
}

static bool parse_collection(struct parse *parse, enum node_kind kind, struct slice items,
			     struct span space, uint32_t node)
{
	uint32_t item;

	if (!items.p)
		return codec_fail(parse->fault, CODEC_SCHEMA, "schema: %s",
				  kind == NODE_ARRAY ? "an array has no items"
						     : "a map has no values");
	if (!parse_type(parse, items, space, &item))
		return false;
	parse->plan->nodes[node].item = item;
	return true;
}

static bool parse_object(struct parse *parse, struct slice object, struct span space,
			 uint32_t *node)
{
	struct slice attribute[ATTRIBUTES], type;
	enum node_kind kind = NODE_REFERENCE;
	struct span name;

	gather(object, attribute);
	if (!attribute[ATTR_TYPE].p)
		return codec_fail(parse->fault, CODEC_SCHEMA, "schema: a type has no \"type\"");
	if (!is_string(attribute[ATTR_TYPE]))
		return parse_type(parse, attribute[ATTR_TYPE], space, node);
	name = unescaped(parse, attribute[ATTR_TYPE]);
	type = parse_string(parse, name);
	if (slice_is(type, "record") || slice_is(type, "error"))
		return parse_named(parse, NODE_RECORD, object, attribute, space, node);
	if (slice_is(type, "enum"))
		return parse_named(parse, NODE_ENUM, object, attribute, space, node);
	if (slice_is(type, "fixed"))
		return parse_named(parse, NODE_FIXED, object, attribute, space, node);
	if (slice_is(type, "array"))
		kind = NODE_ARRAY;
	else if (slice_is(type, "map"))
		kind = NODE_MAP;
	for (uint32_t i = NODE_NULL; i <= NODE_STRING; i++) {
		if (slice_is(type, primitive_names[i]))
			kind = (enum node_kind)i;
	}
	if (kind == NODE_REFERENCE)
		return parse_reference(parse, name, space, node);
	*node = add_node(parse, kind);
	parse->sources[*node].object = object;
	memcpy(parse->sources[*node].attribute, attribute, sizeof attribute);
	if (kind == NODE_ARRAY || kind == NODE_MAP)
		return parse_collection(parse, kind,
					attribute[kind == NODE_ARRAY ? ATTR_ITEMS : ATTR_VALUES],
					space, *node);
	return true;
}

static bool parse_union(struct parse *parse, struct slice array, struct span space, uint32_t *node)
{
	struct json_walk walk;
	struct json_member member;
	uint32_t slot, branch;

	*node = add_node(parse, NODE_UNION);
	slot = add_slots(parse, *node, count_elements(array));
	json_walk(&walk, array);
	while (json_next(&walk, &member)) {
		if (member.type == JSON_ARRAY)
			return codec_fail(parse->fault, CODEC_SCHEMA,
					  "schema: a union stands directly in another");
		if (!parse_type(parse, member.value, space, &branch))
			return false;
		parse->plan->slots[slot++].node = branch;
	}
	return true;
}

static bool parse_type(struct parse *parse, struct slice value, struct span space, uint32_t *node)
{
	bool ok;

	if (parse->depth == PARSE_DEPTH_MAX)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: more than %d types within each other", PARSE_DEPTH_MAX);
	parse->depth++;
	switch (json_type_of(value)) {
	case JSON_STRING:
		ok = parse_reference(parse, unescaped(parse, value), space, node);
		break;
	case JSON_OBJECT:
		ok = parse_object(parse, value, space, node);
		break;
	case JSON_ARRAY:
		ok = parse_union(parse, value, space, node);
		break;
	default:
		ok = codec_fail(parse->fault, CODEC_SCHEMA,
				"schema: a type is neither a name, an object nor an array");
	}
	parse->depth--;
	return ok;
}

bool parse_text(struct parse *parse, struct slice text, uint32_t *node)
{
	struct json_fault fault;

	if (json_check(text, &fault) == JSON_NONE)
		return codec_fail(parse->fault, CODEC_SCHEMA, "schema: no JSON: %s at byte %zu",
				  fault.what, fault.at);
	return parse_type(parse, json_trim(text), (struct span){0}, node);
}

/* --- names that came before their types ---------------------------------------- */

static uint32_t target_of(const struct parse *parse, uint32_t node)
{
	return parse->plan->nodes[node].kind == NODE_REFERENCE ? parse->plan->nodes[node].item
							       : node;
}

bool parse_resolve(struct parse *parse, uint32_t *root)
{
	struct avro_schema *plan = parse->plan;

	for (uint32_t i = 0; i < plan->n_nodes; i++) {
		const struct name *type;

		if (plan->nodes[i].kind != NODE_REFERENCE)
			continue;
		type = names_find(&parse->types, parse_short_name(parse, i));
		if (!type || plan->nodes[type->value].kind == NODE_REFERENCE)
			return codec_fail(parse->fault, CODEC_SCHEMA,
					  "schema: type '%.*s' is not defined",
					  SLICE_ARG(parse_string(parse, parse->sources[i].name)));
		plan->nodes[i].item = type->value;
	}
	for (uint32_t i = 0; i < plan->n_slots; i++)
		plan->slots[i].node = target_of(parse, plan->slots[i].node);
	for (uint32_t i = 0; i < plan->n_nodes; i++) {
		if (plan->nodes[i].kind == NODE_ARRAY || plan->nodes[i].kind == NODE_MAP)
			plan->nodes[i].item = target_of(parse, plan->nodes[i].item);
	}
	*root = target_of(parse, *root);
	return true;
}

void parse_begin(struct parse *parse, struct avro_schema *plan, struct codec_fault *fault)
{
	*parse = (struct parse){.plan = plan, .fault = fault};
	/* There is something to point at for what has no parts, and for no name. */
	buf_room(&parse->strings, 1);
	plan->slots = room_for(NULL, 1, &plan->room_slots, sizeof *plan->slots);
	for (uint32_t kind = NODE_NULL; kind <= NODE_STRING; kind++)
		parse->primitives[kind] = add_node(parse, (enum node_kind)kind);
}

void parse_end(struct parse *parse)
{
	free(parse->sources);
	free(parse->defaults);
	names_free(&parse->types);
	buf_free(&parse->strings);
}
