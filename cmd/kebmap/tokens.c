#include "tokens.h"

#include "status/part.h"

size_t tokens_count(const struct marks *marks)
{
	size_t n = marks->ack.p != NULL;
	struct json_walk walk;
	struct json_member m;

	if (marks->acks.p)
		for (json_walk(&walk, marks->acks); json_next(&walk, &m);)
			n++;
	return n;
}

struct slice tokens_nth(const struct marks *marks, size_t n)
{
	struct json_walk walk;
	struct json_member m;

	if (marks->ack.p && n-- == 0)
		return marks->ack;
	if (marks->acks.p)
		for (json_walk(&walk, marks->acks); json_next(&walk, &m);)
			if (n-- == 0)
				return json_raw(m.value);
	return SLICE_NONE;
}

static void add_part(struct buf *to, struct slice token, uint32_t i, uint32_t n)
{
	buf_addc(to, '"');
	part_add(to, token, i, n);
	buf_addc(to, '"');
}

struct marks tokens_part(const struct marks *whole, uint32_t i, uint32_t n, struct buf *text)
{
	struct marks marks = *whole;
	struct json_walk walk;
	struct json_member m;
	size_t behind = 0;

	if (n == 1)
		return marks;
	buf_reset(text);
	if (whole->ack.p) {
		part_add(text, whole->ack, i, n);
		behind = text->len;
	}
	if (whole->acks.p) {
		buf_addc(text, '[');
		for (json_walk(&walk, whole->acks); json_next(&walk, &m);) {
			if (text->len > behind + 1)
				buf_addc(text, ',');
			add_part(text, json_raw(m.value), i, n);
		}
		buf_addc(text, ']');
		marks.acks = (struct slice){text->p + behind, text->len - behind};
	}
	if (whole->ack.p)
		marks.ack = (struct slice){text->p, behind};
	return marks;
}

void tokens_add(struct buf *to, const struct marks *marks)
{
	size_t n = tokens_count(marks);

	for (size_t i = 0; i < n; i++) {
		buf_adds(to, i ? SLICE(",\"") : SLICE("\""));
		buf_adds(to, tokens_nth(marks, i));
		buf_addc(to, '"');
	}
}
