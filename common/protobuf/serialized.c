#include "serialized.h"

#include "descriptor.pb-c.h"
#include "frame.h"
#include "wire.h"

/* The only message of descriptor.proto that holds itself: DescriptorProto.nested_type. */
#define FILE_MESSAGE_TYPE 4
#define MESSAGE_NESTED	  3
#define SET_FILE	  1

static void *take(void *arena, size_t n)
{
	return arena_take(arena, n);
}

static void leave(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

/* Whether the bytes are fields, and nest no deeper in `inner` than a file may. */
static bool shallow(struct slice bytes, uint32_t inner, uint32_t next, unsigned depth)
{
	struct wire in = wire_of(bytes);
	enum wire_type type;
	struct slice nested;
	uint32_t number;

	if (depth > PROTO_PATH_MAX)
		return false;
	while (in.p < in.end) {
		if (!wire_tag(&in, &number, &type))
			return false;
		if (number == inner && type == WIRE_BYTES) {
			if (!wire_bytes(&in, &nested) || !shallow(nested, next, next, depth + 1))
				return false;
		} else if (!wire_skip(&in, number, type, 0)) {
			return false;
		}
	}
	return true;
}

struct FileDescriptorProto *serialized_file(struct slice bytes, struct arena *arena,
					    struct codec_fault *fault)
{
	ProtobufCAllocator allocator = {take, leave, arena};
	struct FileDescriptorProto *file = NULL;

	if (shallow(bytes, FILE_MESSAGE_TYPE, MESSAGE_NESTED, 0))
		file = file_descriptor_proto__unpack(&allocator, bytes.n, (const uint8_t *)bytes.p);
	if (!file)
		codec_fail(fault, CODEC_SCHEMA, "not a serialized FileDescriptorProto");
	return file;
}

static bool shallow_set(struct slice bytes)
{
	struct wire in = wire_of(bytes);
	enum wire_type type;
	struct slice file;
	uint32_t number;

	while (in.p < in.end) {
		if (!wire_tag(&in, &number, &type))
			return false;
		if (number != SET_FILE || type != WIRE_BYTES) {
			if (!wire_skip(&in, number, type, 0))
				return false;
		} else if (!wire_bytes(&in, &file) ||
			   !shallow(file, FILE_MESSAGE_TYPE, MESSAGE_NESTED, 0)) {
			return false;
		}
	}
	return true;
}

struct FileDescriptorSet *serialized_set(struct slice bytes, struct arena *arena,
					 struct codec_fault *fault)
{
	ProtobufCAllocator allocator = {take, leave, arena};
	struct FileDescriptorSet *set = NULL;

	if (shallow_set(bytes))
		set = file_descriptor_set__unpack(&allocator, bytes.n, (const uint8_t *)bytes.p);
	if (set && set->n_file == 0)
		set = NULL;
	if (!set)
		codec_fail(fault, CODEC_SCHEMA,
			   "not a FileDescriptorSet (protoc --include_imports "
			   "--descriptor_set_out writes one)");
	return set;
}
