#include "inflate.h"

#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define ROOM_LEAST 4096
/* Deflate makes at most 1032 bytes of one, so no more is asked for at a time. */
#define RATIO_FIRST 8

struct inflate {
	z_stream z;
};

struct inflate *inflate_open(void)
{
	struct inflate *i = mem_alloc(sizeof(*i));

	/* fails for lack of memory only; the first use then says so */
	(void)inflateInit(&i->z);
	return i;
}

void inflate_free(struct inflate *i)
{
	if (!i)
		return;
	inflateEnd(&i->z);
	free(i);
}

static bool bad(struct codec_fault *fault, const char *what)
{
	return codec_fail(fault, CODEC_FRAMING, "Glue's frame says zlib, but its payload %s", what);
}

/* Room for more output, never over max + 1: that byte is how too much is seen. */
static void make_room(z_stream *z, struct slice stream, size_t max, struct buf *to)
{
	size_t want = to->len ? to->len : stream.n * RATIO_FIRST, left = max + 1 - to->len;

	if (want < ROOM_LEAST)
		want = ROOM_LEAST;
	if (want > left)
		want = left;
	buf_room(to, want);
	z->next_out = (Bytef *)to->p + to->len;
	want = to->cap - to->len < left ? to->cap - to->len : left;
	z->avail_out = want > UINT_MAX ? UINT_MAX : (uInt)want;
}

bool inflate_whole(struct inflate *i, struct slice stream, size_t max, struct buf *to,
		   struct codec_fault *fault)
{
	z_stream *z = &i->z;
	int code = Z_OK;

	buf_reset(to);
	if (stream.n > UINT_MAX || inflateReset(z) != Z_OK)
		return bad(fault, "cannot be read");
	z->next_in = (z_const Bytef *)stream.p;
	z->avail_in = (uInt)stream.n;
	while (code == Z_OK) {
		if (to->len > max)
			return codec_fail(fault, CODEC_FRAMING,
					  "the payload inflates to more than %zu bytes (see "
					  "--max-line)",
					  max);
		make_room(z, stream, max, to);
		code = inflate(z, Z_NO_FLUSH);
		to->len = (size_t)((char *)z->next_out - to->p);
	}
	if (code == Z_BUF_ERROR)
		return bad(fault, "is cut");
	if (code != Z_STREAM_END)
		return bad(fault, "is none, or is damaged");
	if (to->len > max)
		return codec_fail(fault, CODEC_FRAMING,
				  "the payload inflates to more than %zu bytes (see --max-line)",
				  max);
	return z->avail_in == 0 || bad(fault, "has other bytes behind it");
}
