/*
 * The tokens of .proto text. Nothing is copied but what a string literal stands for.
 * https://protobuf.dev/reference/protobuf/textformat-spec/ (strings), proto2 and proto3 specs
 */
#ifndef KEB_PROTOBUF_LEX_H
#define KEB_PROTOBUF_LEX_H

#include "base/arena.h"
#include "base/slice.h"

#include <stdint.h>

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_NUMBER,
	TOKEN_STRING, /* text: between the quotes, still escaped */
	TOKEN_SYMBOL, /* one byte */
	TOKEN_BAD,    /* a string or comment that does not end, or a byte that begins nothing */
};

struct lexer {
	const char *p, *end;
	unsigned line; /* of the token, from 1 */
	enum token_kind kind;
	struct slice text;
};

/* Begins at the first token. */
void lex_start(struct lexer *l, struct slice content);
void lex_next(struct lexer *l);

/* Whether the token is this name or this symbol. */
bool lex_is(const struct lexer *l, const char *text);

/* The value of an integer token: decimal, 0x, 0. */
bool lex_integer(const struct lexer *l, uint64_t *value);

/* Takes one or more string tokens; what they stand for together, with a NUL behind it. */
char *lex_take_strings(struct lexer *l, struct arena *arena);

#endif
