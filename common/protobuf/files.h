/*
 * A schema's files: the one that was given and all that it imports, directly or not.
 */
#ifndef KEB_PROTOBUF_FILES_H
#define KEB_PROTOBUF_FILES_H

#include "base/arena.h"
#include "base/list.h"
#include "schema.h"

struct FileDescriptorProto;

struct proto_files {
	struct FileDescriptorProto **p; /* the given one first */
	uint32_t n, cap;
};

/* All of them; false with CODEC_SCHEMA. list_free is the caller's, in both cases. */
bool files_collect(struct proto_files *files, struct slice name, struct slice content,
		   const struct proto_import *imports, size_t n, struct arena *arena,
		   struct codec_fault *fault);

/* The same of a set, which may leave out what is known. */
bool files_of_set(struct proto_files *files, struct slice set, struct arena *arena,
		  struct codec_fault *fault);

#endif
