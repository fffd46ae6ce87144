/*
 * The message types of one Protobuf file, ready for decoding, with everything that it
 * imports. Two sources: .proto text as a registry keeps it (read leniently: what protoc
 * would refuse but every reader understands is accepted), and serialized descriptors
 * (google.protobuf.FileDescriptorProto, FileDescriptorSet).
 *
 * Known without being given: the files of google/protobuf and google/type,
 * confluent/meta.proto, confluent/type/decimal.proto, confluent/type/variant.proto,
 * metadata/metadata.proto and additionalTypes/decimal.proto, the imports that the
 * clients of both registries have built in. One that is given with the same name wins.
 *
 * A schema does not change after it is made and keeps no pointer into what it was made
 * from, so any number of readers may share it.
 */
#ifndef KEB_PROTOBUF_SCHEMA_H
#define KEB_PROTOBUF_SCHEMA_H

#include "base/slice.h"
#include "connect/fault.h"

#include <stddef.h>
#include <stdint.h>

struct buf;
struct proto_schema;
struct proto_message;

/* A file that others import. */
struct proto_import {
	struct slice name;    /* as an import statement writes it: "common/address.proto" */
	struct slice content; /* .proto text or a serialized FileDescriptorProto */
};

/*
 * `content` is .proto text or a serialized FileDescriptorProto; `name` is used in
 * messages. `imports` are the files that it needs, in any order, each once; more than
 * are needed do no harm. NULL with the fault set to CODEC_SCHEMA when the schema cannot
 * be read, an import is missing or a type is not found.
 */
struct proto_schema *proto_schema_new(struct slice name, struct slice content,
				      const struct proto_import *imports, size_t n,
				      struct codec_fault *fault);

/*
 * Of what `protoc --include_imports --descriptor_set_out` writes. The file that message
 * indexes refer to is the last one, as protoc orders them; proto_message_by_name finds
 * the messages of all.
 */
struct proto_schema *proto_schema_from_set(struct slice descriptor_set, struct codec_fault *fault);

/* NULL is fine. */
void proto_schema_free(struct proto_schema *schema);

/*
 * What a file imports, without reading the rest of it: calls `each` for every import
 * that is not known without being given, in order. `each` returns false to stop.
 * Returns false with the fault set when the file cannot be read (CODEC_SCHEMA).
 */
typedef bool proto_import_fn(void *ctx, struct slice name);
bool proto_imports_of(struct slice content, proto_import_fn *each, void *ctx,
		      struct codec_fault *fault);

/*
 * The message that a record is of; NULL when there is none. By Confluent's path of
 * indexes: each level by order of declaration, without the entry types of maps.
 */
const struct proto_message *proto_message_by_path(const struct proto_schema *schema,
						  const uint32_t *path, size_t n);
/* By Glue's index: all messages of the file, nested ones and map entries too, by full name. */
const struct proto_message *proto_message_by_index(const struct proto_schema *schema,
						   uint32_t index);
/* By full name ("shop.Order"), or by a last part that only one message of the file has. */
const struct proto_message *proto_message_by_name(const struct proto_schema *schema,
						  struct slice name);

/* "shop.Order"; lives as long as the schema. */
struct slice proto_message_name(const struct proto_message *message);

/* How many messages the file has, entry types of maps not counted. */
size_t proto_message_count(const struct proto_schema *schema);

/* Appends the names of the file's messages for an error: "shop.Order, shop.Item, ...". */
void proto_add_names(const struct proto_schema *schema, struct buf *to);

#endif
