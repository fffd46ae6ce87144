/*
 * Schemas of Kafka Connect as JsonConverter writes them in front of a payload, compiled.
 */
#ifndef KEB_CONNECT_TYPED_H
#define KEB_CONNECT_TYPED_H

#include "base/arena.h"
#include "fault.h"

#include <stdint.h>

/* A schema within schemas; deeper ones are refused. */
#define TYPED_DEPTH_MAX 100

enum typed_kind {
	TYPED_BOOLEAN,
	TYPED_INT8,
	TYPED_INT16,
	TYPED_INT32,
	TYPED_INT64,
	TYPED_FLOAT,
	TYPED_DOUBLE,
	TYPED_STRING,
	TYPED_BYTES,
	TYPED_ARRAY,
	TYPED_MAP,
	TYPED_STRUCT,
};

enum typed_logical { LOGICAL_NONE, LOGICAL_DECIMAL, LOGICAL_DATE, LOGICAL_TIME, LOGICAL_TIMESTAMP };

struct typed_field {
	struct slice name;   /* unescaped */
	struct slice quoted; /* as it is printed */
	struct typed *type;
	uint32_t order;
};

struct typed {
	enum typed_kind kind;
	enum typed_logical logical;
	bool optional;
	bool has_scale;
	int32_t scale;		    /* of a decimal */
	struct slice defaults;	    /* the JSON that stands for null; absent if none */
	struct typed *key, *value;  /* of a map; value: of an array, too */
	struct typed_field *fields; /* of a struct, in its order */
	struct typed_field **by_name;
	size_t n;
};

/* Everything is in the arena. NULL with fault (CODEC_SCHEMA); `schema` is checked JSON. */
struct typed *typed_new(struct arena *arena, struct slice schema, struct codec_fault *fault);

/* The field of that name, unescaped; NULL if there is none. */
const struct typed_field *typed_find(const struct typed *type, struct slice name);

const char *typed_name(enum typed_kind kind);

#endif
