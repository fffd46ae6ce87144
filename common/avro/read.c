#include "avro.h"

#include "entries.h"
#include "wire.h"

#include "base/utf8.h"
#include "connect/print.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>

/* Items of no bytes at all in one datum, such as records without fields. */
#define IDLE_MAX   (1u << 20)
#define DAY_MILLIS 86400000

struct reader {
	struct avro_schema *plan;
	struct wire wire;
	struct buf *to;
	size_t base;
	unsigned depth;	   /* of brackets */
	uint32_t idle;	   /* items that took no bytes */
	uint32_t anything; /* which member the last Anything had */
	bool placed;	   /* the fault names a field */
};

static bool read_value(struct reader *r, uint32_t index);

/* Fills the fault, with the position; false. */
#define fail(r, ...) wire_fail(&(r)->wire, __VA_ARGS__)

/* Says which field it was; the innermost one is the first to come here. */
static bool fail_in(struct reader *r, const struct slot *slot)
{
	struct slice text = plan_text(r->plan, slot->text);
	size_t n = strlen(r->wire.fault->text);

	if (!r->placed) {
		snprintf(r->wire.fault->text + n, sizeof r->wire.fault->text - n, " (field '%.*s')",
			 (int)text.n - 4, text.p + 2);
		utf8_mend(r->wire.fault->text, strlen(r->wire.fault->text));
	}
	r->placed = true;
	return false;
}

/* --- bounds ------------------------------------------------------------------------ */

static bool enter(struct reader *r, unsigned brackets)
{
	r->depth += brackets;
	if (r->depth > AVRO_DEPTH_MAX)
		return fail(r, "nested more than %d deep", AVRO_DEPTH_MAX);
	if (r->to->len - r->base > AVRO_JSON_MAX)
		return fail(r, "it would be more than %u bytes of JSON", AVRO_JSON_MAX);
	return true;
}

/* After an item that began at `from`. */
static inline bool check_item(struct reader *r, const unsigned char *from)
{
	if (r->wire.p == from && ++r->idle > IDLE_MAX)
		return fail(r, "more than %u items of no bytes", IDLE_MAX);
	if (r->to->len - r->base > AVRO_JSON_MAX)
		return fail(r, "it would be more than %u bytes of JSON", AVRO_JSON_MAX);
	return true;
}

/* --- leaves ------------------------------------------------------------------------ */

static bool read_small(struct reader *r, const struct node *node)
{
	int32_t n;

	if (!wire_int(&r->wire, &n))
		return false;
	if (node->meaning == MEANS_INT8)
		n = (int8_t)n;
	else if (node->meaning == MEANS_INT16)
		n = (int16_t)n;
	else if (node->meaning == MEANS_TIME && (n < 0 || n > DAY_MILLIS))
		return fail(r, "%" PRId32 " is no time of day in milliseconds", n);
	connect_add_int(r->to, n);
	return true;
}

static bool read_float(struct reader *r)
{
	struct slice bytes;
	uint32_t bits;
	float value;

	if (!wire_take(&r->wire, sizeof bits, &bytes))
		return false;
	memcpy(&bits, bytes.p, sizeof bits);
	bits = le32toh(bits);
	memcpy(&value, &bits, sizeof value);
	connect_add_float(r->to, value);
	return true;
}

static bool read_double(struct reader *r)
{
	struct slice bytes;
	uint64_t bits;
	double value;

	if (!wire_take(&r->wire, sizeof bits, &bytes))
		return false;
	memcpy(&bits, bytes.p, sizeof bits);
	bits = le64toh(bits);
	memcpy(&value, &bits, sizeof value);
	connect_add_double(r->to, value);
	return true;
}

static bool add_bytes(struct reader *r, const struct node *node, struct slice bytes)
{
	if (node->meaning != MEANS_DECIMAL)
		connect_add_bytes(r->to, bytes);
	else if (!connect_add_decimal(r->to, bytes, node->scale, r->plan->form.decimal))
		return fail(r, "a decimal of %zu bytes", bytes.n);
	return true;
}

static bool read_bytes(struct reader *r, const struct node *node)
{
	struct slice bytes;

	if (node->kind == NODE_FIXED)
		return wire_take(&r->wire, node->size, &bytes) && add_bytes(r, node, bytes);
	return wire_counted(&r->wire, &bytes) && add_bytes(r, node, bytes);
}

static bool read_string(struct reader *r)
{
	struct slice text;

	if (!wire_counted(&r->wire, &text))
		return false;
	connect_add_string(r->to, text);
	return true;
}

static bool read_enum(struct reader *r, const struct node *node)
{
	int32_t n;

	if (!wire_int(&r->wire, &n))
		return false;
	if (n < 0 || (uint32_t)n >= node->n_slots)
		return fail(r, "symbol %" PRId32 " of an enum of %" PRIu32, n, node->n_slots);
	buf_adds(r->to, plan_text(r->plan, r->plan->slots[node->slots + (uint32_t)n].text));
	return true;
}

/* --- records and unions -------------------------------------------------------------- */

static bool read_record(struct reader *r, const struct node *node)
{
	const struct slot *slot = r->plan->slots + node->slots, *end = slot + node->n_slots;

	if (!enter(r, 1))
		return false;
	if (slot == end)
		buf_addc(r->to, '{');
	for (; slot < end; slot++) {
		buf_adds(r->to, plan_text(r->plan, slot->text));
		if (!read_value(r, slot->node))
			return fail_in(r, slot);
	}
	buf_addc(r->to, '}');
	r->depth--;
	return true;
}

/* The branch that comes next; its type may be null. */
static inline const struct slot *read_branch(struct reader *r, const struct node *node)
{
	int32_t n;

	if (!wire_int(&r->wire, &n))
		return NULL;
	if (n < 0 || (uint32_t)n >= node->n_slots) {
		fail(r, "branch %" PRId32 " of a union of %" PRIu32, n, node->n_slots);
		return NULL;
	}
	return &r->plan->slots[node->slots + (uint32_t)n];
}

static bool read_nullable(struct reader *r, const struct node *node)
{
	const struct slot *branch = read_branch(r, node);

	if (!branch)
		return false;
	if (r->plan->nodes[branch->node].kind != NODE_NULL)
		return read_value(r, branch->node);
	buf_adds(r->to, plan_text(r->plan, node->null_text));
	return true;
}

/* Confluent's converter puts bytes into a fixed of that length if it comes before them. */
static struct span member_of(struct reader *r, const struct node *node, const struct slot *branch)
{
	const struct slot *slot = r->plan->slots + node->slots;
	struct wire ahead = r->wire;
	struct codec_fault unused;
	struct slice bytes = SLICE_NONE;

	ahead.fault = &unused;
	if (r->plan->nodes[branch->node].kind != NODE_BYTES ||
	    r->plan->form.profile != CONNECT_CONFLUENT || !wire_counted(&ahead, &bytes))
		return branch->text;
	for (; slot < branch; slot++) {
		const struct node *type = &r->plan->nodes[slot->node];

		if (type->kind == NODE_FIXED && type->size == bytes.n)
			return slot->text;
	}
	return branch->text;
}

static bool read_union(struct reader *r, const struct node *node)
{
	const struct slot *branch = read_branch(r, node);
	struct span all = node->members, own;

	if (!branch)
		return false;
	if (r->plan->nodes[branch->node].kind == NODE_NULL) {
		BUF_LIT(r->to, "null");
		return true;
	}
	if (r->plan->form.union_form == UNION_VALUE)
		return read_value(r, branch->node);
	if (!enter(r, 1))
		return false;
	own = member_of(r, node, branch);
	buf_adds(r->to, plan_text(r->plan, (struct span){all.at, own.at - all.at}));
	if (!read_value(r, branch->node))
		return false;
	own.at += own.n;
	buf_adds(r->to, plan_text(r->plan, (struct span){own.at, all.at + all.n - own.at}));
	r->depth--;
	return true;
}

static bool read_anything(struct reader *r, const struct node *node)
{
	uint32_t set = node->n_slots;

	for (uint32_t i = 0; i < node->n_slots; i++) {
		const struct slot *field = &r->plan->slots[node->slots + i];
		const struct slot *branch = read_branch(r, &r->plan->nodes[field->node]);
		size_t at = r->to->len;

		if (!branch)
			return fail_in(r, field);
		if (r->plan->nodes[branch->node].kind == NODE_NULL)
			continue;
		if (!read_value(r, branch->node))
			return fail_in(r, field);
		if (set < node->n_slots)
			r->to->len = at;
		else
			set = i;
	}
	if (set == node->n_slots)
		BUF_LIT(r->to, "null");
	r->anything = set;
	return true;
}

/* --- arrays and maps ------------------------------------------------------------------ */

static bool read_array(struct reader *r, const struct node *node)
{
	bool first = true;
	int64_t n;

	if (!enter(r, 1))
		return false;
	buf_addc(r->to, '[');
	do {
		if (!wire_block(&r->wire, &n))
			return false;
		for (int64_t i = 0; i < n; i++) {
			const unsigned char *from = r->wire.p;

			if (!first)
				buf_addc(r->to, ',');
			first = false;
			if (!read_value(r, node->item) || !check_item(r, from))
				return false;
		}
	} while (n);
	buf_addc(r->to, ']');
	r->depth--;
	return true;
}

static uint32_t offset(const struct reader *r)
{
	return (uint32_t)(r->to->len - r->base);
}

static bool read_member(struct reader *r, const struct node *node)
{
	struct entry entry = {.key = offset(r)};

	if (!read_string(r))
		return false;
	entry.key_end = offset(r);
	buf_addc(r->to, ':');
	if (!read_value(r, node->item))
		return false;
	entry.end = offset(r);
	entries_add(r->plan, entry);
	return true;
}

/* The value was printed before the key: they change places, with a byte between them. */
static void swap(struct reader *r, struct entry *entry, uint32_t key, char between)
{
	char *start = r->to->p + r->base;
	size_t key_n = offset(r) - key, value_n = key - entry->key;

	buf_reset(&r->plan->scratch);
	buf_add(&r->plan->scratch, start + key, key_n);
	buf_addc(r->to, between);
	start = r->to->p + r->base + entry->key;
	memmove(start + key_n + 1, start, value_n);
	memcpy(start, r->plan->scratch.p, key_n);
	start[key_n] = between;
	entry->key_end = entry->key + (uint32_t)key_n;
}

/* A key that is null is the text "null" in an object. */
static void name_null(struct reader *r, uint32_t key)
{
	if (r->to->p[r->base + key] == '"')
		return;
	r->to->len = r->base + key;
	BUF_LIT(r->to, "\"null\"");
}

static bool read_entry(struct reader *r, const struct node *node, bool *all_strings)
{
	const struct node *record = &r->plan->nodes[node->item];
	const struct slot *first = &r->plan->slots[record->slots];
	char between = node->shape == ENTRIES_OBJECT ? ':' : ',';
	struct entry entry = {.key = offset(r)};
	uint32_t key = entry.key;

	if (node->value_first) {
		if (!read_value(r, first[0].node))
			return fail_in(r, &first[0]);
		key = offset(r);
	}
	if (!read_value(r, first[node->value_first].node))
		return fail_in(r, &first[node->value_first]);
	*all_strings = *all_strings && r->anything == 6;
	if (node->shape == ENTRIES_OBJECT)
		name_null(r, key);
	if (node->value_first) {
		swap(r, &entry, key, between);
	} else {
		entry.key_end = offset(r);
		buf_addc(r->to, between);
		if (!read_value(r, first[1].node))
			return fail_in(r, &first[1]);
	}
	entry.end = offset(r);
	entries_add(r->plan, entry);
	return true;
}

static bool read_map(struct reader *r, const struct node *node)
{
	bool is_map = node->kind == NODE_MAP, first = true, all_strings = true;
	enum entries_shape shape = is_map ? ENTRIES_OBJECT : (enum entries_shape)node->shape;
	bool pairs = shape != ENTRIES_OBJECT;
	struct printed_map map = {r->to, r->base, r->to->len, r->plan->n_entries,
				  pairs ? ENTRIES_PAIRS : ENTRIES_OBJECT};
	int64_t n;

	if (!enter(r, pairs ? 2 : 1))
		return false;
	buf_addc(r->to, pairs ? '[' : '{');
	do {
		if (!wire_block(&r->wire, &n))
			return false;
		for (int64_t i = 0; i < n; i++) {
			const unsigned char *from = r->wire.p;

			if (!first)
				buf_addc(r->to, ',');
			first = false;
			if (pairs)
				buf_addc(r->to, '[');
			if (!(is_map ? read_member(r, node) : read_entry(r, node, &all_strings)) ||
			    !check_item(r, from))
				return false;
			if (pairs)
				buf_addc(r->to, ']');
		}
	} while (n);
	buf_addc(r->to, pairs ? ']' : '}');
	if (shape == ENTRIES_BY_KEYS)
		shape = all_strings ? ENTRIES_OBJECT : ENTRIES_PAIRS;
	entries_settle(r->plan, &map, shape);
	r->depth -= pairs ? 2 : 1;
	return true;
}

/* --- any value --------------------------------------------------------------------------- */

static bool read_boolean(struct reader *r)
{
	if (r->wire.p == r->wire.end)
		return fail(r, "a boolean is cut off");
	buf_adds(r->to, *r->wire.p++ == 1 ? SLICE("true") : SLICE("false"));
	return true;
}

static bool read_whole(struct reader *r)
{
	int64_t n;

	if (!wire_long(&r->wire, &n))
		return false;
	connect_add_int(r->to, n);
	return true;
}

static bool read_value(struct reader *r, uint32_t index)
{
	const struct node *node = &r->plan->nodes[index];

	if (node->refused)
		return fail(r, "%s", node->refused);
	switch ((enum node_kind)node->kind) {
	case NODE_STRING:
		return read_string(r);
	case NODE_INT:
		return read_small(r, node);
	case NODE_LONG:
		return read_whole(r);
	case NODE_NULLABLE:
		return read_nullable(r, node);
	case NODE_RECORD:
		return read_record(r, node);
	case NODE_DOUBLE:
		return read_double(r);
	case NODE_FLOAT:
		return read_float(r);
	case NODE_BOOLEAN:
		return read_boolean(r);
	case NODE_BYTES:
	case NODE_FIXED:
		return read_bytes(r, node);
	case NODE_ENUM:
		return read_enum(r, node);
	case NODE_UNION:
		return read_union(r, node);
	case NODE_ARRAY:
		return read_array(r, node);
	case NODE_MAP:
	case NODE_ENTRIES:
		return read_map(r, node);
	case NODE_ANYTHING:
		return read_anything(r, node);
	default:
		return fail(r, "a null outside of a union");
	}
}

bool avro_add_json(struct avro_schema *schema, struct slice datum, bool raw_bytes, struct buf *to,
		   struct codec_fault *fault)
{
	const unsigned char *start = (const unsigned char *)(datum.p ? datum.p : "");
	struct reader r = {.plan = schema,
			   .wire = {start, start, start + datum.n, fault},
			   .to = to,
			   .base = to->len};
	const struct node *root = &schema->nodes[schema->root];
	bool ok;

	schema->n_entries = 0;
	if (raw_bytes && root->kind == NODE_BYTES && !root->refused)
		ok = add_bytes(&r, root, datum);
	else
		ok = read_value(&r, schema->root);
	if (!ok)
		to->len = r.base;
	return ok;
}
