/*
 * What Kafka Connect's JsonConverter takes for JSON, as strict JSON text: Jackson finds
 * the encoding by itself (UTF-8, UTF-16, UTF-32, with and without a byte order mark),
 * ignores what stands behind the first value, and the converter allows leading zeros.
 * Nothing else is more lenient than RFC 8259.
 */
#ifndef KEB_CONNECT_JACKSON_H
#define KEB_CONNECT_JACKSON_H

#include "base/buf.h"
#include "fault.h"

/* Keeps its room between texts. Starts as {0}. */
struct jackson {
	struct buf utf8, plain;
};

void jackson_free(struct jackson *j);

/*
 * *value is the first value, as text that json_check accepts, part of `bytes` or in room
 * of j until the next call; absent if there are but blanks. `depth` brackets will be
 * around it. False with fault (CODEC_DATA).
 */
bool jackson_read(struct jackson *j, struct slice bytes, unsigned depth, struct slice *value,
		  struct codec_fault *fault);

#endif
