#include "envelope.h"

#include "base/b64.h"
#include "base/list.h"
#include "connect/json.h"
#include "integer.h"
#include "jackson.h"
#include "members.h"
#include "print.h"
#include "typed.h"
#include "json/scan.h"
#include "json/text.h"

#define SCHEMAS	   16 /* that are kept compiled */
#define DAY_MS	   86400000
#define DIGITS_MAX 1000 /* of a decimal that is written as a number: Jackson's limit, too */

struct known {
	struct buf text;
	struct arena arena;
	struct typed *type;
};

struct connect_envelope {
	enum connect_decimal decimal;
	struct connect_json *json;
	struct jackson jackson;
	struct members members;
	struct known known[SCHEMAS];
	unsigned next;		     /* of them to be given up */
	LIST_OF(struct slice) found; /* values of the fields of all structs that are open */
	struct buf text, bytes;	     /* of a name, of base64 */
	struct codec_fault *fault;
};

struct connect_envelope *connect_envelope_new(enum connect_decimal decimal)
{
	struct connect_envelope *e = mem_alloc(sizeof *e);

	e->decimal = decimal;
	e->json = connect_json_new();
	return e;
}

void connect_envelope_free(struct connect_envelope *e)
{
	if (!e)
		return;
	connect_json_free(e->json);
	jackson_free(&e->jackson);
	members_free(&e->members);
	for (size_t i = 0; i < SCHEMAS; i++) {
		buf_free(&e->known[i].text);
		arena_empty(&e->known[i].arena);
	}
	list_free(&e->found);
	buf_free(&e->text);
	buf_free(&e->bytes);
	free(e);
}

static const struct typed *find_schema(struct connect_envelope *e, struct slice text)
{
	struct known *known;

	for (size_t i = 0; i < SCHEMAS; i++)
		if (e->known[i].type && slice_eq(buf_slice(&e->known[i].text), text))
			return e->known[i].type;
	known = &e->known[e->next];
	e->next = (e->next + 1) % SCHEMAS;
	arena_empty(&known->arena);
	buf_reset(&known->text);
	buf_adds(&known->text, text);
	known->type = typed_new(&known->arena, text, e->fault);
	return known->type;
}

/* --- values without parts --------------------------------------------------------- */

static bool add(struct connect_envelope *e, struct buf *to, const struct typed *t,
		struct slice value);

/* Also for a value of the wrong type, which may be the default itself. */
static bool add_null(struct connect_envelope *e, struct buf *to, const struct typed *t,
		     struct slice value)
{
	if (t->defaults.p && t->defaults.p != value.p)
		return add(e, to, t, t->defaults);
	if (!t->optional)
		return codec_fail(e->fault, CODEC_DATA, "null for a required %s",
				  typed_name(t->kind));
	BUF_LIT(to, "null");
	return true;
}

/* What is no number counts as 0. */
static struct slice number_of(struct slice value)
{
	return json_type_of(value) == JSON_NUMBER ? value : SLICE("0");
}

static void add_integer(struct buf *to, const struct typed *t, struct slice value)
{
	int64_t number = connect_json_long(number_of(value));

	if (t->kind == TYPED_INT8)
		number = (int8_t)number;
	else if (t->kind == TYPED_INT16)
		number = (int16_t)number;
	else if (t->kind == TYPED_INT32)
		number = (int32_t)number;
	connect_add_int(to, number);
}

/* The bytes of base64, in which blanks may stand. */
static bool take_bytes(struct connect_envelope *e, struct slice value)
{
	size_t n = 0;
	ssize_t len;

	buf_reset(&e->bytes);
	json_unescape(json_raw(value), &e->bytes);
	for (size_t i = 0; i < e->bytes.len; i++)
		if ((unsigned char)e->bytes.p[i] > ' ')
			e->bytes.p[n++] = e->bytes.p[i];
	buf_room(&e->bytes, 1);
	len = b64_decode(e->bytes.p, e->bytes.p, n);
	if (len < 0)
		return codec_fail(e->fault, CODEC_DATA, "bytes that are no base64");
	e->bytes.len = (size_t)len;
	return true;
}

static bool add_bytes(struct connect_envelope *e, struct buf *to, const struct typed *t,
		      struct slice value)
{
	if (json_type_of(value) != JSON_STRING)
		return add_null(e, to, t, value);
	if (!take_bytes(e, value))
		return false;
	connect_add_bytes(to, buf_slice(&e->bytes));
	return true;
}

/* --- logical types ---------------------------------------------------------------- */

/* The digits of a literal and how many of them stand behind the point. */
static bool take_decimal(struct slice number, struct slice *digits, int64_t *scale)
{
	char exponent[24] = "0";
	size_t n = 0, point;

	while (n < number.n && (number.p[n] | 0x20) != 'e')
		n++;
	if (n < number.n && number.n - n > 12)
		return false;
	if (n < number.n)
		memcpy(exponent, number.p + n + 1, number.n - n - 1);
	number.n = n;
	*scale = -strtol(exponent, NULL, 10);
	for (point = 0; point < n && number.p[point] != '.';)
		point++;
	*scale += point < n ? (int64_t)(n - point - 1) : 0;
	*digits = number.p[0] == '-' ? (struct slice){number.p + 1, n - 1} : number;
	return n <= DIGITS_MAX;
}

static bool add_decimal_number(struct connect_envelope *e, struct buf *to, const struct typed *t,
			       struct slice value)
{
	struct slice digits;
	int64_t scale;

	if (e->decimal == DECIMAL_STRING)
		buf_addc(to, '"');
	if (e->decimal != DECIMAL_BASE64)
		buf_adds(to, value);
	if (e->decimal == DECIMAL_STRING)
		buf_addc(to, '"');
	if (e->decimal != DECIMAL_BASE64)
		return true;
	if (!take_decimal(value, &digits, &scale) || scale != t->scale)
		return codec_fail(e->fault, CODEC_DATA,
				  "decimal whose scale is not the %d of its schema", t->scale);
	buf_reset(&e->bytes);
	integer_add(&e->bytes, digits, value.p[0] == '-');
	connect_add_bytes(to, buf_slice(&e->bytes));
	return true;
}

static bool add_decimal(struct connect_envelope *e, struct buf *to, const struct typed *t,
			struct slice value)
{
	if (!t->has_scale)
		return codec_fail(e->fault, CODEC_SCHEMA, "decimal without a scale");
	if (json_type_of(value) == JSON_NUMBER)
		return add_decimal_number(e, to, t, value);
	if (json_type_of(value) != JSON_STRING)
		return codec_fail(e->fault, CODEC_DATA, "decimal that is no number and no text");
	if (!take_bytes(e, value))
		return false;
	if (!connect_add_decimal(to, buf_slice(&e->bytes), t->scale, e->decimal))
		return codec_fail(e->fault, CODEC_DATA, "decimal of %zu bytes", e->bytes.len);
	return true;
}

static bool add_date(struct connect_envelope *e, struct buf *to, const struct typed *t,
		     struct slice value)
{
	bool is_integer = json_type_of(value) == JSON_NUMBER && connect_json_is_integer(value);
	/* Past 20 digits it wraps, and is no int either way. */
	int64_t number = is_integer ? connect_json_long(value) : 0;
	bool fits = value.n < 20 && number == (int32_t)number;

	if (!is_integer || (t->logical != LOGICAL_TIMESTAMP && !fits))
		return codec_fail(e->fault, CODEC_DATA, "date or time that is no integer");
	if (t->logical == LOGICAL_TIME && (number < 0 || number > DAY_MS))
		return codec_fail(e->fault, CODEC_DATA, "time that is not within a day");
	connect_add_int(to, number);
	return true;
}

/* --- values with parts ------------------------------------------------------------ */

static bool add_array(struct connect_envelope *e, struct buf *to, const struct typed *t,
		      struct slice value)
{
	bool first = true;
	struct json_walk walk;
	struct json_member m;

	buf_addc(to, '[');
	json_walk(&walk, json_type_of(value) >= JSON_ARRAY ? value : SLICE("[]"));
	while (json_next(&walk, &m)) {
		if (!first)
			buf_addc(to, ',');
		first = false;
		if (!add(e, to, t->value, m.value))
			return false;
	}
	buf_addc(to, ']');
	return true;
}

static bool add_object(struct connect_envelope *e, struct buf *to, const struct typed *t,
		       struct slice value)
{
	uint32_t open = members_open(&e->members);
	struct json_walk walk;
	struct json_member m;

	if (json_type_of(value) != JSON_OBJECT)
		return codec_fail(e->fault, CODEC_DATA, "map that is no object");
	buf_addc(to, '{');
	for (json_walk(&walk, value); json_next(&walk, &m);) {
		size_t at;

		if (members_open(&e->members) != open)
			buf_addc(to, ',');
		at = to->len;
		buf_addc(to, '"');
		connect_json_add_raw(e->json, to, m.name);
		buf_addc(to, '"');
		members_name(&e->members, to, at);
		buf_addc(to, ':');
		if (!add(e, to, t->value, m.value))
			return false;
		members_value(&e->members, to);
	}
	members_close(&e->members, open, to);
	buf_addc(to, '}');
	return true;
}

/* An entry of a map whose keys are no strings. */
static bool add_pair(struct connect_envelope *e, struct buf *to, const struct typed *t,
		     struct slice pair)
{
	struct json_walk walk;
	struct json_member key, value, more;
	size_t at = to->len;

	json_walk(&walk, json_type_of(pair) == JSON_ARRAY ? pair : SLICE("[]"));
	if (!json_next(&walk, &key) || !json_next(&walk, &value) || json_next(&walk, &more))
		return codec_fail(e->fault, CODEC_DATA, "map entry that is no pair");
	buf_addc(to, '[');
	if (!add(e, to, t->key, key.value))
		return false;
	members_name(&e->members, to, at);
	buf_addc(to, ',');
	if (!add(e, to, t->value, value.value))
		return false;
	buf_addc(to, ']');
	members_value(&e->members, to);
	return true;
}

static bool add_pairs(struct connect_envelope *e, struct buf *to, const struct typed *t,
		      struct slice value)
{
	uint32_t open = members_open(&e->members);
	struct json_walk walk;
	struct json_member m;

	if (json_type_of(value) != JSON_ARRAY)
		return codec_fail(e->fault, CODEC_DATA, "map that is no array of pairs");
	buf_addc(to, '[');
	for (json_walk(&walk, value); json_next(&walk, &m);) {
		if (members_open(&e->members) != open)
			buf_addc(to, ',');
		if (!add_pair(e, to, t, m.value))
			return false;
	}
	members_close(&e->members, open, to);
	buf_addc(to, ']');
	return true;
}

/* Where the payload has values for the fields: from e->found.p[base] on. */
static void find_fields(struct connect_envelope *e, const struct typed *t, struct slice value,
			uint32_t base)
{
	struct json_walk walk;
	struct json_member m;

	list_room(&e->found, t->n);
	e->found.n += (uint32_t)t->n;
	for (size_t i = 0; i < t->n; i++)
		e->found.p[base + i] = SLICE_NONE;
	for (json_walk(&walk, value); json_next(&walk, &m);) {
		const struct typed_field *field;
		struct slice name = m.name;

		if (memchr(name.p, '\\', name.n)) {
			buf_reset(&e->text);
			json_unescape(name, &e->text);
			name = buf_slice(&e->text);
		}
		field = typed_find(t, name);
		if (field)
			e->found.p[base + field->order] = m.value;
	}
}

static bool add_struct(struct connect_envelope *e, struct buf *to, const struct typed *t,
		       struct slice value)
{
	uint32_t base = e->found.n;

	if (json_type_of(value) != JSON_OBJECT)
		return codec_fail(e->fault, CODEC_DATA, "struct that is no object");
	find_fields(e, t, value, base);
	for (size_t i = 0; i < t->n; i++) {
		buf_addc(to, i ? ',' : '{');
		buf_adds(to, t->fields[i].quoted);
		buf_addc(to, ':');
		if (!add(e, to, t->fields[i].type, e->found.p[base + i]))
			return false;
	}
	if (t->n == 0)
		buf_addc(to, '{');
	buf_addc(to, '}');
	e->found.n = base;
	return true;
}

static bool add_kind(struct connect_envelope *e, struct buf *to, const struct typed *t,
		     struct slice value)
{
	switch (t->kind) {
	case TYPED_BOOLEAN:
		buf_adds(to, json_type_of(value) == JSON_TRUE ? SLICE("true") : SLICE("false"));
		return true;
	case TYPED_FLOAT:
		connect_add_float(to, connect_json_float(e->json, number_of(value)));
		return true;
	case TYPED_DOUBLE:
		connect_add_double(to, connect_json_double(e->json, number_of(value)));
		return true;
	case TYPED_STRING:
		if (json_type_of(value) != JSON_STRING)
			return add_null(e, to, t, value);
		connect_json_add(e->json, to, value);
		return true;
	case TYPED_BYTES:
		return add_bytes(e, to, t, value);
	case TYPED_ARRAY:
		return add_array(e, to, t, value);
	case TYPED_MAP:
		return t->key->kind == TYPED_STRING ? add_object(e, to, t, value)
						    : add_pairs(e, to, t, value);
	case TYPED_STRUCT:
		return add_struct(e, to, t, value);
	default:
		add_integer(to, t, value);
		return true;
	}
}

static bool add(struct connect_envelope *e, struct buf *to, const struct typed *t,
		struct slice value)
{
	if (!value.p || json_type_of(value) == JSON_NULL)
		return add_null(e, to, t, value);
	switch (t->logical) {
	case LOGICAL_DECIMAL:
		return add_decimal(e, to, t, value);
	case LOGICAL_DATE:
	case LOGICAL_TIME:
	case LOGICAL_TIMESTAMP:
		return add_date(e, to, t, value);
	case LOGICAL_NONE:
		break;
	}
	return add_kind(e, to, t, value);
}

/* --- the envelope ----------------------------------------------------------------- */

static bool open_envelope(struct connect_envelope *e, struct slice value, struct slice *schema,
			  struct slice *payload)
{
	struct json_walk walk;
	struct json_member m;
	bool only = value.p && json_type_of(value) == JSON_OBJECT;

	*schema = *payload = SLICE_NONE;
	for (json_walk(&walk, only ? value : SLICE("{}")); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("schema")))
			*schema = m.value;
		else if (json_is(m.name, SLICE("payload")))
			*payload = m.value;
		else
			only = false;
	}
	return (only && schema->p && payload->p) ||
	       codec_fail(e->fault, CODEC_FRAMING,
			  "no envelope: not an object of exactly 'schema' and 'payload'");
}

static bool add_payload(struct connect_envelope *e, struct slice schema, struct slice payload,
			struct buf *to)
{
	const struct typed *type;

	if (json_type_of(schema) == JSON_NULL) {
		connect_json_add(e->json, to, payload);
		return true;
	}
	if (json_type_of(schema) != JSON_OBJECT)
		return codec_fail(e->fault, CODEC_SCHEMA, "schema that is no object");
	type = find_schema(e, schema);
	e->members.list.n = 0;
	e->found.n = 0;
	return type && add(e, to, type, payload);
}

bool connect_envelope_add(struct connect_envelope *e, struct slice bytes, unsigned depth,
			  struct buf *to, struct codec_fault *fault)
{
	struct slice value, schema, payload;
	size_t from = to->len;

	e->fault = fault;
	if (!jackson_read(&e->jackson, bytes, depth, &value, fault) ||
	    !open_envelope(e, value, &schema, &payload))
		return false;
	if (add_payload(e, schema, payload, to))
		return true;
	to->len = from;
	return false;
}
