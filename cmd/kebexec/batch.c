#include "batch.h"

#include "base/list.h"
#include "base/mem.h"

#include <stdlib.h>

/* Offsets in the text, since it grows; a value that is absent is {0, 0}, which none can be. */
struct span {
	size_t at, n;
};

struct item {
	struct span text, ack, acks;
	uint64_t number;
};

struct batch {
	struct buf text;
	LIST_OF(struct item) items;
	LIST_OF(uint32_t)
	ends; /* of the turns to come, the next one last; from: the first not settled */
	uint32_t from;
};

struct batch *batch_new(void)
{
	return mem_alloc(sizeof(struct batch));
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	buf_free(&b->text);
	list_free(&b->items);
	list_free(&b->ends);
	free(b);
}

void batch_reset(struct batch *b)
{
	buf_reset(&b->text);
	b->items.n = b->ends.n = b->from = 0;
}

static struct span span_of(struct slice value, struct slice line, size_t at)
{
	return value.p ? (struct span){at + (size_t)(value.p - line.p), value.n}
		       : (struct span){0, 0};
}

static struct slice slice_at(const struct batch *b, struct span span)
{
	return span.at ? (struct slice){b->text.p + span.at, span.n} : SLICE_NONE;
}

void batch_add(struct batch *b, struct slice line, const struct marks *marks, uint64_t number)
{
	struct item item = {
		.text = {b->text.len, line.n},
		.ack = span_of(marks->ack, line, b->text.len),
		.acks = span_of(marks->acks, line, b->text.len),
		.number = number,
	};

	buf_adds(&b->text, line);
	buf_addc(&b->text, '\n');
	list_add(&b->items, item);
	if (b->ends.n == 0)
		list_add(&b->ends, 0);
	b->ends.p[0] = b->items.n;
}

size_t batch_lines(const struct batch *b)
{
	return b->items.n;
}

size_t batch_bytes(const struct batch *b)
{
	return b->text.len;
}

static uint32_t turn_end(const struct batch *b)
{
	return b->ends.p[b->ends.n - 1];
}

struct slice batch_turn(const struct batch *b)
{
	const struct span *first, *last;

	if (b->ends.n == 0)
		return SLICE_NONE;
	first = &b->items.p[b->from].text;
	last = &b->items.p[turn_end(b) - 1].text;
	return (struct slice){b->text.p + first->at, last->at + last->n + 1 - first->at};
}

static void settle(struct batch *b, batch_fn *each, void *ctx)
{
	for (; b->from < turn_end(b); b->from++) {
		const struct item *item = &b->items.p[b->from];
		struct batch_line line = {
			.text = {b->text.p + item->text.at, item->text.n},
			.marks = {.ack = slice_at(b, item->ack), .acks = slice_at(b, item->acks)},
			.number = item->number,
		};

		each(ctx, &line);
	}
	b->ends.n--;
}

void batch_taken(struct batch *b, batch_fn *each, void *ctx)
{
	settle(b, each, ctx);
}

void batch_refused(struct batch *b, batch_fn *each, void *ctx)
{
	uint32_t n = turn_end(b) - b->from;

	if (n > 1)
		list_add(&b->ends, b->from + n / 2);
	else
		settle(b, each, ctx);
}
