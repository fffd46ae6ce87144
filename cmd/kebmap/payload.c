#include "payload.h"

#include "base/b64.h"
#include "base/utf8.h"
#include "json/scan.h"
#include "json/text.h"

#define WITHIN 2 /* brackets around it in an event: the event's and its detail's */

void payload_free(struct payload *p)
{
	buf_free(&p->decoded);
	buf_free(&p->unescaped);
	buf_free(&p->text);
}

bool payload_needs_decoder(enum payload_format format)
{
	return format == PAYLOAD_JSON_SCHEMA;
}

bool payload_decode(struct slice raw, struct buf *decoded, struct buf *unescaped,
		    struct slice *bytes, struct slice *base64)
{
	ssize_t n;

	buf_reset(decoded);
	buf_room(decoded, B64_DECODED(raw.n) + 1);
	n = b64_decode(decoded->p, raw.p, raw.n);
	if (n < 0 && memchr(raw.p, '\\', raw.n)) {
		buf_reset(unescaped);
		json_unescape(raw, unescaped);
		raw = buf_slice(unescaped);
		n = b64_decode(decoded->p, raw.p, raw.n);
	}
	if (n < 0)
		return false;
	decoded->len = (size_t)n;
	*bytes = buf_slice(decoded);
	*base64 = raw;
	return true;
}

/* The first byte that is not UTF-8. */
static size_t bad_utf8_at(struct slice text)
{
	size_t at = 0;
	unsigned len;

	while (at < text.n && (len = utf8_char(text.p + at, text.n - at)) != 0)
		at += len;
	return at;
}

/*
 * Says that the bytes begin with what the serializers of a schema registry put in
 * front: Confluent's 0 and a number, or 1 and a GUID; Glue's 3, 0 or 5, and a UUID.
 */
static bool refuse_framed(const struct payload *p, struct refusal *why)
{
	const unsigned char *b = (const unsigned char *)p->bytes.p;
	const char *next = "its bytes pass with";

	if (p->bytes.n >= 5 && b[0] == 0)
		return !refuse(why, REJECT_DECODE,
			       "%s starts with a Confluent schema registry header (schema id %u), "
			       "which this version does not decode (%s --%s-format base64)",
			       p->what,
			       (unsigned)b[1] << 24 | (unsigned)b[2] << 16 | (unsigned)b[3] << 8 |
				       b[4],
			       next, p->what);
	if (p->bytes.n >= 17 && b[0] == 1)
		return !refuse(why, REJECT_DECODE,
			       "%s starts with a Confluent schema registry header, which this "
			       "version does not decode (%s --%s-format base64)",
			       p->what, next, p->what);
	if (p->bytes.n >= 18 && b[0] == 3 && (b[1] == 0 || b[1] == 5))
		return !refuse(why, REJECT_DECODE,
			       "%s starts with a Glue schema registry header, which this version "
			       "does not decode (%s --%s-format base64)",
			       p->what, next, p->what);
	return false;
}

static bool read_string(struct payload *p, struct refusal *why)
{
	if (utf8_valid(p->bytes.p, p->bytes.n))
		return true;
	if (refuse_framed(p, why))
		return false;
	return refuse(why, REJECT_DECODE, "%s is not UTF-8 at byte %zu (try --%s-format base64)",
		      p->what, bad_utf8_at(p->bytes), p->what);
}

/* Outside of strings these are white space, inside of them they cannot stand. */
static void join_lines(struct slice text)
{
	char *p = (char *)text.p, *end = p + text.n, *at;

	for (char *lf = p; (at = memchr(lf, '\n', (size_t)(end - lf))) != NULL; lf = at + 1)
		*at = ' ';
	for (char *cr = p; (at = memchr(cr, '\r', (size_t)(end - cr))) != NULL; cr = at + 1)
		*at = ' ';
}

static bool read_json(struct payload *p, struct slice text, struct refusal *why)
{
	struct json_fault fault;

	if (json_check_within(text, WITHIN, &fault) != JSON_NONE) {
		p->json = json_trim(text);
		join_lines(p->json);
		return true;
	}
	if (text.n == 0)
		return refuse(why, REJECT_DECODE, "empty %s is not JSON (try --%s-format string)",
			      p->what, p->what);
	if (text.p == p->bytes.p && refuse_framed(p, why))
		return false;
	return refuse(why, REJECT_DECODE,
		      "%s is not JSON: %s at byte %zu (try --%s-format string or base64)", p->what,
		      fault.what, fault.at, p->what);
}

static bool read_decoded(struct payload *p, const struct record *record, struct refusal *why)
{
	struct decode_field field = {.is_key = p->is_key, .bytes = p->bytes, .record = record};
	struct slice bare;

	field.format = DECODE_JSON_SCHEMA;
	buf_reset(&p->text);
	switch (p->decoder->add(p->decoder, &field, &p->text, &bare, why)) {
	case DECODE_REFUSED:
		return false;
	case DECODE_TEXT:
		p->json = buf_slice(&p->text);
		return true;
	case DECODE_JSON:
		return read_json(p, bare, why);
	case DECODE_BARE:
		break;
	}
	return p->is_key ? read_string(p, why) : read_json(p, p->bytes, why);
}

bool payload_read(struct payload *p, const struct record *record, struct refusal *why)
{
	struct slice raw = p->is_key ? record->key : record->value;

	p->null = p->is_key ? record->key_null : record->value_null;
	p->json = SLICE_NONE;
	if (p->null)
		return true;
	if (!payload_decode(raw, &p->decoded, &p->unescaped, &p->bytes, &p->base64))
		return refuse(why, REJECT_DECODE, "%s of the record line is not base64", p->what);
	switch (p->format) {
	case PAYLOAD_STRING:
		return read_string(p, why);
	case PAYLOAD_JSON:
		return read_json(p, p->bytes, why);
	case PAYLOAD_JSON_SCHEMA:
		return read_decoded(p, record, why);
	case PAYLOAD_BASE64:
		break;
	}
	return true;
}

void payload_add(const struct payload *p, struct buf *to)
{
	if (p->null) {
		BUF_LIT(to, "null");
		return;
	}
	if (p->json.p) {
		buf_adds(to, p->json);
	} else if (p->format == PAYLOAD_BASE64) {
		buf_addc(to, '"');
		buf_adds(to, p->base64);
		buf_addc(to, '"');
	} else {
		json_add_string(to, p->bytes);
	}
}
