#include "payload.h"

#include "base/b64.h"
#include "base/utf8.h"
#include "connect/envelope.h"
#include "connect/json.h"
#include "connect/print.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdio.h>

#define WITHIN 2 /* brackets around it in an event: the event's and its detail's */

void payload_free(struct payload *p)
{
	buf_free(&p->decoded);
	buf_free(&p->unescaped);
	buf_free(&p->text);
	jackson_free(&p->jackson);
	connect_json_free(p->printer);
	connect_envelope_free(p->envelope);
}

int payload_decode_format(enum payload_format format)
{
	switch (format) {
	case PAYLOAD_AVRO:
		return DECODE_AVRO;
	case PAYLOAD_PROTOBUF:
		return DECODE_PROTOBUF;
	case PAYLOAD_JSON_SCHEMA:
		return DECODE_JSON_SCHEMA;
	case PAYLOAD_AUTO:
		return DECODE_AUTO;
	default:
		return -1;
	}
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

static bool refuse_data(const struct payload *p, const struct record *r,
			const struct codec_fault *fault, const char *also, struct refusal *why)
{
	char hint[60];

	snprintf(hint, sizeof hint, " (try --%s-format %s)", p->what, also);
	return refuse_payload(why, r, p->is_key, p->bytes, fault, hint);
}

/*
 * Says that the bytes begin with what the serializers of a schema registry put in
 * front: Confluent's 0 and a number, or 1 and a GUID; Glue's 3, 0 or 5, and a UUID.
 */
static bool refuse_framed(const struct payload *p, const struct record *r, struct refusal *why)
{
	const unsigned char *b = (const unsigned char *)p->bytes.p;
	bool glue = p->bytes.n >= 18 && b[0] == 3 && (b[1] == 0 || b[1] == 5);
	struct codec_fault fault;

	if (!glue && !(p->bytes.n >= 5 && b[0] == 0) && !(p->bytes.n >= 17 && b[0] == 1))
		return false;
	codec_fail(&fault, CODEC_FRAMING, "starts with a %s schema registry header",
		   glue ? "Glue" : "Confluent");
	refuse_data(p, r, &fault,
		    glue ? "auto with --registry glue:NAME" : "auto with --registry URL", why);
	return true;
}

static bool read_string(struct payload *p, const struct record *r, struct refusal *why)
{
	struct codec_fault fault;

	if (utf8_valid(p->bytes.p, p->bytes.n))
		return true;
	if (p->parity) {
		buf_reset(&p->text);
		connect_add_string(&p->text, p->bytes);
		p->json = buf_slice(&p->text);
		return true;
	}
	if (refuse_framed(p, r, why))
		return false;
	codec_fail(&fault, CODEC_DATA, "not UTF-8 at byte %zu", bad_utf8_at(p->bytes));
	return refuse_data(p, r, &fault, "base64", why);
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

static bool read_json(struct payload *p, const struct record *r, struct slice text,
		      struct refusal *why)
{
	struct codec_fault wrong;
	struct json_fault fault;
	bool breaks;

	if (json_check_breaks(text, WITHIN, &breaks, &fault) != JSON_NONE) {
		p->json = json_trim(text);
		if (breaks)
			join_lines(p->json);
		return true;
	}
	if (text.p == p->bytes.p && refuse_framed(p, r, why))
		return false;
	codec_fail(&wrong, CODEC_DATA, "not JSON: %s at byte %zu", fault.what, fault.at);
	if (text.n == 0)
		codec_fail(&wrong, CODEC_DATA, "not JSON: empty");
	return refuse_data(p, r, &wrong, "string or base64", why);
}

/* As Connect reads it and the connector prints it. */
static bool read_parity(struct payload *p, const struct record *r, struct refusal *why)
{
	struct codec_fault fault;
	struct slice value;

	if (!jackson_read(&p->jackson, p->bytes, WITHIN, &value, &fault))
		return !refuse_framed(p, r, why) &&
		       refuse_data(p, r, &fault, "string or base64", why);
	if (!p->printer)
		p->printer = connect_json_new();
	buf_reset(&p->text);
	connect_json_add(p->printer, &p->text, value.p ? value : SLICE("null"));
	p->json = buf_slice(&p->text);
	return true;
}

static bool read_envelope(struct payload *p, const struct record *r, struct refusal *why)
{
	struct codec_fault fault;

	if (!p->envelope)
		p->envelope = connect_envelope_new(p->decimal);
	buf_reset(&p->text);
	if (!connect_envelope_add(p->envelope, p->bytes, WITHIN, &p->text, &fault))
		return !refuse_framed(p, r, why) &&
		       refuse_data(p, r, &fault, "json or base64", why);
	p->json = buf_slice(&p->text);
	return true;
}

static bool read_decoded(struct payload *p, const struct record *record, struct refusal *why)
{
	struct decode_field field = {.format = (enum decode_format)payload_decode_format(p->format),
				     .is_key = p->is_key,
				     .bytes = p->bytes,
				     .record = record};
	struct slice bare;

	buf_reset(&p->text);
	switch (p->decoder->add(p->decoder, &field, &p->text, &bare, why)) {
	case DECODE_REFUSED:
		return false;
	case DECODE_TEXT:
		p->json = buf_slice(&p->text);
		return true;
	case DECODE_JSON:
		return read_json(p, record, bare, why);
	case DECODE_BARE:
		break;
	}
	return p->is_key ? read_string(p, record, why) : read_json(p, record, p->bytes, why);
}

static bool read_bytes(struct payload *p, const struct record *record, struct refusal *why)
{
	switch (p->format) {
	case PAYLOAD_STRING:
		return read_string(p, record, why);
	case PAYLOAD_JSON:
		return p->parity ? read_parity(p, record, why)
				 : read_json(p, record, p->bytes, why);
	case PAYLOAD_JSON_ENVELOPE:
		return read_envelope(p, record, why);
	case PAYLOAD_BASE64:
		return true;
	default:
		return read_decoded(p, record, why);
	}
}

/* The bytes as they are, with the reason: for a consumer that knows what to do about it. */
static void pass_on(struct payload *p, const struct refusal *why)
{
	struct buf *to = &p->text;

	buf_reset(to);
	BUF_LIT(to, "{\"undecoded\":");
	json_add_string(to, slice_of(why->code));
	BUF_LIT(to, ",\"error\":");
	json_add_string(to, slice_of(why->text));
	BUF_LIT(to, ",\"base64\":\"");
	buf_adds(to, p->base64);
	BUF_LIT(to, "\"}");
	p->json = buf_slice(to);
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
	if (read_bytes(p, record, why))
		return true;
	if (!p->pass || !why->code || why->fatal)
		return false;
	pass_on(p, why);
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
