#include "intake.h"

#include "base/b64.h"
#include "base/list.h"
#include "base/num.h"

struct intake {
	enum from_shape from;
	LIST_OF(struct slice) records;
	struct buf line, bytes;
};

struct intake *intake_new(enum from_shape from)
{
	struct intake *in = mem_alloc(sizeof *in);

	in->from = from;
	return in;
}

void intake_free(struct intake *in)
{
	if (!in)
		return;
	list_free(&in->records);
	buf_free(&in->line);
	buf_free(&in->bytes);
	free(in);
}

/* --- lines ------------------------------------------------------------------------ */

static bool fail(struct json_fault *fault, const char *what)
{
	*fault = (struct json_fault){0, what};
	return false;
}

static bool take_array(struct intake *in, struct slice array, struct json_fault *fault)
{
	struct json_walk walk;
	struct json_member m;

	if (json_type_of(array) != JSON_ARRAY)
		return fail(fault, "records that are no array");
	for (json_walk(&walk, array); json_next(&walk, &m);) {
		if (m.type != JSON_OBJECT)
			return fail(fault, "a record that is no object");
		list_add(&in->records, m.value);
	}
	return true;
}

static bool take_partitions(struct intake *in, struct slice records, struct json_fault *fault)
{
	struct json_walk walk;
	struct json_member m;

	if (!records.p || json_type_of(records) != JSON_OBJECT)
		return fail(fault, "no 'records' by topic and partition: no event of Lambda's");
	for (json_walk(&walk, records); json_next(&walk, &m);)
		if (!take_array(in, m.value, fault))
			return false;
	return true;
}

static bool take_object(struct intake *in, struct slice line, struct marks *marks,
			struct json_fault *fault)
{
	struct slice records = SLICE_NONE;
	struct json_walk walk;
	struct json_member m;

	for (json_walk(&walk, line); json_next(&walk, &m);) {
		if (marks_take(marks, &m) < 0)
			return fail(fault, "a value that this member cannot have");
		if (json_is(m.name, SLICE("records")))
			records = m.value;
	}
	if (in->from == FROM_LAMBDA)
		return take_partitions(in, records, fault);
	if (records.p)
		return take_array(in, records, fault);
	list_add(&in->records, line);
	return true;
}

int64_t intake_line(struct intake *in, struct slice line, struct marks *marks,
		    struct json_fault *fault)
{
	bool good = false;

	*marks = (struct marks){0};
	in->records.n = 0;
	switch (json_check(line, fault)) {
	case JSON_NONE:
		return -1;
	case JSON_ARRAY:
		good = in->from == FROM_PIPES ? take_array(in, json_trim(line), fault)
					      : fail(fault, "expected an object");
		break;
	case JSON_OBJECT:
		good = take_object(in, json_trim(line), marks, fault);
		break;
	default:
		fail(fault, "expected records");
	}
	return good ? (int64_t)in->records.n : -1;
}

/* --- records ---------------------------------------------------------------------- */

/* An array of numbers from -128 to 255 as base64. */
static bool add_bytes(struct intake *in, struct slice array)
{
	struct buf *to = &in->line;
	struct json_walk walk;
	struct json_member m;
	int64_t byte;

	buf_reset(&in->bytes);
	for (json_walk(&walk, array); json_next(&walk, &m);) {
		if (m.type != JSON_NUMBER || !num_i64(m.value, &byte) || byte < -128 || byte > 255)
			return false;
		buf_addc(&in->bytes, (char)byte);
	}
	buf_addc(to, '"');
	buf_room(to, B64_ENCODED(in->bytes.len));
	to->len += b64_encode(to->p + to->len, in->bytes.p, in->bytes.len);
	buf_addc(to, '"');
	return true;
}

static bool add_header(struct intake *in, struct slice header)
{
	struct json_walk walk;
	struct json_member m;
	bool first = true;

	buf_addc(&in->line, '{');
	for (json_walk(&walk, header); json_next(&walk, &m); first = false) {
		if (!first)
			buf_addc(&in->line, ',');
		buf_addc(&in->line, '"');
		buf_adds(&in->line, m.name);
		BUF_LIT(&in->line, "\":");
		if (m.type != JSON_ARRAY)
			buf_adds(&in->line, m.value);
		else if (!add_bytes(in, m.value))
			return false;
	}
	buf_addc(&in->line, '}');
	return true;
}

static bool add_headers(struct intake *in, struct slice headers)
{
	struct json_walk walk;
	struct json_member m;
	bool first = true;

	if (json_type_of(headers) != JSON_ARRAY) {
		buf_adds(&in->line, headers);
		return true;
	}
	buf_addc(&in->line, '[');
	for (json_walk(&walk, headers); json_next(&walk, &m); first = false) {
		if (!first)
			buf_addc(&in->line, ',');
		if (m.type != JSON_OBJECT || !add_header(in, m.value))
			return false;
	}
	buf_addc(&in->line, ']');
	return true;
}

static bool add_member(struct intake *in, const struct json_member *m)
{
	struct slice value = m->value;

	if (in->line.len > 1)
		buf_addc(&in->line, ',');
	if (json_is(m->name, SLICE("headers"))) {
		BUF_LIT(&in->line, "\"headers\":");
		return add_headers(in, value);
	}
	if (json_is(m->name, SLICE("partition")) && m->type == JSON_STRING && value.n > 2)
		value = json_raw(value);
	buf_addc(&in->line, '"');
	buf_adds(&in->line, m->name);
	BUF_LIT(&in->line, "\":");
	buf_adds(&in->line, value);
	return true;
}

static bool is_known(struct slice name)
{
	static const struct slice known[] = {{"topic", 5},     {"partition", 9},      {"offset", 6},
					     {"timestamp", 9}, {"timestampType", 13}, {"key", 3},
					     {"value", 5},     {"headers", 7}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (json_is(name, known[i]))
			return true;
	return false;
}

bool intake_record(struct intake *in, size_t i, struct record *record, struct json_fault *fault)
{
	struct json_walk walk;
	struct json_member m;

	buf_reset(&in->line);
	buf_addc(&in->line, '{');
	for (json_walk(&walk, in->records.p[i]); json_next(&walk, &m);)
		if (is_known(m.name) && !add_member(in, &m))
			return fail(fault, "headers that are not objects of arrays of bytes");
	buf_addc(&in->line, '}');
	if (!record_parse(record, buf_slice(&in->line), fault))
		return fail(fault, "a record with a value that its member cannot have");
	return record->topic.n > 0 || fail(fault, "a record without a topic");
}
