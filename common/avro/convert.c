#include "convert.h"

#include "defaults.h"
#include "meaning.h"

#include "base/mem.h"
#include "connect/print.h"
#include "json/scan.h"

#include <stdlib.h>

#define CONFLUENT_TYPES "io.confluent.connect.avro"
#define GLUE_TYPES	"com.amazonaws.services.schemaregistry.kafkaconnect.avrodata"

/* The nodes that the root reaches, each once. */
struct reached {
	uint32_t *list;
	uint32_t n;
	bool *seen;
};

static void reach(struct reached *reached, uint32_t node)
{
	if (reached->seen[node])
		return;
	reached->seen[node] = true;
	reached->list[reached->n++] = node;
}

static bool has_parts(const struct node *node)
{
	return node->kind == NODE_RECORD || node->kind == NODE_UNION;
}

static void reach_all(struct reached *reached, const struct avro_schema *plan, uint32_t root)
{
	reached->list = mem_array(plan->n_nodes, sizeof *reached->list);
	reached->seen = mem_array(plan->n_nodes, sizeof *reached->seen);
	reach(reached, root);
	for (uint32_t i = 0; i < reached->n; i++) {
		const struct node *node = &plan->nodes[reached->list[i]];

		if (node->kind == NODE_ARRAY || node->kind == NODE_MAP)
			reach(reached, node->item);
		for (uint32_t s = 0; has_parts(node) && s < node->n_slots; s++)
			reach(reached, plan->slots[node->slots + s].node);
	}
}

/* --- records that stand for something else ------------------------------------- */

static bool field_is(const struct parse *parse, uint32_t slot, const char *name)
{
	return slice_is(parse_field_name(parse, slot), name);
}

static bool is_named(const struct parse *parse, uint32_t node, const char *name)
{
	return slice_is(parse_string(parse, parse->sources[node].name), name);
}

static bool is_entry(const struct parse *parse, uint32_t node)
{
	struct slice internal = parse->sources[node].attribute[ATTR_CONNECT_INTERNAL_TYPE];
	const char *name = parse->plan->form.profile == CONNECT_GLUE ? GLUE_TYPES ".MapEntry"
								     : CONFLUENT_TYPES ".MapEntry";

	if (parse->plan->nodes[node].kind != NODE_RECORD)
		return false;
	return is_named(parse, node, name) ||
	       (internal.p && slice_is(json_raw(internal), "MapEntry"));
}

/* Both fields of a record of key and value; NULL if it is none. */
static const struct slot *key_and_value(const struct parse *parse, uint32_t node,
					const struct slot **value)
{
	const struct node *record = &parse->plan->nodes[node];
	uint32_t key;

	if (record->n_slots != 2)
		return NULL;
	key = record->slots + !field_is(parse, record->slots, "key");
	*value = &parse->plan->slots[key == record->slots ? key + 1 : key - 1];
	if (!field_is(parse, key, "key") ||
	    !field_is(parse, (uint32_t)(*value - parse->plan->slots), "value"))
		return NULL;
	return &parse->plan->slots[key];
}

/* The type beside null in a field of Anything, which has the default null; -1 if it is not so. */
static int64_t optional_type(const struct parse *parse, uint32_t slot)
{
	const struct avro_schema *plan = parse->plan;
	const struct node *node = &plan->nodes[plan->slots[slot].node];
	struct slice byDefault = parse->defaults[slot];

	if ((node->kind != NODE_UNION && node->kind != NODE_NULLABLE) || node->n_slots != 2 ||
	    plan->nodes[plan->slots[node->slots].node].kind != NODE_NULL || !byDefault.p ||
	    json_type_of(byDefault) != JSON_NULL)
		return -1;
	return plan->slots[node->slots + 1].node;
}

static bool is_anything(const struct parse *parse, uint32_t self)
{
	static const struct {
		const char *name;
		enum node_kind kind;
	} fields[] = {{"boolean", NODE_BOOLEAN}, {"bytes", NODE_BYTES}, {"double", NODE_DOUBLE},
		      {"float", NODE_FLOAT},	 {"int", NODE_INT},	{"long", NODE_LONG},
		      {"string", NODE_STRING},	 {"array", NODE_ARRAY}, {"map", NODE_ARRAY}};
	const struct avro_schema *plan = parse->plan;
	const struct node *node = &plan->nodes[self], *list, *map;
	const struct slot *key, *value;
	uint32_t n = sizeof fields / sizeof *fields;

	if (plan->form.profile != CONNECT_CONFLUENT || node->kind != NODE_RECORD ||
	    node->n_slots != n || !is_named(parse, self, CONFLUENT_TYPES ".Anything"))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		int64_t type = optional_type(parse, node->slots + i);

		if (type < 0 || !field_is(parse, node->slots + i, fields[i].name))
			return false;
		/* The map may have become entries already. */
		if (plan->nodes[type].kind != fields[i].kind &&
		    plan->nodes[type].kind != NODE_ENTRIES)
			return false;
	}
	list = &plan->nodes[optional_type(parse, node->slots + 7)];
	map = &plan->nodes[optional_type(parse, node->slots + 8)];
	key = is_entry(parse, map->item) ? key_and_value(parse, map->item, &value) : NULL;
	return list->item == self && key && key->node == self && value->node == self;
}

/* --- one node -------------------------------------------------------------------- */

static bool refuse_null(struct parse *parse, uint32_t node, const char *where)
{
	if (parse->plan->nodes[node].kind != NODE_NULL)
		return true;
	return codec_fail(parse->fault, CODEC_SCHEMA,
			  "schema: %s is of type null, which only a union may hold", where);
}

static bool convert_record(struct parse *parse, uint32_t self)
{
	const struct node *node = &parse->plan->nodes[self];

	for (uint32_t i = 0; i < node->n_slots; i++) {
		uint32_t slot = node->slots + i, field = parse->plan->slots[slot].node;

		if (!refuse_null(parse, field, "a field"))
			return false;
		if (parse->plan->form.profile == CONNECT_GLUE && parse->defaults[slot].p &&
		    !default_fits(parse, field, parse->defaults[slot]))
			return codec_fail(parse->fault, CODEC_SCHEMA,
					  "schema: the default of field '%.*s' is not of its type",
					  SLICE_ARG(parse_field_name(parse, slot)));
	}
	return true;
}

static bool convert_array(struct parse *parse, struct node *node)
{
	const struct slot *key, *value;

	if (!refuse_null(parse, node->item, "an array's item"))
		return false;
	if (!is_entry(parse, node->item))
		return true;
	key = key_and_value(parse, node->item, &value);
	if (!key)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a map as an array of entries needs entries of exactly "
				  "key and value");
	node->kind = NODE_ENTRIES;
	node->value_first = value < key;
	return true;
}

static bool convert_union(struct parse *parse, struct node *node)
{
	const struct avro_schema *plan = parse->plan;
	uint32_t nulls = 0;

	for (uint32_t i = 0; i < node->n_slots; i++)
		nulls += plan->nodes[plan->slots[node->slots + i].node].kind == NODE_NULL;
	if (nulls > 1)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: null comes twice in a union");
	if (nulls == node->n_slots)
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a union has no type but null");
	/* Confluent's converter looks through a union of one type, Glue's does not. */
	if (node->n_slots - nulls == 1 && (nulls || plan->form.profile == CONNECT_CONFLUENT))
		node->kind = NODE_NULLABLE;
	return true;
}

static bool convert_node(struct parse *parse, uint32_t self)
{
	struct node *node = &parse->plan->nodes[self];

	if (!meaning_of(parse, self))
		return false;
	switch (node->kind) {
	case NODE_ARRAY:
		return convert_array(parse, node);
	case NODE_MAP:
		return refuse_null(parse, node->item, "a map's value");
	case NODE_RECORD:
		if (!convert_record(parse, self))
			return false;
		if (is_anything(parse, self))
			node->kind = NODE_ANYTHING;
		return true;
	case NODE_UNION:
		return convert_union(parse, node);
	default:
		return true;
	}
}

/* --- when all kinds are known ------------------------------------------------------- */

static enum entries_shape shape_of(const struct parse *parse, const struct node *entries)
{
	const struct avro_schema *plan = parse->plan;
	const struct node *record = &plan->nodes[entries->item], *key;

	key = &plan->nodes[plan->slots[record->slots + entries->value_first].node];
	if (key->kind == NODE_ANYTHING)
		return ENTRIES_BY_KEYS;
	for (uint32_t i = 0; key->kind == NODE_NULLABLE && i < key->n_slots; i++) {
		const struct node *type = &plan->nodes[plan->slots[key->slots + i].node];

		if (type->kind != NODE_NULL)
			key = type;
	}
	return key->kind == NODE_STRING || key->kind == NODE_ENUM ? ENTRIES_OBJECT : ENTRIES_PAIRS;
}

static void add_null_text(struct parse *parse, uint32_t self)
{
	struct node *node = &parse->plan->nodes[self];
	struct slice json = parse->sources[self].attribute[ATTR_CONNECT_DEFAULT];
	struct buf *texts = &parse->plan->texts;
	size_t at = texts->len;

	node->null_text = (struct span){0, 4};
	if (!json.p || node->refused)
		return;
	if (default_add(parse, self, json, texts))
		node->null_text = (struct span){(uint32_t)at, (uint32_t)(texts->len - at)};
	else
		texts->len = at;
}

static void pass_null_text(const struct avro_schema *plan, struct node *node)
{
	for (uint32_t i = 0; node->kind == NODE_NULLABLE && i < node->n_slots; i++) {
		const struct node *type = &plan->nodes[plan->slots[node->slots + i].node];

		if (type->kind != NODE_NULL)
			node->null_text = type->null_text;
	}
}

/* A member's name: a named type's without its namespace, else the type's. */
static struct slice member_name(const struct parse *parse, uint32_t type)
{
	static const char *const names[] = {
		[NODE_BOOLEAN] = "boolean", [NODE_INT] = "int",	      [NODE_LONG] = "long",
		[NODE_FLOAT] = "float",	    [NODE_DOUBLE] = "double", [NODE_BYTES] = "bytes",
		[NODE_STRING] = "string",   [NODE_ARRAY] = "array",   [NODE_ENTRIES] = "array",
		[NODE_MAP] = "map",
	};
	enum node_kind kind = parse->plan->nodes[type].kind;

	if (kind < sizeof names / sizeof *names && names[kind])
		return slice_of(names[kind]);
	return parse_short_name(parse, type);
}

static bool add_member(struct parse *parse, struct slot *slot, struct names *seen, bool first)
{
	struct buf *texts = &parse->plan->texts;
	const struct node *type = &parse->plan->nodes[slot->node];
	struct slice name = member_name(parse, slot->node);

	if (!names_add(seen, name, slot->node))
		return codec_fail(parse->fault, CODEC_SCHEMA,
				  "schema: a union has two types of the name '%.*s'",
				  SLICE_ARG(name));
	buf_addc(texts, first ? '{' : ',');
	connect_add_string(texts, name);
	buf_addc(texts, ':');
	slot->text = (struct span){(uint32_t)texts->len, type->null_text.n};
	buf_room(texts, type->null_text.n);
	buf_adds(texts, plan_text(parse->plan, type->null_text));
	return true;
}

/*
 * In a union that holds bytes and fixed Connect finds the member by the value: a fixed
 * goes to bytes, in Confluent's converter only if they come before it. (The reverse, by
 * length, the reader sees to.)
 */
static void fixed_as_bytes(const struct avro_schema *plan, const struct node *node)
{
	struct slot *slots = plan->slots + node->slots;
	bool glue = plan->form.profile == CONNECT_GLUE;

	for (uint32_t b = 0; b < node->n_slots; b++) {
		if (plan->nodes[slots[b].node].kind != NODE_BYTES)
			continue;
		for (uint32_t i = glue ? 0 : b + 1; i < node->n_slots; i++) {
			if (plan->nodes[slots[i].node].kind == NODE_FIXED)
				slots[i].text = slots[b].text;
		}
	}
}

static bool add_members(struct parse *parse, struct node *node)
{
	struct avro_schema *plan = parse->plan;
	struct names seen = {0};
	bool ok = true, first = true;

	node->members.at = (uint32_t)plan->texts.len;
	for (uint32_t i = 0; ok && i < node->n_slots; i++) {
		struct slot *slot = &plan->slots[node->slots + i];
		struct node *type = &plan->nodes[slot->node];

		if (type->kind == NODE_NULL)
			continue;
		ok = add_member(parse, slot, &seen, first);
		first = false;
		if (type->kind == NODE_ENTRIES && plan->form.union_form == UNION_MEMBER)
			type->refused = "a map as an array of entries in a union of several types";
	}
	buf_addc(&plan->texts, '}');
	node->members.n = (uint32_t)plan->texts.len - node->members.at;
	fixed_as_bytes(plan, node);
	names_free(&seen);
	return ok;
}

bool convert_plan(struct parse *parse, uint32_t root)
{
	struct avro_schema *plan = parse->plan;
	struct reached reached = {0};
	bool ok = refuse_null(parse, root, "the schema");

	reach_all(&reached, plan, root);
	for (uint32_t i = 0; ok && i < reached.n; i++)
		ok = convert_node(parse, reached.list[i]);
	for (uint32_t i = 0; ok && i < reached.n; i++) {
		struct node *node = &plan->nodes[reached.list[i]];

		if (node->kind == NODE_ENTRIES)
			node->shape = (uint8_t)shape_of(parse, node);
		add_null_text(parse, reached.list[i]);
	}
	for (uint32_t i = 0; ok && i < reached.n; i++) {
		struct node *node = &plan->nodes[reached.list[i]];

		pass_null_text(plan, node);
		if (node->kind == NODE_UNION)
			ok = add_members(parse, node);
	}
	free(reached.list);
	free(reached.seen);
	return ok;
}
