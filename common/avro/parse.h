/*
 * A schema's text as nodes of a plan, with the attributes that convert.c needs. Names
 * are resolved as the specification says, and as Java's parser does beyond it: forward
 * references, a type within `type`, and a bare name that its namespace does not have is
 * looked for without one.
 */
#ifndef KEB_AVRO_PARSE_H
#define KEB_AVRO_PARSE_H

#include "names.h"
#include "plan.h"

/* Types within each other in a schema's text. */
#define PARSE_DEPTH_MAX 256

/* The members of a JSON object that mean something, in a type or in a field. */
enum attribute {
	ATTR_TYPE,
	ATTR_NAME,
	ATTR_NAMESPACE,
	ATTR_FIELDS,
	ATTR_SYMBOLS,
	ATTR_ITEMS,
	ATTR_VALUES,
	ATTR_SIZE,
	ATTR_DEFAULT,
	ATTR_LOGICAL_TYPE,
	ATTR_PRECISION,
	ATTR_SCALE,
	ATTR_CONNECT_NAME,
	ATTR_CONNECT_TYPE,
	ATTR_CONNECT_VERSION,
	ATTR_CONNECT_PARAMETERS,
	ATTR_CONNECT_DEFAULT,
	ATTR_CONNECT_INTERNAL_TYPE,
	ATTRIBUTES,
};

/* What a node was made of. */
struct source {
	struct slice object; /* absent if the type was only named */
	struct slice attribute[ATTRIBUTES];
	struct span name; /* of named types: the full name */
};

struct parse {
	struct avro_schema *plan;
	struct source *sources; /* a node each */
	struct slice *defaults; /* a slot each: a field's default, as JSON */
	uint32_t room_sources, room_defaults;
	struct names types;
	struct buf strings; /* names, unescaped */
	uint32_t primitives[NODE_STRING + 1];
	unsigned depth;
	uint32_t tries; /* of defaults */
	struct codec_fault *fault;
};

void parse_begin(struct parse *parse, struct avro_schema *plan, struct codec_fault *fault);
void parse_end(struct parse *parse);

/* Adds what `text` defines; *node is its type. False with the fault. The text must outlive it. */
bool parse_text(struct parse *parse, struct slice text, uint32_t *node);

/* Every name now has its type. False with the fault if one has none. */
bool parse_resolve(struct parse *parse, uint32_t *root);

static inline struct slice parse_string(const struct parse *parse, struct span span)
{
	return (struct slice){parse->strings.p + span.at, span.n};
}

/* A named type's name without its namespace. */
struct slice parse_short_name(const struct parse *parse, uint32_t node);

/* The name of slot i of a record, still escaped as in JSON. */
struct slice parse_field_name(const struct parse *parse, uint32_t slot);

#endif
