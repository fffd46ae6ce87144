#include "lines/reader.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_ROOM (256u << 10)
#define FILE_ROOM  (1u << 20) /* the page cache gives fewer, larger pieces faster */

/*
 * The buffer holds p[at..len): what was read and not yet given out. No LF stands
 * before p[seen], so a long line that comes in pieces is searched once.
 */
struct reader {
	int fd;
	reader_read_fn *source; /* NULL: read(2) */
	void *ctx;
	size_t max_line;
	char *p;
	size_t at, seen, len, cap;
	bool ended;		 /* read(2) said so */
	bool skipping;		 /* the rest of a line over the limit */
	uint64_t number, offset; /* of the line last given */
	uint64_t next_offset;	 /* of p[at] */
};

struct reader *reader_new(int fd, size_t max_line)
{
	struct reader *r = mem_alloc(sizeof *r);

	r->fd = fd;
	r->max_line = max_line;
	r->cap = FIRST_ROOM;
	r->p = mem_resize(NULL, r->cap, 1);
	return r;
}

void reader_source(struct reader *r, reader_read_fn *source, void *ctx)
{
	r->source = source;
	r->ctx = ctx;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	free(r->p);
	free(r);
}

static bool blank(struct slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
			return false;
	return true;
}

/* Moves past n bytes of the buffer. */
static void pass(struct reader *r, size_t n)
{
	r->at += n;
	r->next_offset += n;
	r->seen = r->at;
}

static void begin_line(struct reader *r)
{
	r->number++;
	r->offset = r->next_offset;
}

/* The next line with its LF still behind it, or the unfinished rest of the input. */
static bool whole_line(struct reader *r, struct slice *line, size_t *taken)
{
	char *lf = memchr(r->p + r->seen, '\n', r->len - r->seen);

	if (!lf && !(r->ended && r->at < r->len)) {
		r->seen = r->len;
		return false;
	}
	*line = (struct slice){r->p + r->at, lf ? (size_t)(lf - r->p) - r->at : r->len - r->at};
	*taken = line->n + (lf ? 1 : 0);
	return true;
}

enum read_got reader_next(struct reader *r, struct slice *line)
{
	size_t taken;

	while (whole_line(r, line, &taken)) {
		bool rest = r->skipping;

		if (!rest)
			begin_line(r);
		r->skipping = false;
		pass(r, taken);
		if (rest)
			continue;
		if (line->n > r->max_line)
			return READ_TOO_LONG;
		if (!blank(*line))
			return READ_LINE;
	}
	if (r->skipping) {
		pass(r, r->len - r->at);
	} else if (r->len - r->at > r->max_line) {
		begin_line(r);
		pass(r, r->len - r->at);
		r->skipping = true;
		return READ_TOO_LONG;
	}
	return r->ended ? READ_END : READ_MORE;
}

static void grow(struct reader *r, size_t cap)
{
	r->cap = cap;
	r->p = mem_resize(r->p, r->cap, 1);
}

/* Room behind len: by moving what is left to the front, or by growing up to one whole line. */
static void make_room(struct reader *r)
{
	size_t left = r->len - r->at;

	if (r->at > 0 && (left == 0 || r->cap - r->len < r->cap / 4)) {
		memmove(r->p, r->p + r->at, left);
		r->seen -= r->at;
		r->at = 0;
		r->len = left;
	}
	if (r->len == r->cap)
		grow(r, r->cap * 2);
}

int reader_fill(struct reader *r)
{
	ssize_t got;

	make_room(r);
	if (r->source)
		got = r->source(r->ctx, r->p + r->len, r->cap - r->len);
	else
		got = read(r->fd, r->p + r->len, r->cap - r->len);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (got == 0)
		r->ended = true;
	/* No pipe has that much. */
	if (r->cap == FIRST_ROOM && r->at == 0 && (size_t)got == FIRST_ROOM)
		grow(r, FILE_ROOM);
	r->len += (size_t)got;
	return 1;
}

uint64_t reader_number(const struct reader *r)
{
	return r->number;
}

uint64_t reader_offset(const struct reader *r)
{
	return r->offset;
}

void reader_fault(const struct reader *r, const char *name, size_t at, const char *what,
		  struct err *err)
{
	err_set(err, EXIT_INPUT, "%s:%llu: byte %zu (offset %llu of the input): %s", name,
		(unsigned long long)r->number, at + 1, (unsigned long long)(r->offset + at), what);
}

void reader_too_long(const struct reader *r, const char *name, struct err *err)
{
	char what[80];

	snprintf(what, sizeof what, "line longer than %zu bytes (see --max-line)", r->max_line);
	reader_fault(r, name, 0, what, err);
}
