/*
 * How a payload is decoded that is not what it looks like: framed by a schema
 * registry's serializer, or bare Avro or Protobuf. The mapping knows no more than this,
 * so it needs neither network nor codecs; schema.h is what there is behind it.
 */
#ifndef KEB_KEBMAP_DECODE_H
#define KEB_KEBMAP_DECODE_H

#include "base/buf.h"
#include "event/record.h"
#include "refusal.h"

enum decode_format {
	DECODE_AVRO,
	DECODE_PROTOBUF,
	DECODE_JSON_SCHEMA,
	DECODE_AUTO, /* by the frame of each record */
};

/* A key or a value. */
struct decode_field {
	enum decode_format format;
	bool is_key;
	struct slice bytes;
	const struct record *record; /* for its headers, and for messages */
};

enum decode_result {
	DECODE_REFUSED, /* why says it; where it has `fatal`, the run cannot go on */
	DECODE_TEXT,	/* JSON text was appended to `to` */
	DECODE_JSON,	/* *bare is JSON that nobody has checked; until the next call */
	DECODE_BARE,	/* auto: there is no frame */
};

struct decoder {
	enum decode_result (*add)(struct decoder *self, const struct decode_field *field,
				  struct buf *to, struct slice *bare, struct refusal *why);
};

#endif
