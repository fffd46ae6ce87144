/*
 * The tokens of JSON text, validated as they are passed (RFC 8259, UTF-8). Nothing is
 * copied. Each function begins at the token's first byte and returns a pointer behind
 * the token, or NULL with the fault noted. Nothing is at `end` or behind it: a token that
 * needs more is a fault there.
 */
#ifndef KEB_JSON_TOKEN_H
#define KEB_JSON_TOKEN_H

#include "json/scan.h"

#include <stdint.h>

struct text {
	const char *start, *end;
	struct json_fault fault;
};

/* Notes the fault and returns NULL. */
const char *token_fault(struct text *t, const char *at, const char *what);

/* *escaped: whether the content holds a backslash. */
const char *token_string(struct text *t, const char *p, bool *escaped);
const char *token_number(struct text *t, const char *p);
const char *token_word(struct text *t, const char *p); /* true, false, null */

/* Any value with all that is in it; `depth` arrays and objects are around it. */
const char *token_skip(struct text *t, const char *p, unsigned depth);

/* json_check_within, token by token on every machine. */
enum json_type token_check(struct slice text, unsigned depth, struct json_fault *where);

static inline const char *token_space(const struct text *t, const char *p)
{
	while (p < t->end && json_is_space(*p))
		p++;
	return p;
}

/* The byte at p; 0, which no token begins with, at the end. */
static inline unsigned char token_peek(const struct text *t, const char *p)
{
	return p < t->end ? (unsigned char)*p : 0;
}

#endif
