/*
 * JSON that is not one object a line: objects one behind the other, on any number of
 * lines, or the elements of arrays. It finds where each ends; what is in them is for
 * others to check.
 */
#ifndef KEB_KEBFILTER_STREAM_H
#define KEB_KEBFILTER_STREAM_H

#include "json/scan.h"

#include <stdint.h>

struct stream;

/* `max` bounds the bytes of one object. */
struct stream *stream_new(size_t max);
void stream_free(struct stream *s);

/* An object, line breaks taken out. False to end the run. */
typedef bool stream_fn(void *ctx, struct slice object);

enum streamed {
	STREAM_MORE,
	STREAM_STOP,  /* fn said so */
	STREAM_FAULT, /* *fault, in the line: nothing more can be told from this input */
};

/* Takes the input's next line, its LF left out, with its number. */
enum streamed stream_line(struct stream *s, struct slice line, uint64_t number, stream_fn *fn,
			  void *ctx, struct json_fault *fault);

/* The end of an input: STREAM_FAULT if an object or array is still open; starts anew. */
enum streamed stream_end(struct stream *s, struct json_fault *fault);

/* Within fn: the line, and the byte of it, at which byte `at` of the object stood. */
uint64_t stream_place(const struct stream *s, size_t *at);
/* The number of the last line. */
uint64_t stream_number(const struct stream *s);

#endif
