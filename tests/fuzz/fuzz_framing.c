/* links: registry connect base pkg:zlib */
/*
 * Bytes of a record, with or without a header, as what a registry's serializer wrote:
 * slices stay within what came in, and a stream never takes more than the limit.
 */
#include "registry/framing.h"
#include "registry/inflate.h"

#include <stdlib.h>

#define LIMIT 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(struct slice part, struct slice whole)
{
	return !part.p || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

/* The first byte: how long the header is; 255: there is none. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct inflate *z;
	struct slice header = SLICE_NONE, bytes;
	struct codec_fault fault;
	struct buf out = {0};
	struct frame frame;

	if (size == 0)
		return 0;
	if (!z)
		z = inflate_open();
	bytes = (struct slice){(const char *)data + 1, size - 1};
	if (data[0] != 255 && data[0] < bytes.n) {
		header = (struct slice){bytes.p, data[0]};
		bytes = (struct slice){bytes.p + header.n, bytes.n - header.n};
	}
	if (framing_read(bytes, header, &frame, &fault)) {
		if (!within(frame.payload, bytes) || !within(frame.in_front, header))
			abort();
		if (frame.zlib && inflate_whole(z, frame.payload, LIMIT, &out, &fault) &&
		    out.len > LIMIT)
			abort();
	}
	if (out.cap > 4 * LIMIT)
		abort();
	buf_free(&out);
	return 0;
}
