#include "batch.h"

#include "base/hash.h"
#include "base/list.h"
#include "tokens.h"

struct part {
	uint64_t hash;			       /* of the partition */
	size_t partition, record, tokens, end; /* where they begin in `text`, and the end */
	bool written;
};

struct batch {
	struct batch_conf conf;
	struct buf text; /* partition, record and tokens of each, one behind the other */
	LIST_OF(struct part) parts;
	struct buf acks, body;
	uint64_t bytes;
	int64_t since;
};

struct batch *batch_new(const struct batch_conf *conf)
{
	struct batch *b = mem_alloc(sizeof *b);

	b->conf = *conf;
	return b;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	buf_free(&b->text);
	list_free(&b->parts);
	buf_free(&b->acks);
	buf_free(&b->body);
	free(b);
}

bool batch_empty(const struct batch *b)
{
	return b->parts.n == 0;
}

bool batch_fits(const struct batch *b, size_t more)
{
	return b->parts.n == 0 || b->bytes + more <= b->conf.bytes;
}

bool batch_full(const struct batch *b)
{
	return b->parts.n >= b->conf.count || b->bytes >= b->conf.bytes;
}

int64_t batch_due(const struct batch *b, int64_t now)
{
	int64_t left = b->since + b->conf.window - now;

	if (b->parts.n == 0)
		return -1;
	return left > 0 ? left : 0;
}

void batch_add(struct batch *b, struct slice record, struct slice partition,
	       const struct marks *marks, int64_t now)
{
	struct part part = {.partition = b->text.len};

	if (b->parts.n == 0)
		b->since = now;
	part.hash = hash_end(hash_add(HASH_START, partition.p, partition.n));
	buf_adds(&b->text, partition);
	part.record = b->text.len;
	buf_adds(&b->text, record);
	part.tokens = b->text.len;
	tokens_add(&b->text, marks);
	part.end = b->text.len;
	list_add(&b->parts, part);
	b->bytes += record.n;
}

static struct slice piece(const struct batch *b, size_t from, size_t to)
{
	return (struct slice){b->text.p + from, to - from};
}

/* Adds a record to the body, and its tokens to those of the batch. */
static void add_part(struct batch *b, struct part *part)
{
	struct slice tokens = piece(b, part->tokens, part->end);

	part->written = true;
	buf_adds(&b->body, piece(b, part->record, part->tokens));
	if (tokens.n == 0)
		return;
	buf_addc(&b->acks, b->acks.len ? ',' : '[');
	buf_adds(&b->acks, tokens);
}

/* All records of the partition of the first. */
static void add_partition(struct batch *b, uint32_t first)
{
	struct part *lead = &b->parts.p[first];
	struct slice name = piece(b, lead->partition, lead->record);

	BUF_LIT(&b->body, "\"");
	buf_adds(&b->body, name);
	BUF_LIT(&b->body, "\":[");
	for (uint32_t i = first; i < b->parts.n; i++) {
		struct part *part = &b->parts.p[i];

		if (part->written || part->hash != lead->hash ||
		    !slice_eq(piece(b, part->partition, part->record), name))
			continue;
		if (i != first)
			buf_addc(&b->body, ',');
		add_part(b, part);
	}
	buf_addc(&b->body, ']');
}

static void add_lambda(struct batch *b, struct buf *to)
{
	bool first = true;

	for (uint32_t i = 0; i < b->parts.n; i++) {
		if (b->parts.p[i].written)
			continue;
		if (!first)
			buf_addc(&b->body, ',');
		first = false;
		add_partition(b, i);
	}
	buf_addc(to, '{');
	if (b->acks.len) {
		buf_addc(&b->acks, ']');
		BUF_LIT(to, "\"_acks\":");
		buf_adds(to, buf_slice(&b->acks));
		buf_addc(to, ',');
	}
	buf_adds(to, b->conf.origin);
	BUF_LIT(to, "\"records\":{");
	buf_adds(to, buf_slice(&b->body));
	BUF_LIT(to, "}}\n");
}

static void add_pipes(struct batch *b, struct buf *to)
{
	for (uint32_t i = 0; i < b->parts.n; i++) {
		if (i)
			buf_addc(&b->body, ',');
		add_part(b, &b->parts.p[i]);
	}
	if (b->acks.len) {
		buf_addc(&b->acks, ']');
		BUF_LIT(to, "{\"_acks\":");
		buf_adds(to, buf_slice(&b->acks));
		BUF_LIT(to, ",\"records\":[");
	} else {
		buf_addc(to, '[');
	}
	buf_adds(to, buf_slice(&b->body));
	buf_adds(to, b->acks.len ? SLICE("]}\n") : SLICE("]\n"));
}

void batch_write(struct batch *b, struct buf *to, struct marks *marks)
{
	buf_reset(&b->acks);
	buf_reset(&b->body);
	if (b->conf.lambda)
		add_lambda(b, to);
	else
		add_pipes(b, to);
	*marks = (struct marks){.acks = b->acks.len ? buf_slice(&b->acks) : SLICE_NONE};
	b->parts.n = 0;
	b->bytes = 0;
	buf_reset(&b->text);
}
