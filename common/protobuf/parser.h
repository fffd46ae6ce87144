/*
 * What parse and option stand on: the text being read, and helpers that end in a fault
 * with the line.
 */
#ifndef KEB_PROTOBUF_PARSER_H
#define KEB_PROTOBUF_PARSER_H

#include "connect/fault.h"
#include "lex.h"

struct parser {
	struct lexer lex;
	struct arena *arena;
	struct slice name;
	bool proto3;
	struct codec_fault *fault;
};

/* "order.proto:3: expected a name, not '}'"; false. */
bool parser_expected(const struct parser *p, const char *what);

/* Takes this name or symbol; parser_want makes its absence a fault. */
bool parser_take(struct parser *p, const char *text);
bool parser_want(struct parser *p, const char *text);

/* Takes the bracket that the token is, with all that is in it. */
bool parser_skip_brackets(struct parser *p);

/* Appends to a growing array of the arena: *array has n items, the result is the new n. */
size_t parser_append(struct parser *p, void ***array, size_t n, void *item);

#endif
