/*
 * .proto text as a FileDescriptorProto. Lenient where registries keep what protoc
 * refuses: options are skipped but for those that a converter looks at, whatever their
 * values look like; reserved names and ranges, extensions and services are skipped.
 * Type names are left as they are written: see resolve.h.
 */
#ifndef KEB_PROTOBUF_PARSE_H
#define KEB_PROTOBUF_PARSE_H

#include "base/arena.h"
#include "connect/fault.h"

struct FileDescriptorProto;

/*
 * Everything is taken from the arena. `name` is the file's name in messages. NULL with
 * CODEC_SCHEMA and the line when the text cannot be read.
 */
struct FileDescriptorProto *parse_proto(struct slice name, struct slice content,
					struct arena *arena, struct codec_fault *fault);

#endif
