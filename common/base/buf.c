#include "base/buf.h"

#include "base/mem.h"
#include "base/num.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}

void buf_wipe(struct buf *b)
{
	mem_wipe(b->p, b->cap);
	buf_free(b);
}

void buf_grow(struct buf *b, size_t more)
{
	size_t need, cap;

	if (__builtin_add_overflow(b->len, more, &need))
		need = SIZE_MAX; /* ends in "out of memory" */
	cap = b->cap > SIZE_MAX / 2 ? need : b->cap * 2;
	if (cap < need)
		cap = need;
	if (cap < 64)
		cap = 64;
	b->p = mem_resize(b->p, cap, 1);
	b->cap = cap;
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n <= 0)
		return;
	buf_room(b, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(b->p + b->len, (size_t)n + 1, format, args);
	va_end(args);
	b->len += (size_t)n;
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	buf_room(b, NUM_U64_MAX);
	b->len += num_put_u64(b->p + b->len, v);
}

void buf_add_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_addc(b, '-');
	buf_add_u64(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void buf_drop(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	b->len -= n;
	memmove(b->p, b->p + n, b->len);
}
