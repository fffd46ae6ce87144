/*
 * The files that schemas may import without giving them: what protoc and the clients of
 * both registries have built in, as text (the folder known/, compiled in).
 */
#ifndef KEB_PROTOBUF_KNOWN_H
#define KEB_PROTOBUF_KNOWN_H

#include "base/slice.h"

/* The text of a file by its import name; absent if it is not known. */
struct slice known_file(struct slice name);

#endif
