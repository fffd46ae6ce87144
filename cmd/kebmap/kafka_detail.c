#include "kafka_detail.h"

#include "base/b64.h"
#include "base/num.h"
#include "json/scan.h"
#include "json/text.h"

void kafka_detail_find(struct kafka_detail *d, struct slice detail)
{
	const struct {
		struct slice name, *to;
	} known[] = {
		{SLICE("topic"), &d->topic},	 {SLICE("partition"), &d->partition},
		{SLICE("offset"), &d->offset},	 {SLICE("timestamp"), &d->timestamp},
		{SLICE("headers"), &d->headers}, {SLICE("timestampType"), &d->timestamp_type},
		{SLICE("key"), &d->key},	 {SLICE("value"), &d->value},
	};
	struct json_walk walk;
	struct json_member m;

	*d = (struct kafka_detail){0};
	for (json_walk(&walk, detail); json_next(&walk, &m);)
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			if (json_is(m.name, known[i].name))
				*known[i].to = m.value;
}

void kafka_writer_free(struct kafka_writer *w)
{
	buf_free(&w->plain);
}

static bool is_null(struct slice value)
{
	return !value.p || json_type_of(value) == JSON_NULL;
}

static void add_base64(struct buf *to, struct slice bytes)
{
	buf_addc(to, '"');
	buf_room(to, B64_ENCODED(bytes.n));
	to->len += b64_encode(to->p + to->len, bytes.p, bytes.n);
	buf_addc(to, '"');
}

/* A key or a value. */
static bool add_payload(struct kafka_writer *w, struct slice value, enum payload_format format,
			const char *what, struct buf *to, struct refusal *why)
{
	struct slice bytes = value, base64;
	struct buf unescaped = {0};
	bool good;

	if (is_null(value)) {
		BUF_LIT(to, "null");
		return true;
	}
	if (format == PAYLOAD_BASE64) {
		good = json_type_of(value) == JSON_STRING &&
		       payload_decode(json_raw(value), &w->plain, &unescaped, &bytes, &base64);
		buf_free(&unescaped);
		if (!good)
			return refuse(why, REJECT_INVALID, "%s of the event is not base64", what);
	} else if (format == PAYLOAD_STRING && json_type_of(value) == JSON_STRING) {
		buf_reset(&w->plain);
		json_unescape(json_raw(value), &w->plain);
		bytes = buf_slice(&w->plain);
	}
	add_base64(to, bytes);
	return true;
}

/* --- headers ---------------------------------------------------------------------- */

/* The bytes of a header as the form wrote them. */
static bool header_bytes(struct kafka_writer *w, struct slice value, struct slice *bytes)
{
	struct slice base64;
	struct json_walk walk;
	struct json_member m;
	int64_t byte;

	*bytes = value;
	buf_reset(&w->plain);
	if (json_type_of(value) == JSON_STRING) {
		struct buf unescaped = {0};
		bool good = true;

		if (w->form == HEADERS_BASE64)
			good = payload_decode(json_raw(value), &w->plain, &unescaped, bytes,
					      &base64);
		else
			json_unescape(json_raw(value), &w->plain);
		buf_free(&unescaped);
		*bytes = buf_slice(&w->plain);
		return good;
	}
	if (json_type_of(value) != JSON_ARRAY || w->form < HEADERS_BYTES ||
	    w->form > HEADERS_SIGNED)
		return w->form == HEADERS_CONNECT;
	for (json_walk(&walk, value); json_next(&walk, &m);) {
		if (m.type != JSON_NUMBER || !num_i64(m.value, &byte) || byte < -128 || byte > 255)
			return false;
		buf_addc(&w->plain, (char)byte);
	}
	*bytes = buf_slice(&w->plain);
	return true;
}

static bool add_header(struct kafka_writer *w, const struct json_member *m, struct buf *to)
{
	struct slice bytes;

	BUF_LIT(to, "{\"");
	buf_adds(to, m->name);
	BUF_LIT(to, "\":");
	if (m->type == JSON_NULL) {
		BUF_LIT(to, "null");
	} else {
		if (!header_bytes(w, m->value, &bytes))
			return false;
		if (w->wanted == HEADERS_BASE64)
			add_base64(to, bytes);
		else
			headers_add_bytes(to, bytes, w->wanted == HEADERS_SIGNED);
	}
	buf_addc(to, '}');
	return true;
}

static bool add_headers(struct kafka_writer *w, struct slice headers, struct buf *to)
{
	struct json_walk walk, object;
	struct json_member m, header;
	bool first = true;

	buf_addc(to, '[');
	json_walk(&walk, is_null(headers) ? SLICE("[]") : headers);
	while (json_next(&walk, &m)) {
		if (m.type != JSON_OBJECT)
			return false;
		for (json_walk(&object, m.value); json_next(&object, &header); first = false) {
			if (!first)
				buf_addc(to, ',');
			if (!add_header(w, &header, to))
				return false;
		}
	}
	buf_addc(to, ']');
	return true;
}

/* --- records ---------------------------------------------------------------------- */

static void add_member(struct buf *to, struct slice name, struct slice value)
{
	buf_addc(to, ',');
	buf_adds(to, name);
	buf_adds(to, is_null(value) ? SLICE("null") : value);
}

/* Spelled as in a record line. */
static void add_timestamp_type(struct buf *to, struct slice value)
{
	struct slice raw = value.p ? json_raw(value) : SLICE_NONE;

	if (raw.p && json_is(raw, SLICE("CreateTime")))
		value = SLICE("\"CREATE_TIME\"");
	else if (raw.p && json_is(raw, SLICE("LogAppendTime")))
		value = SLICE("\"LOG_APPEND_TIME\"");
	else if (!raw.p || json_is(raw, SLICE("NoTimestampType")))
		value = SLICE("\"NO_TIMESTAMP_TYPE\"");
	BUF_LIT(to, ",\"timestampType\":");
	buf_adds(to, value);
}

bool kafka_writer_add(struct kafka_writer *w, const struct kafka_detail *d, struct buf *to,
		      struct refusal *why)
{
	if (!d->topic.p || json_type_of(d->topic) != JSON_STRING)
		return refuse(why, REJECT_INVALID,
			      "the event's detail has no topic, so it is no record");
	BUF_LIT(to, "\"topic\":");
	buf_adds(to, d->topic);
	add_member(to, SLICE("\"partition\":"), d->partition);
	add_member(to, SLICE("\"offset\":"), d->offset);
	add_member(to, SLICE("\"timestamp\":"), d->timestamp);
	add_timestamp_type(to, d->timestamp_type);
	if (!w->lambda || !is_null(d->key)) {
		BUF_LIT(to, ",\"key\":");
		if (!add_payload(w, d->key, w->key_format, "key", to, why))
			return false;
	}
	BUF_LIT(to, ",\"value\":");
	if (!add_payload(w, d->value, w->value_format, "value", to, why))
		return false;
	BUF_LIT(to, ",\"headers\":");
	if (!add_headers(w, d->headers, to))
		return refuse(why, REJECT_INVALID,
			      "headers of the event are not of the form that "
			      "--headers says");
	buf_addc(to, '}');
	return true;
}
