#include "defaults.h"

#include "base/num.h"
#include "connect/print.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

/* What a hostile schema may cost, in some sixteen bytes of JSON that are looked at. */
#define TRIES_MAX 20000000

static bool whole_number(struct slice json, int64_t least, int64_t most, int64_t *n)
{
	return json_type_of(json) == JSON_NUMBER && num_i64(json, n) && *n >= least && *n <= most;
}

/* The member of an object that a record's field names; else the field's own default. */
static struct slice field_value(struct parse *parse, uint32_t slot, struct slice object)
{
	struct slice name = parse_field_name(parse, slot), value = parse->defaults[slot];
	struct json_walk walk;
	struct json_member member;

	parse->tries += (uint32_t)(object.n / 16);
	json_walk(&walk, object);
	while (json_next(&walk, &member)) {
		if (slice_eq(member.name, name))
			value = member.value;
	}
	return value;
}

static bool elements_fit(struct parse *parse, uint32_t item, struct slice json)
{
	struct json_walk walk;
	struct json_member member;

	json_walk(&walk, json);
	while (json_next(&walk, &member)) {
		if (!default_fits(parse, item, member.value))
			return false;
	}
	return true;
}

static bool record_fits(struct parse *parse, const struct node *node, struct slice json)
{
	for (uint32_t i = 0; i < node->n_slots && parse->tries < TRIES_MAX; i++) {
		struct slice value = field_value(parse, node->slots + i, json);

		/* The field's own default is looked at where the field is. */
		if (!value.p ||
		    (value.p != parse->defaults[node->slots + i].p &&
		     !default_fits(parse, parse->plan->slots[node->slots + i].node, value)))
			return false;
	}
	return true;
}

static bool a_branch_fits(struct parse *parse, const struct node *node, struct slice json)
{
	for (uint32_t i = 0; i < node->n_slots; i++) {
		if (default_fits(parse, parse->plan->slots[node->slots + i].node, json))
			return true;
	}
	return false;
}

bool default_fits(struct parse *parse, uint32_t self, struct slice json)
{
	const struct node *node = &parse->plan->nodes[self];
	enum json_type type = json_type_of(json);
	int64_t n;

	/* Unions within unions could be tried for ever. */
	if (parse->tries++ >= TRIES_MAX)
		return true;
	switch (node->kind) {
	case NODE_NULL:
		return type == JSON_NULL;
	case NODE_BOOLEAN:
		return type == JSON_TRUE || type == JSON_FALSE;
	case NODE_INT:
		return whole_number(json, INT32_MIN, INT32_MAX, &n);
	case NODE_LONG:
		return whole_number(json, INT64_MIN, INT64_MAX, &n);
	case NODE_FLOAT:
	case NODE_DOUBLE:
		return type == JSON_NUMBER;
	case NODE_BYTES:
	case NODE_STRING:
	case NODE_FIXED:
	case NODE_ENUM:
		return type == JSON_STRING;
	case NODE_ARRAY:
	case NODE_ENTRIES:
		return type == JSON_ARRAY && elements_fit(parse, node->item, json);
	case NODE_MAP:
		return type == JSON_OBJECT && elements_fit(parse, node->item, json);
	case NODE_UNION:
	case NODE_NULLABLE:
		return a_branch_fits(parse, node, json);
	default:
		return type == JSON_OBJECT && record_fits(parse, node, json);
	}
}

static bool add_integer(const struct node *node, struct slice json, struct buf *to)
{
	bool is_int = node->kind == NODE_INT;
	int64_t n;

	if (!whole_number(json, is_int ? INT32_MIN : INT64_MIN, is_int ? INT32_MAX : INT64_MAX, &n))
		return false;
	if (node->meaning == MEANS_TIME && (n < 0 || n > 86400000))
		return false;
	if (node->meaning == MEANS_INT8)
		n = (int8_t)n;
	else if (node->meaning == MEANS_INT16)
		n = (int16_t)n;
	connect_add_int(to, n);
	return true;
}

static bool add_real(const struct node *node, struct slice json, struct buf *to)
{
	char text[400];

	if (json_type_of(json) != JSON_NUMBER || json.n >= sizeof text)
		return false;
	memcpy(text, json.p, json.n);
	text[json.n] = '\0';
	if (node->kind == NODE_FLOAT)
		connect_add_float(to, (float)strtod(text, NULL));
	else
		connect_add_double(to, strtod(text, NULL));
	return true;
}

/* Each character is a byte; '?' stands for those above U+00FF, as in Java's ISO-8859-1. */
static void to_latin1(struct buf *text)
{
	const unsigned char *p = (const unsigned char *)text->p, *end = p + text->len;
	size_t n = 0;

	while (p < end) {
		unsigned char c = *p++;

		if (c >= 0xc4)
			text->p[n++] = '?';
		else if (c >= 0xc2)
			text->p[n++] = (char)((c & 3) << 6 | (*p & 63));
		else if (c < 0x80)
			text->p[n++] = (char)c;
		while (p < end && (*p & 0xc0) == 0x80)
			p++;
	}
	text->len = n;
}

static bool add_bytes(struct parse *parse, const struct node *node, struct slice json,
		      struct buf *to)
{
	struct buf bytes = {0};
	bool ok = true;

	if (json_type_of(json) != JSON_STRING)
		return false;
	json_unescape(json_raw(json), &bytes);
	to_latin1(&bytes);
	if (node->meaning == MEANS_DECIMAL)
		ok = connect_add_decimal(to, buf_slice(&bytes), node->scale,
					 parse->plan->form.decimal);
	else
		connect_add_bytes(to, buf_slice(&bytes));
	buf_free(&bytes);
	return ok;
}

static bool add_string(struct slice json, struct buf *to)
{
	struct buf text = {0};

	if (json_type_of(json) != JSON_STRING)
		return false;
	json_unescape(json_raw(json), &text);
	connect_add_string(to, buf_slice(&text));
	buf_free(&text);
	return true;
}

static bool add_elements(struct parse *parse, const struct node *node, struct slice json,
			 struct buf *to)
{
	bool is_map = node->kind == NODE_MAP;
	struct json_walk walk;
	struct json_member member;
	char separator = is_map ? '{' : '[';
	uint32_t item = node->item;
	bool first = true;

	if (json_type_of(json) != (is_map ? JSON_OBJECT : JSON_ARRAY))
		return false;
	json_walk(&walk, json);
	for (; json_next(&walk, &member); first = false) {
		buf_addc(to, first ? separator : ',');
		if (is_map) {
			buf_add(to, member.name.p - 1, member.name.n + 2);
			buf_addc(to, ':');
		}
		if (!default_add(parse, item, member.value, to))
			return false;
	}
	if (first)
		buf_addc(to, separator);
	buf_addc(to, is_map ? '}' : ']');
	return true;
}

static bool add_record(struct parse *parse, struct node node, struct slice json, struct buf *to)
{
	if (json_type_of(json) != JSON_OBJECT)
		return false;
	for (uint32_t i = 0; i < node.n_slots; i++) {
		struct slot slot = parse->plan->slots[node.slots + i];
		struct slice value = field_value(parse, node.slots + i, json);

		/* The texts may be what is appended to. */
		buf_room(to, slot.text.n);
		buf_adds(to, plan_text(parse->plan, slot.text));
		if (!value.p || value.p == parse->defaults[node.slots + i].p ||
		    parse->tries >= TRIES_MAX || !default_add(parse, slot.node, value, to))
			return false;
	}
	if (node.n_slots == 0)
		buf_addc(to, '{');
	buf_addc(to, '}');
	return true;
}

static bool add_nullable(struct parse *parse, struct node node, struct slice json, struct buf *to)
{
	for (uint32_t i = 0; i < node.n_slots; i++) {
		uint32_t type = parse->plan->slots[node.slots + i].node;

		if (parse->plan->nodes[type].kind == NODE_NULL && json_type_of(json) == JSON_NULL) {
			BUF_LIT(to, "null");
			return true;
		}
		if (parse->plan->nodes[type].kind != NODE_NULL && json_type_of(json) != JSON_NULL)
			return default_add(parse, type, json, to);
	}
	return false;
}

bool default_add(struct parse *parse, uint32_t self, struct slice json, struct buf *to)
{
	const struct node *node = &parse->plan->nodes[self];

	if (node->refused)
		return false;
	switch (node->kind) {
	case NODE_BOOLEAN:
		if (json_type_of(json) != JSON_TRUE && json_type_of(json) != JSON_FALSE)
			return false;
		buf_adds(to, json);
		return true;
	case NODE_INT:
	case NODE_LONG:
		return add_integer(node, json, to);
	case NODE_FLOAT:
	case NODE_DOUBLE:
		return add_real(node, json, to);
	case NODE_BYTES:
	case NODE_FIXED:
		return add_bytes(parse, node, json, to);
	case NODE_STRING:
	case NODE_ENUM:
		return add_string(json, to);
	case NODE_ARRAY:
	case NODE_MAP:
		return add_elements(parse, node, json, to);
	case NODE_RECORD:
		return add_record(parse, *node, json, to);
	case NODE_NULLABLE:
		return add_nullable(parse, *node, json, to);
	default:
		return false;
	}
}
