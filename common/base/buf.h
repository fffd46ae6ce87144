/*
 * A growable run of bytes. Starts as {0}, keeps its room when it is reset, so that
 * a loop which reuses one buffer allocates only while its records still grow.
 */
#ifndef KEB_BASE_BUF_H
#define KEB_BASE_BUF_H

#include "base/slice.h"

#include <stdint.h>

struct buf {
	char *p;
	size_t len;
	size_t cap;
};

void buf_free(struct buf *b);		   /* releases and zeroes */
void buf_wipe(struct buf *b);		   /* the same for a secret, which is overwritten first */
void buf_grow(struct buf *b, size_t more); /* makes room for `more` bytes behind len */
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_u64(struct buf *b, uint64_t v); /* decimal */
void buf_add_i64(struct buf *b, int64_t v);
void buf_drop(struct buf *b, size_t n); /* removes the first n bytes */

static inline void buf_reset(struct buf *b)
{
	b->len = 0;
}

static inline void buf_room(struct buf *b, size_t more)
{
	if (b->cap - b->len < more)
		buf_grow(b, more);
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	buf_room(b, n);
	if (n)
		memcpy(b->p + b->len, p, n);
	b->len += n;
}

static inline void buf_addc(struct buf *b, char c)
{
	buf_room(b, 1);
	b->p[b->len++] = c;
}

static inline void buf_adds(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.n);
}

/* Adds a string literal without its NUL. */
#define BUF_LIT(b, literal) buf_add((b), "" literal, sizeof(literal) - 1)

static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){b->p ? b->p : "", b->len};
}

/* A NUL behind the bytes, not counted in len; returns b->p. */
static inline char *buf_text(struct buf *b)
{
	buf_room(b, 1);
	b->p[b->len] = '\0';
	return b->p;
}

#endif
