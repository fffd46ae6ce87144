#include "stream.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>

/* A line that the object at hand goes over. */
struct piece {
	size_t at;     /* in the object */
	size_t column; /* the byte of the line that stands there */
	uint64_t number;
};

struct stream {
	size_t max;
	struct buf text; /* of the object so far, if it began on an earlier line */
	struct piece *piece;
	size_t pieces, room;
	uint64_t number;
	size_t depth; /* open brackets of the object; 0: between objects */
	bool quoted, escaped;
	bool in_array;	/* an array is open around the objects */
	bool wants_one; /* in the array: behind a comma */
	bool has_one;	/* in the array: behind an object */
	bool broken;
};

struct stream *stream_new(size_t max)
{
	struct stream *s = mem_alloc(sizeof *s);

	s->max = max;
	return s;
}

void stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	buf_free(&s->text);
	free(s->piece);
	free(s);
}

static enum streamed broken(struct stream *s, struct json_fault *fault, size_t at, const char *what)
{
	s->broken = true;
	*fault = (struct json_fault){at, what};
	return STREAM_FAULT;
}

static void add_piece(struct stream *s, size_t column)
{
	if (s->pieces == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->piece = mem_resize(s->piece, s->room, sizeof *s->piece);
	}
	s->piece[s->pieces++] = (struct piece){s->text.len, column, s->number};
}

/* From p on, in an object: behind its end, or NULL if it goes on over the line's end. */
static const char *find_end(struct stream *s, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (s->escaped) {
			s->escaped = false;
		} else if (s->quoted) {
			if (*p == '"')
				s->quoted = false;
			else if (*p == '\\')
				s->escaped = true;
		} else if (*p == '"') {
			s->quoted = true;
		} else if (*p == '{' || *p == '[') {
			s->depth++;
		} else if ((*p == '}' || *p == ']') && --s->depth == 0) {
			return p + 1;
		}
	}
	return NULL;
}

/* What stands between objects: white space, and in an array what belongs to it. */
static const char *pass_between(struct stream *s, const char *p, const char *end, const char **what)
{
	for (*what = NULL; p < end && *p != '{'; p++) {
		if (*p == ' ' || *p == '\t' || *p == '\r')
			continue;
		if (*p == '[' && !s->in_array) {
			s->in_array = true;
			s->has_one = s->wants_one = false;
		} else if (*p == ',' && s->in_array && s->has_one) {
			s->has_one = false;
			s->wants_one = true;
		} else if (*p == ']' && s->in_array && !s->wants_one) {
			s->in_array = false;
		} else {
			*what = s->has_one && s->in_array ? "expected ',' or ']'"
							  : "expected an object";
			return p;
		}
	}
	if (p < end && s->in_array && s->has_one)
		*what = "expected ',' or ']'";
	return p;
}

enum streamed stream_line(struct stream *s, struct slice line, uint64_t number, stream_fn *fn,
			  void *ctx, struct json_fault *fault)
{
	const char *p = line.p, *end = line.p + line.n, *from, *what;

	s->number = number;
	if (line.n && end[-1] == '\r')
		end--;
	while (!s->broken && p < end) {
		if (s->depth == 0) {
			p = pass_between(s, p, end, &what);
			if (what)
				return broken(s, fault, (size_t)(p - line.p), what);
			if (p == end)
				break;
			s->pieces = 0;
			buf_reset(&s->text);
		}
		from = p;
		add_piece(s, (size_t)(from - line.p));
		p = find_end(s, p, end);
		if (s->text.len + (size_t)((p ? p : end) - from) > s->max)
			return broken(s, fault, 0, "an object longer than --max-line");
		if (p == NULL && s->quoted)
			return broken(s, fault, (size_t)(end - line.p), "string is not closed");
		if (p == NULL || s->text.len)
			buf_add(&s->text, from, (size_t)((p ? p : end) - from));
		if (p == NULL) {
			buf_addc(&s->text, '\n'); /* no token goes over it */
			break;
		}
		s->has_one = true;
		s->wants_one = false;
		if (!fn(ctx, s->text.len ? buf_slice(&s->text)
					 : (struct slice){from, (size_t)(p - from)}))
			return STREAM_STOP;
	}
	return STREAM_MORE;
}

enum streamed stream_end(struct stream *s, struct json_fault *fault)
{
	bool open = !s->broken && (s->depth || s->in_array);

	s->depth = 0;
	s->quoted = s->escaped = s->in_array = s->broken = s->has_one = false;
	if (!open)
		return STREAM_MORE;
	*fault = (struct json_fault){0, "the input ends inside a value that goes over this line"};
	return STREAM_FAULT;
}

uint64_t stream_place(const struct stream *s, size_t *at)
{
	size_t i = s->pieces - 1;

	while (i > 0 && s->piece[i].at > *at)
		i--;
	*at = *at - s->piece[i].at + s->piece[i].column;
	return s->piece[i].number;
}

uint64_t stream_number(const struct stream *s)
{
	return s->number;
}
