/*
 * The part of a plan that one message is: its fields, as its descriptor and the options
 * on it say.
 */
#ifndef KEB_PROTOBUF_FIELD_H
#define KEB_PROTOBUF_FIELD_H

#include "plan.h"

struct DescriptorProto;
struct EnumDescriptorProto;
struct FieldDescriptorProto;
struct FileDescriptorProto;

bool field_enum_closed(const struct EnumDescriptorProto *from,
		       const struct FileDescriptorProto *file);

/* In this order for each message: its oneofs, each field, the rest. */
void field_oneofs(struct proto_message *message, const struct DescriptorProto *from,
		  struct arena *arena);
void field_make(struct proto_field *to, struct proto_message *message,
		const struct FieldDescriptorProto *from, const struct FileDescriptorProto *file,
		const struct symbol *symbol, struct arena *arena);
void field_finish(struct proto_message *message, struct arena *arena);

/* When all messages are finished: which fields are maps. */
void field_maps(struct proto_message *message);

#endif
