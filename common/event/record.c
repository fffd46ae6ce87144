#include "event/record.h"

#include "base/num.h"

/* An integer member; null counts as missing. */
static bool take_integer(const struct json_member *m, int64_t least, int64_t most, int64_t *value,
			 bool *has)
{
	if (m->type == JSON_NULL)
		return true;
	*has = m->type == JSON_NUMBER && num_i64(m->value, value) && *value >= least &&
	       *value <= most;
	return *has;
}

/* A string member; null counts as missing. */
static bool take_string(const struct json_member *m, struct slice *value)
{
	*value = json_raw(m->value);
	return m->type == JSON_STRING || m->type == JSON_NULL;
}

static bool take_bytes(const struct json_member *m, struct slice *value, bool *null)
{
	*null = m->type == JSON_NULL;
	return take_string(m, value);
}

static bool take_partition(struct record *r, const struct json_member *m)
{
	int64_t v = 0;
	bool good = take_integer(m, 0, INT32_MAX, &v, &r->has_partition);

	r->partition = (int32_t)v;
	return good;
}

static bool take_coordinates(struct record *r, const struct json_member *m, bool *good)
{
	if (json_is(m->name, SLICE("topic")))
		*good = take_string(m, &r->topic);
	else if (json_is(m->name, SLICE("partition")))
		*good = take_partition(r, m);
	else if (json_is(m->name, SLICE("offset")))
		*good = take_integer(m, 0, INT64_MAX, &r->offset, &r->has_offset);
	else if (json_is(m->name, SLICE("timestamp")))
		*good = take_integer(m, INT64_MIN, INT64_MAX, &r->timestamp, &r->has_timestamp);
	else if (json_is(m->name, SLICE("timestampType")))
		*good = take_string(m, &r->timestamp_type);
	else
		return false;
	return true;
}

static bool take(void *ctx, const struct json_member *m)
{
	struct record *r = ctx;
	int own = marks_take(&r->marks, m);
	bool good = true;

	if (own != 0)
		return own > 0;
	if (take_coordinates(r, m, &good))
		return good;
	if (json_is(m->name, SLICE("key")))
		return take_bytes(m, &r->key, &r->key_null);
	if (json_is(m->name, SLICE("value")))
		return take_bytes(m, &r->value, &r->value_null);
	if (json_is(m->name, SLICE("headers"))) {
		r->headers = m->type == JSON_ARRAY ? m->value : SLICE_NONE;
		return m->type == JSON_ARRAY || m->type == JSON_NULL;
	}
	return true;
}

bool record_parse(struct record *record, struct slice line, struct json_fault *fault)
{
	*record = (struct record){.line = json_trim(line), .key_null = true, .value_null = true};
	return json_check_object(line, take, record, fault);
}

void record_headers(struct record_headers *walk, const struct record *record)
{
	json_walk(&walk->array, record->headers.p ? record->headers : SLICE("[]"));
}

int record_next_header(struct record_headers *walk, struct slice *raw_name, struct slice *base64,
		       bool *null)
{
	struct json_walk object;
	struct json_member m, more;

	if (!json_next(&walk->array, &m))
		return 0;
	if (m.type != JSON_OBJECT)
		return -1;
	json_walk(&object, m.value);
	if (!json_next(&object, &m) || json_next(&object, &more))
		return -1;
	if (m.type != JSON_STRING && m.type != JSON_NULL)
		return -1;
	*raw_name = m.name;
	*null = m.type == JSON_NULL;
	*base64 = json_raw(m.value);
	return 1;
}
