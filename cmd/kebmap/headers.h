/*
 * The headers of a record in the event: an array of objects of one member each, in
 * the record's order, duplicates kept, as the connector and Pipes write them. A null
 * header stays null.
 */
#ifndef KEB_KEBMAP_HEADERS_H
#define KEB_KEBMAP_HEADERS_H

#include "connect/header.h"
#include "event/record.h"
#include "refusal.h"

/* As in the choices of --headers. */
enum headers_form {
	HEADERS_TEXT,	/* a JSON string; what is not UTF-8 is refused, but schema ids are base64 */
	HEADERS_BASE64, /* a JSON string of base64 */
	HEADERS_BYTES,	/* an array of 0 to 255, as Pipes has it */
	HEADERS_SIGNED, /* an array of -128 to 127, as Lambda has it */
	HEADERS_CONNECT, /* what Connect's SimpleHeaderConverter guesses from the text */
};
#define HEADERS_CHOICES "text|base64|bytes|signed-bytes|connect"

struct headers {
	enum headers_form form;
	const char *trace;	/* name of the header with the trace, NULL: none */
	struct slice trace_raw; /* its last value, escaped for a JSON string; absent if none */

	/* Reused; release with headers_free. */
	struct buf decoded, unescaped, escaped;
	struct connect_header guesses;
};

void headers_free(struct headers *h);

/*
 * Appends the array and sets trace_raw. False with why (decode): a value that is no
 * base64 or not UTF-8, an element that is no header; then something may have been
 * appended.
 */
bool headers_add(struct headers *h, const struct record *record, struct buf *to,
		 struct refusal *why);

/* Appends an array of the bytes as numbers. */
void headers_add_bytes(struct buf *to, struct slice bytes, bool is_signed);

#endif
