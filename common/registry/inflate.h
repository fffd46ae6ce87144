/*
 * The zlib streams (RFC 1950) in Glue's frames: whole, with their checksum, and within
 * a limit, whatever they claim.
 */
#ifndef KEB_REGISTRY_INFLATE_H
#define KEB_REGISTRY_INFLATE_H

#include "base/buf.h"
#include "connect/fault.h"

struct inflate; /* its memory is kept between records */

struct inflate *inflate_open(void);
void inflate_free(struct inflate *z); /* NULL is fine */

/*
 * Replaces what is in `to` by what the stream stands for. False with the fault (code
 * framing): no zlib, cut, damaged, followed by other bytes, or longer than `max` bytes.
 */
bool inflate_whole(struct inflate *z, struct slice stream, size_t max, struct buf *to,
		   struct codec_fault *fault);

#endif
