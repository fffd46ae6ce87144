/*
 * Avro's binary encoding, bounded: every length is held against the bytes that are left
 * before anything is done with it. Where Java's decoder is lenient (bits that fall off
 * the top of a number, the byte size of a block), so is this.
 */
#ifndef KEB_AVRO_WIRE_H
#define KEB_AVRO_WIRE_H

#include "connect/fault.h"

#include "base/slice.h"

#include <stdint.h>

/* A datum that is being read. All functions return false with the fault. */
struct wire {
	const unsigned char *start, *p, *end;
	struct codec_fault *fault;
};

/* Fills the fault, with the position; returns false. */
bool wire_fail(struct wire *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define WIRE_INT_BYTES	5
#define WIRE_LONG_BYTES 10

/* A number of several bytes, `most` at most. */
bool wire_number(struct wire *w, int most, uint64_t *value);

/* `n` bytes as they are. */
bool wire_take(struct wire *w, size_t n, struct slice *bytes);

/* The number of items in a block, whose byte size, if it is said, does not matter. */
bool wire_block(struct wire *w, int64_t *items);

static inline bool wire_int(struct wire *w, int32_t *value)
{
	uint64_t n;

	if (w->p < w->end && *w->p < 0x80)
		n = *w->p++;
	else if (!wire_number(w, WIRE_INT_BYTES, &n))
		return false;
	*value = (int32_t)((uint32_t)n >> 1 ^ -((uint32_t)n & 1));
	return true;
}

static inline bool wire_long(struct wire *w, int64_t *value)
{
	uint64_t n;

	if (w->p < w->end && *w->p < 0x80)
		n = *w->p++;
	else if (!wire_number(w, WIRE_LONG_BYTES, &n))
		return false;
	*value = (int64_t)(n >> 1 ^ -(n & 1));
	return true;
}

/* Bytes behind their length. */
static inline bool wire_counted(struct wire *w, struct slice *bytes)
{
	int64_t n;

	if (!wire_long(w, &n))
		return false;
	if (n < 0) {
		wire_fail(w, "a length of %lld", (long long)n);
		return false;
	}
	return wire_take(w, (size_t)n, bytes);
}

#endif
