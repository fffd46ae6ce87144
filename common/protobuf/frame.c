#include "frame.h"

#include "wire.h"

#include <inttypes.h>

bool proto_take_confluent_indexes(struct slice *payload, uint32_t path[PROTO_PATH_MAX], size_t *n,
				  struct codec_fault *fault)
{
	struct wire in = wire_of(*payload);
	uint64_t count, index;

	if (!wire_varint(&in, &count))
		return codec_fail(fault, CODEC_FRAMING, "the message indexes are cut");
	count = (uint64_t)wire_zigzag(count);
	if (count > PROTO_PATH_MAX)
		return codec_fail(fault, CODEC_FRAMING,
				  "%" PRIi64 " message indexes cannot be right", (int64_t)count);
	for (uint64_t i = 0; i < count; i++) {
		if (!wire_varint(&in, &index))
			return codec_fail(fault, CODEC_FRAMING, "the message indexes are cut");
		index = (uint64_t)wire_zigzag(index);
		if (index > UINT32_MAX)
			return codec_fail(fault, CODEC_FRAMING,
					  "message index %" PRIi64 " cannot be right",
					  (int64_t)index);
		path[i] = (uint32_t)index;
	}
	if (count == 0)
		path[count++] = 0;
	*n = count;
	*payload = wire_rest(&in);
	return true;
}

bool proto_take_glue_index(struct slice *payload, uint32_t *index, struct codec_fault *fault)
{
	struct wire in = wire_of(*payload);
	uint64_t value;

	if (!wire_varint(&in, &value))
		return codec_fail(fault, CODEC_FRAMING, "the message index is cut");
	if (value > UINT32_MAX)
		return codec_fail(fault, CODEC_FRAMING, "message index %" PRIu64 " cannot be right",
				  value);
	*index = (uint32_t)value;
	*payload = wire_rest(&in);
	return true;
}
