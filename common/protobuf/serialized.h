/*
 * Serialized descriptors, as Confluent's registry (format=serialized) and protoc write
 * them. protobuf-c's reader recurses as deep as the bytes say and takes what they claim,
 * so a guard looks at them first.
 */
#ifndef KEB_PROTOBUF_SERIALIZED_H
#define KEB_PROTOBUF_SERIALIZED_H

#include "base/arena.h"
#include "connect/fault.h"

struct FileDescriptorProto;
struct FileDescriptorSet;

/* Everything is taken from the arena; NULL with CODEC_SCHEMA when it is no descriptor. */
struct FileDescriptorProto *serialized_file(struct slice bytes, struct arena *arena,
					    struct codec_fault *fault);
struct FileDescriptorSet *serialized_set(struct slice bytes, struct arena *arena,
					 struct codec_fault *fault);

#endif
