#include "headers.h"

#include "base/utf8.h"
#include "payload.h"
#include "json/text.h"

/* The longest TraceHeader that PutEvents takes. */
#define TRACE_MAX 500

void headers_free(struct headers *h)
{
	buf_free(&h->decoded);
	buf_free(&h->unescaped);
	buf_free(&h->escaped);
	connect_header_free(&h->guesses);
}

void headers_add_bytes(struct buf *to, struct slice bytes, bool is_signed)
{
	buf_room(to, bytes.n * 5 + 2);
	buf_addc(to, '[');
	for (size_t i = 0; i < bytes.n; i++) {
		if (i)
			buf_addc(to, ',');
		buf_add_i64(to, is_signed ? (int)(signed char)bytes.p[i]
					  : (int)(unsigned char)bytes.p[i]);
	}
	buf_addc(to, ']');
}

static bool refuse_header(struct slice name, const char *what, struct refusal *why)
{
	return refuse(why, REJECT_DECODE, "header '%.*s' %s", (int)utf8_cut(name.p, name.n, 100),
		      name.p, what);
}

/* A value that cannot be a trace header is left among the headers only. */
static void take_trace(struct headers *h, struct slice bytes)
{
	h->trace_raw = SLICE_NONE;
	if (bytes.n == 0 || bytes.n > TRACE_MAX || !utf8_valid(bytes.p, bytes.n))
		return;
	buf_reset(&h->escaped);
	json_add_escaped(&h->escaped, bytes);
	h->trace_raw = buf_slice(&h->escaped);
}

static void add_base64(struct slice base64, struct buf *to)
{
	buf_addc(to, '"');
	buf_adds(to, base64);
	buf_addc(to, '"');
}

/* The binary headers in which Confluent's serializers say which schema a record has. */
static bool is_schema_id(struct slice name)
{
	return json_is(name, SLICE("__key_schema_id")) || json_is(name, SLICE("__value_schema_id"));
}

static bool add_value(struct headers *h, struct slice name, struct slice raw, struct buf *to,
		      struct refusal *why)
{
	struct slice bytes, base64;

	if (!payload_decode(raw, &h->decoded, &h->unescaped, &bytes, &base64))
		return refuse_header(name, "of the record line is not base64", why);
	if (h->trace && json_is(name, slice_of(h->trace)))
		take_trace(h, bytes);
	switch (h->form) {
	case HEADERS_TEXT:
		if (is_schema_id(name)) /* one form for all ids: some would pass as text */
			add_base64(base64, to);
		else if (utf8_valid(bytes.p, bytes.n))
			json_add_string(to, bytes);
		else
			return refuse_header(name, "is not UTF-8 (try --headers base64)", why);
		break;
	case HEADERS_BASE64:
		add_base64(base64, to);
		break;
	case HEADERS_BYTES:
	case HEADERS_SIGNED:
		headers_add_bytes(to, bytes, h->form == HEADERS_SIGNED);
		break;
	case HEADERS_CONNECT:
		connect_header_add(&h->guesses, to, bytes);
		break;
	}
	return true;
}

bool headers_add(struct headers *h, const struct record *record, struct buf *to,
		 struct refusal *why)
{
	struct record_headers walk;
	struct slice name, raw;
	bool null, first = true;
	int got;

	h->trace_raw = SLICE_NONE;
	buf_addc(to, '[');
	record_headers(&walk, record);
	while ((got = record_next_header(&walk, &name, &raw, &null)) > 0) {
		if (!first)
			buf_addc(to, ',');
		first = false;
		BUF_LIT(to, "{\"");
		buf_adds(to, name);
		BUF_LIT(to, "\":");
		if (null)
			BUF_LIT(to, "null");
		else if (!add_value(h, name, raw, to, why))
			return false;
		buf_addc(to, '}');
	}
	buf_addc(to, ']');
	return got == 0 || refuse(why, REJECT_DECODE,
				  "headers of the record line are not objects of one member each, "
				  "base64 or null");
}
