#include "typed.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"
#include "print.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

struct compiler {
	struct arena *arena;
	struct codec_fault *fault;
	struct buf text;
};

/* The members that mean something. */
struct parts {
	struct slice type, items, keys, values, fields, field, optional, name, defaults, parameters;
};

static const char *const kinds[] = {
	"boolean", "int8",   "int16", "int32", "int64", "float",
	"double",  "string", "bytes", "array", "map",	"struct",
};

const char *typed_name(enum typed_kind kind)
{
	return kinds[kind];
}

static struct parts take_parts(struct slice schema)
{
	struct parts parts = {0};
	const struct {
		struct slice name, *to;
	} known[] = {
		{SLICE("type"), &parts.type},	      {SLICE("items"), &parts.items},
		{SLICE("keys"), &parts.keys},	      {SLICE("values"), &parts.values},
		{SLICE("fields"), &parts.fields},     {SLICE("field"), &parts.field},
		{SLICE("optional"), &parts.optional}, {SLICE("name"), &parts.name},
		{SLICE("default"), &parts.defaults},  {SLICE("parameters"), &parts.parameters},
	};
	struct json_walk walk;
	struct json_member m;

	for (json_walk(&walk, schema); json_next(&walk, &m);)
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			if (json_is(m.name, known[i].name))
				*known[i].to = m.value;
	return parts;
}

static bool is_type(struct slice value, enum json_type type)
{
	return value.p && json_type_of(value) == type;
}

static struct slice unescape(struct compiler *c, struct slice string)
{
	buf_reset(&c->text);
	json_unescape(json_raw(string), &c->text);
	return arena_copy(c->arena, buf_slice(&c->text));
}

static bool take_kind(struct compiler *c, const struct parts *parts, struct typed *t)
{
	if (!is_type(parts->type, JSON_STRING))
		return codec_fail(c->fault, CODEC_SCHEMA, "schema without a 'type'");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (json_is(json_raw(parts->type), slice_of(kinds[i]))) {
			t->kind = (enum typed_kind)i;
			return true;
		}
	}
	return codec_fail(c->fault, CODEC_SCHEMA, "schema of unknown type %.*s",
			  (int)utf8_cut(parts->type.p, parts->type.n, 60), parts->type.p);
}

static bool take_scale(struct compiler *c, const struct parts *parts, struct typed *t)
{
	struct json_walk walk;
	struct json_member m;
	int64_t scale;

	if (!is_type(parts->parameters, JSON_OBJECT))
		return true;
	for (json_walk(&walk, parts->parameters); json_next(&walk, &m);) {
		if (m.type != JSON_STRING)
			return codec_fail(c->fault, CODEC_SCHEMA,
					  "schema with a parameter that is no string");
		if (t->logical != LOGICAL_DECIMAL || !json_is(m.name, SLICE("scale")))
			continue;
		t->has_scale = num_i64(json_raw(m.value), &scale) && scale == (int32_t)scale;
		t->scale = (int32_t)scale;
		if (!t->has_scale)
			return codec_fail(c->fault, CODEC_SCHEMA, "decimal whose scale is no int");
	}
	return true;
}

static void take_logical(const struct parts *parts, struct typed *t)
{
	static const struct slice prefix = {"org.apache.kafka.connect.data.", 30};
	static const char *const names[] = {[LOGICAL_DECIMAL] = "Decimal",
					    [LOGICAL_DATE] = "Date",
					    [LOGICAL_TIME] = "Time",
					    [LOGICAL_TIMESTAMP] = "Timestamp"};
	struct slice name = is_type(parts->name, JSON_STRING) ? json_raw(parts->name) : SLICE("");

	if (!slice_starts(name, prefix))
		return;
	name = (struct slice){name.p + prefix.n, name.n - prefix.n};
	for (int i = LOGICAL_DECIMAL; i <= LOGICAL_TIMESTAMP; i++)
		if (slice_is(name, names[i]))
			t->logical = (enum typed_logical)i;
}

static struct typed *compile(struct compiler *c, struct slice schema, unsigned depth);

static int by_name(const void *a, const void *b)
{
	const struct typed_field *x = *(struct typed_field *const *)a,
				 *y = *(struct typed_field *const *)b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int order = n ? memcmp(x->name.p, y->name.p, n) : 0;

	return order ? order : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

static bool take_field(struct compiler *c, struct typed *t, const struct json_member *m,
		       unsigned depth)
{
	struct typed_field *field = &t->fields[t->n];
	struct buf quoted = {0};
	struct parts parts;

	if (m->type != JSON_OBJECT)
		return codec_fail(c->fault, CODEC_SCHEMA, "struct with a field that is no object");
	parts = take_parts(m->value);
	if (!is_type(parts.field, JSON_STRING))
		return codec_fail(c->fault, CODEC_SCHEMA, "struct with a field without a name");
	field->name = unescape(c, parts.field);
	connect_add_string(&quoted, field->name);
	field->quoted = arena_copy(c->arena, buf_slice(&quoted));
	buf_free(&quoted);
	field->order = (uint32_t)t->n;
	field->type = compile(c, m->value, depth);
	t->by_name[t->n++] = field;
	return field->type != NULL;
}

static bool take_fields(struct compiler *c, const struct parts *parts, struct typed *t,
			unsigned depth)
{
	struct json_walk walk;
	struct json_member m;
	size_t n = 0;

	if (!is_type(parts->fields, JSON_ARRAY))
		return codec_fail(c->fault, CODEC_SCHEMA, "struct whose 'fields' is no array");
	for (json_walk(&walk, parts->fields); json_next(&walk, &m);)
		n++;
	t->fields = arena_take(c->arena, (n + 1) * sizeof *t->fields);
	t->by_name = arena_take(c->arena, (n + 1) * sizeof(struct typed_field *));
	for (json_walk(&walk, parts->fields); json_next(&walk, &m);)
		if (!take_field(c, t, &m, depth))
			return false;
	qsort(t->by_name, t->n, sizeof(struct typed_field *), by_name);
	for (size_t i = 1; i < t->n; i++)
		if (slice_eq(t->by_name[i - 1]->name, t->by_name[i]->name))
			return codec_fail(
				c->fault, CODEC_SCHEMA, "struct with two fields '%.*s'",
				(int)utf8_cut(t->by_name[i]->name.p, t->by_name[i]->name.n, 60),
				t->by_name[i]->name.p);
	return true;
}

static bool take_inner(struct compiler *c, const struct parts *parts, struct typed *t,
		       unsigned depth)
{
	switch (t->kind) {
	case TYPED_STRUCT:
		return take_fields(c, parts, t, depth);
	case TYPED_ARRAY:
		if (!is_type(parts->items, JSON_OBJECT))
			return codec_fail(c->fault, CODEC_SCHEMA, "array without 'items'");
		t->value = compile(c, parts->items, depth);
		return t->value != NULL;
	case TYPED_MAP:
		if (!is_type(parts->keys, JSON_OBJECT) || !is_type(parts->values, JSON_OBJECT))
			return codec_fail(c->fault, CODEC_SCHEMA, "map without 'keys' or 'values'");
		t->key = compile(c, parts->keys, depth);
		t->value = t->key ? compile(c, parts->values, depth) : NULL;
		return t->value != NULL;
	default:
		return true;
	}
}

static struct typed *compile(struct compiler *c, struct slice schema, unsigned depth)
{
	struct typed *t = arena_take(c->arena, sizeof *t);
	struct parts parts = take_parts(schema);

	if (depth > TYPED_DEPTH_MAX) {
		codec_fail(c->fault, CODEC_SCHEMA, "schema nested more than %d deep",
			   TYPED_DEPTH_MAX);
		return NULL;
	}
	take_logical(&parts, t);
	if (!take_kind(c, &parts, t) || !take_scale(c, &parts, t) ||
	    !take_inner(c, &parts, t, depth + 1))
		return NULL;
	t->optional = is_type(parts.optional, JSON_TRUE);
	if (parts.defaults.p && !is_type(parts.defaults, JSON_NULL))
		t->defaults = arena_copy(c->arena, parts.defaults);
	return t;
}

struct typed *typed_new(struct arena *arena, struct slice schema, struct codec_fault *fault)
{
	struct compiler c = {.arena = arena, .fault = fault};
	struct typed *t = compile(&c, schema, 0);

	buf_free(&c.text);
	return t;
}

const struct typed_field *typed_find(const struct typed *type, struct slice name)
{
	struct typed_field key = {.name = name}, *wanted = &key, **found;

	found = bsearch(&wanted, type->by_name, type->n, sizeof(struct typed_field *), by_name);
	return found ? *found : NULL;
}
