/*
 * A key or a value: from the base64 of a record line to the JSON text that stands
 * for it in the event. Three records stay three: a tombstone is null, empty bytes
 * are an empty string (or no JSON, which is refused), the text null is null.
 *
 *	string	UTF-8 text as a JSON string; other bytes are refused, nothing is
 *		replaced by U+FFFD as Connect's StringConverter does, but with `parity`
 *	json	checked (RFC 8259) and spliced as it is: digits, order, duplicates and
 *		escapes are the producer's; only line breaks between tokens become
 *		blanks, since an event is one line. With `parity` it is printed as the
 *		connector prints it (connect/json.h)
 *	json-envelope
 *		JSON with its schema in front (connect/envelope.h)
 *	base64	the bytes, whatever they are
 *	avro, protobuf, json-schema, auto
 *		what decode.h makes of the bytes. With auto, what has no frame is read as
 *		a value is by default (json), or a key (string)
 *
 * What cannot be decoded is refused, or with `pass` handed on as an object that no other
 * payload looks like: {"undecoded":"data","error":"...","base64":"..."}.
 */
#ifndef KEB_KEBMAP_PAYLOAD_H
#define KEB_KEBMAP_PAYLOAD_H

#include "base/buf.h"
#include "connect/form.h"
#include "connect/jackson.h"
#include "decode.h"

/* As in the choices of --key-format and --value-format. */
enum payload_format {
	PAYLOAD_STRING,
	PAYLOAD_JSON,
	PAYLOAD_JSON_ENVELOPE,
	PAYLOAD_BASE64,
	PAYLOAD_AVRO,
	PAYLOAD_PROTOBUF,
	PAYLOAD_JSON_SCHEMA,
	PAYLOAD_AUTO,
};
#define PAYLOAD_CHOICES "string|json|json-envelope|base64|avro|protobuf|json-schema|auto"
/* As in the choices of --json-parity. */
enum json_parity { PARITY_NONE, PARITY_CONNECT };
#define JSON_PARITY_CHOICES "none|connect"
/* As in the choices of --on-error. */
enum payload_on_error { ON_ERROR_REJECT, ON_ERROR_PASS };
#define ON_ERROR_CHOICES "reject|pass"

/* Which format of decode.h it is; -1: it needs no decoder. */
int payload_decode_format(enum payload_format format);

struct payload {
	const char *what; /* "key" or "value", for messages */
	bool is_key;
	enum payload_format format;
	struct decoder *decoder;      /* borrowed; NULL where the format needs none */
	bool pass;		      /* ON_ERROR_PASS */
	bool parity;		      /* PARITY_CONNECT */
	enum connect_decimal decimal; /* of envelopes */

	bool null;
	struct slice bytes;  /* decoded; until the next payload_read */
	struct slice base64; /* the same as base64 without JSON escapes */
	struct slice json;   /* the text on one line, if it is JSON that was decoded; else absent */

	/* Reused; release with payload_free. */
	struct buf decoded, unescaped, text;
	struct jackson jackson;
	struct connect_json *printer;	   /* NULL until one is needed */
	struct connect_envelope *envelope; /* likewise */
};

void payload_free(struct payload *p);

/*
 * Takes the key or the value of the record. False with why (class decode) when it cannot
 * be decoded.
 */
bool payload_read(struct payload *p, const struct record *record, struct refusal *why);

/* Appends the JSON value that payload_read checked. */
void payload_add(const struct payload *p, struct buf *to);

/*
 * Base64 as the content of a JSON string, so '/' may be escaped: fills *bytes, in
 * room of `decoded`, and *base64, which is raw or in room of `unescaped`. False if it
 * is no base64.
 */
bool payload_decode(struct slice raw, struct buf *decoded, struct buf *unescaped,
		    struct slice *bytes, struct slice *base64);

#endif
