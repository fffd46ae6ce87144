#include "wire.h"

#include <endian.h>

#define VARINT_MAX 10

bool wire_long_varint(struct wire *in, uint64_t *value)
{
	uint64_t v = 0;

	for (unsigned shift = 0; in->p < in->end && shift < 7 * VARINT_MAX; shift += 7) {
		unsigned char c = *in->p++;

		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*value = v;
			return true;
		}
	}
	return false;
}

bool wire_tag(struct wire *in, uint32_t *number, enum wire_type *type)
{
	uint64_t tag;

	if (!wire_varint(in, &tag))
		return false;
	/* protobuf-java keeps the low 32 bits, too */
	*number = (uint32_t)tag >> 3;
	*type = (enum wire_type)(tag & 7);
	return *number != 0 && *type <= WIRE_FIXED32;
}

bool wire_bytes(struct wire *in, struct slice *bytes)
{
	uint64_t n;

	if (!wire_varint(in, &n) || n > (uint64_t)(in->end - in->p))
		return false;
	*bytes = (struct slice){(const char *)in->p, n};
	in->p += n;
	return true;
}

bool wire_fixed32(struct wire *in, uint32_t *value)
{
	if (in->end - in->p < 4)
		return false;
	memcpy(value, in->p, 4);
	*value = le32toh(*value);
	in->p += 4;
	return true;
}

bool wire_fixed64(struct wire *in, uint64_t *value)
{
	if (in->end - in->p < 8)
		return false;
	memcpy(value, in->p, 8);
	*value = le64toh(*value);
	in->p += 8;
	return true;
}

static bool skip_group(struct wire *in, uint32_t number, unsigned depth)
{
	enum wire_type type;
	uint32_t inner;

	if (depth >= WIRE_DEPTH_MAX)
		return false;
	while (wire_tag(in, &inner, &type)) {
		if (type == WIRE_GROUP_END)
			return inner == number;
		if (!wire_skip(in, inner, type, depth + 1))
			return false;
	}
	return false;
}

bool wire_skip(struct wire *in, uint32_t number, enum wire_type type, unsigned depth)
{
	struct slice bytes;
	uint64_t value;
	uint32_t small;

	switch (type) {
	case WIRE_VARINT:
		return wire_varint(in, &value);
	case WIRE_FIXED64:
		return wire_fixed64(in, &value);
	case WIRE_BYTES:
		return wire_bytes(in, &bytes);
	case WIRE_GROUP:
		return skip_group(in, number, depth);
	case WIRE_FIXED32:
		return wire_fixed32(in, &small);
	default:
		return false;
	}
}
