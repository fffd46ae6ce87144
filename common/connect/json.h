/*
 * JSON as the connector prints it: parsed by JsonConverter (schemas.enable=false) and
 * once more by the connector. Compared to the text that came in
 *
 *	integers	wrap to 64 bits
 *	numbers with . e E	pass through a double: 1e2 is 100.0, 1e400 "Infinity"
 *	-0, -0.0	0, 0.0
 *	names that come twice	the last value
 *	strings		lose escapes that need not be; a lone surrogate is '?'
 */
#ifndef KEB_CONNECT_JSON_H
#define KEB_CONNECT_JSON_H

#include "base/buf.h"

struct connect_json;

struct connect_json *connect_json_new(void);
void connect_json_free(struct connect_json *j); /* NULL is fine */

/* Appends a value that json_check (or jackson_read) accepted. */
void connect_json_add(struct connect_json *j, struct buf *to, struct slice value);

/* The same for the content of a string, quotes not included. */
void connect_json_add_raw(struct connect_json *j, struct buf *to, struct slice raw);

/* The literal as JsonNode's longValue and doubleValue see it. */
int64_t connect_json_long(struct slice number);
double connect_json_double(struct connect_json *j, struct slice number);
float connect_json_float(struct connect_json *j, struct slice number);
/* No fraction and no exponent. */
bool connect_json_is_integer(struct slice number);

#endif
