/*
 * Protobuf's encoding: tags, varints, lengths, within bounds.
 * https://protobuf.dev/programming-guides/encoding/
 */
#ifndef KEB_PROTOBUF_WIRE_H
#define KEB_PROTOBUF_WIRE_H

#include "base/slice.h"

#include <stdint.h>

enum wire_type {
	WIRE_VARINT,
	WIRE_FIXED64,
	WIRE_BYTES,
	WIRE_GROUP,
	WIRE_GROUP_END,
	WIRE_FIXED32,
};

#define WIRE_DEPTH_MAX 100

struct wire {
	const unsigned char *p, *end;
};

static inline struct wire wire_of(struct slice bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;

	return (struct wire){p, p + bytes.n};
}

static inline struct slice wire_rest(const struct wire *in)
{
	return (struct slice){(const char *)in->p, (size_t)(in->end - in->p)};
}

/* All of these return false, with `in` anywhere, when the bytes are cut or malformed. */
bool wire_long_varint(struct wire *in, uint64_t *value);

static inline bool wire_varint(struct wire *in, uint64_t *value)
{
	if (in->p < in->end && *in->p < 0x80) {
		*value = *in->p++;
		return true;
	}
	return wire_long_varint(in, value);
}

/* A field's number, 1 at least, and wire type; WIRE_GROUP_END is handed out as it comes. */
bool wire_tag(struct wire *in, uint32_t *number, enum wire_type *type);

bool wire_bytes(struct wire *in, struct slice *bytes);
bool wire_fixed32(struct wire *in, uint32_t *value);
bool wire_fixed64(struct wire *in, uint64_t *value);

/*
 * What stands behind a tag. A group is skipped with its end tag and all that is in it;
 * `depth` messages and groups are around it.
 */
bool wire_skip(struct wire *in, uint32_t number, enum wire_type type, unsigned depth);

static inline int64_t wire_zigzag(uint64_t value)
{
	return (int64_t)(value >> 1 ^ (~(value & 1) + 1));
}

#endif
