#include "flight.h"

#include "base/mem.h"

#include <stdlib.h>

static struct slice keep(struct buf *to, struct slice text)
{
	size_t from = to->len;

	if (!text.p)
		return SLICE_NONE;
	buf_adds(to, text);
	return (struct slice){to->p + from, text.n};
}

struct slot *flight_take(struct flight *f, const struct report_origin *origin, size_t bytes)
{
	struct slot *s = f->free;

	if (s) {
		f->free = s->next;
	} else {
		s = mem_alloc(sizeof *s);
		s->older = f->newest;
		f->newest = s;
	}
	s->origin = *origin;
	s->bytes = bytes;
	buf_reset(&s->tokens);
	buf_room(&s->tokens, origin->marks.ack.n + origin->marks.acks.n + 1);
	s->origin.marks = (struct marks){.ack = keep(&s->tokens, origin->marks.ack),
					 .acks = keep(&s->tokens, origin->marks.acks)};
	f->records++;
	f->bytes += bytes;
	return s;
}

void flight_return(struct flight *f, struct slot *s)
{
	f->records--;
	f->bytes -= s->bytes;
	s->next = f->free;
	f->free = s;
}

void flight_free(struct flight *f)
{
	while (f->newest) {
		struct slot *s = f->newest;

		f->newest = s->older;
		buf_free(&s->tokens);
		free(s);
	}
}
