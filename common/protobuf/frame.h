/*
 * The message indexes that stand between a registry's frame and a Protobuf message.
 */
#ifndef KEB_PROTOBUF_FRAME_H
#define KEB_PROTOBUF_FRAME_H

#include "base/slice.h"
#include "connect/fault.h"

#include <stdint.h>

/* Messages do not nest deeper than this in a file. */
#define PROTO_PATH_MAX 64

/*
 * Confluent: zigzag varints, a count and as many indexes; count 0 stands for [0]. Takes
 * them off the payload. False with CODEC_FRAMING, payload unchanged, when they are cut,
 * negative or more than PROTO_PATH_MAX.
 */
bool proto_take_confluent_indexes(struct slice *payload, uint32_t path[PROTO_PATH_MAX], size_t *n,
				  struct codec_fault *fault);

/* Glue: one unsigned varint. */
bool proto_take_glue_index(struct slice *payload, uint32_t *index, struct codec_fault *fault);

#endif
