/*
 * What parse.c and option.c share: the text being read, and helpers that end in a fault
 * with the line.
 */
#ifndef KEB_PROTOBUF_PARSER_H
#define KEB_PROTOBUF_PARSER_H

#include "connect/fault.h"
#include "lex.h"

struct FieldOptions;
struct FeatureSet;

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

/* One option of a file, a message or an enum, from its name to its semicolon. */
struct option_marks {
	struct FeatureSet *features; /* NULL if none was named */
	bool java_string_check_utf8;
};
bool parser_option(struct parser *p, struct option_marks *marks);

/* `[...]` behind a field, if it is there. */
bool parser_field_options(struct parser *p, struct FieldOptions **options);

#endif
