/*
 * The options of .proto text: those that decide how messages are written are kept, all
 * others are passed.
 */
#ifndef KEB_PROTOBUF_OPTION_H
#define KEB_PROTOBUF_OPTION_H

#include "parser.h"

struct FieldOptions;
struct FeatureSet;

/* One option of a file, a message or an enum, from its name to its semicolon. */
struct option_marks {
	struct FeatureSet *features; /* NULL if none was named */
	bool java_string_check_utf8;
};
bool parser_option(struct parser *p, struct option_marks *marks);

/* `[...]` behind a field, if it is there. */
bool parser_field_options(struct parser *p, struct FieldOptions **options);

#endif
