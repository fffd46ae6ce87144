#include "pairing.h"

#include "base/list.h"
#include "base/mem.h"
#include "status/part.h"
#include "json/text.h"

#include <stdlib.h>

/*
 * Offsets, not pointers: the text grows. A line's tokens are kept as they stood in
 * it (`ack`, `acks`: raw JSON), since they go on byte for byte whatever a filter
 * makes of their spelling, and unescaped, apart by LF, to compare with (`key`).
 */
struct range {
	size_t at, n;
};

struct asked {
	struct range key, ack, acks;
	bool has_ack, has_acks;
	bool answered;
};

struct answer {
	struct range text;
	struct range ack, acks; /* of the values in the text */
};

enum kind { KIND_NONE, KIND_TOKENS, KIND_PLAIN };

struct pairing {
	struct pairing_to to;
	size_t max_held;
	enum kind kind;
	size_t count;
	LIST_OF(struct asked) asked;
	uint32_t at; /* the line whose answers are held; those before it were answered or passed
			over */
	struct buf tokens;
	LIST_OF(struct answer) answers;
	struct buf held;
	struct buf key;		    /* of a line that came */
	struct buf line, ack, acks; /* a part, as it goes on */
};

struct pairing *pairing_new(const struct pairing_to *to, size_t max_held)
{
	struct pairing *p = mem_alloc(sizeof *p);

	p->to = *to;
	p->max_held = max_held;
	return p;
}

void pairing_free(struct pairing *p)
{
	if (!p)
		return;
	list_free(&p->asked);
	list_free(&p->answers);
	buf_free(&p->tokens);
	buf_free(&p->held);
	buf_free(&p->key);
	buf_free(&p->line);
	buf_free(&p->ack);
	buf_free(&p->acks);
	free(p);
}

static enum kind kind_of(const struct marks *marks)
{
	return marks->ack.p || marks->acks.p ? KIND_TOKENS : KIND_PLAIN;
}

bool pairing_fits(const struct pairing *p, const struct marks *marks)
{
	return p->kind == KIND_NONE || p->kind == kind_of(marks);
}

/* A token holds no LF, and nobody makes one with: it would be no token of the input. */
static void add_key(struct buf *to, const struct marks *marks)
{
	struct json_member m;
	struct json_walk w;

	if (marks->ack.p)
		json_unescape(marks->ack, to);
	buf_addc(to, '\n');
	if (!marks->acks.p)
		return;
	for (json_walk(&w, marks->acks); json_next(&w, &m);) {
		json_unescape(json_raw(m.value), to);
		buf_addc(to, '\n');
	}
}

static struct range keep(struct buf *to, struct slice text)
{
	struct range range = {to->len, text.n};

	buf_adds(to, text);
	return range;
}

static struct slice part_of(const struct buf *text, struct range range)
{
	return (struct slice){buf_slice(text).p + range.at, range.n};
}

void pairing_sent(struct pairing *p, const struct marks *marks)
{
	struct asked asked = {.has_ack = marks->ack.p, .has_acks = marks->acks.p};

	p->kind = kind_of(marks);
	p->count++;
	if (p->kind == KIND_PLAIN)
		return;
	asked.key.at = p->tokens.len;
	add_key(&p->tokens, marks);
	asked.key.n = p->tokens.len - asked.key.at;
	asked.ack = keep(&p->tokens, marks->ack);
	asked.acks = keep(&p->tokens, marks->acks);
	list_add(&p->asked, asked);
}

static struct marks marks_of(const struct pairing *p, const struct asked *asked)
{
	struct marks marks = {0};

	if (asked->has_ack)
		marks.ack = part_of(&p->tokens, asked->ack);
	if (asked->has_acks)
		marks.acks = part_of(&p->tokens, asked->acks);
	return marks;
}

/* --- answers ------------------------------------------------------------------ */

static void add_part(struct buf *to, struct slice token, uint32_t i, uint32_t n)
{
	if (n == 1)
		buf_adds(to, token);
	else
		part_add(to, token, i, n);
}

static void add_parts(struct buf *to, struct slice tokens, uint32_t i, uint32_t n)
{
	struct json_member m;
	struct json_walk w;
	char sep = '[';

	for (json_walk(&w, tokens); json_next(&w, &m); sep = ',') {
		buf_addc(to, sep);
		buf_addc(to, '"');
		add_part(to, json_raw(m.value), i, n);
		buf_addc(to, '"');
	}
	if (sep == '[')
		buf_addc(to, '[');
	buf_addc(to, ']');
}

struct splice {
	struct range at; /* in the line that came */
	struct slice with;
};

/* The line with two of its values replaced, the rest byte for byte. */
static void splice(struct buf *to, struct slice line, struct splice a, struct splice b)
{
	struct splice first = a.at.at <= b.at.at ? a : b, second = a.at.at <= b.at.at ? b : a;
	size_t done = first.at.at + first.at.n, last = second.at.at + second.at.n;

	buf_add(to, line.p, first.at.at);
	buf_adds(to, first.with);
	buf_add(to, line.p + done, second.at.at - done);
	buf_adds(to, second.with);
	buf_add(to, line.p + last, line.n - last);
}

/* Answer i of n, from 1, under the tokens of the line that it answers. */
static void answer(struct pairing *p, const struct marks *asked, const struct answer *answer,
		   uint32_t i, uint32_t n)
{
	struct slice came = part_of(&p->held, answer->text);
	struct marks marks = {0};

	buf_reset(&p->line);
	buf_reset(&p->ack);
	buf_reset(&p->acks);
	if (asked->ack.p) {
		add_part(&p->ack, asked->ack, i, n);
		marks.ack = buf_slice(&p->ack);
	}
	if (asked->acks.p) {
		add_parts(&p->acks, asked->acks, i, n);
		marks.acks = buf_slice(&p->acks);
	}
	splice(&p->line, came, (struct splice){answer->ack, marks.ack},
	       (struct splice){answer->acks, marks.acks});
	p->to.line(p->to.ctx, buf_slice(&p->line), &marks);
}

/* The line at hand has had all its answers. */
static void pass_on(struct pairing *p)
{
	struct marks asked = marks_of(p, &p->asked.p[p->at]);

	for (uint32_t i = 0; i < p->answers.n; i++)
		answer(p, &asked, &p->answers.p[i], i + 1, p->answers.n);
	p->asked.p[p->at].answered = p->answers.n > 0;
	p->answers.n = 0;
	buf_reset(&p->held);
}

/* --- what came ---------------------------------------------------------------- */

static bool is_key(const struct pairing *p, uint32_t i)
{
	return slice_eq(part_of(&p->tokens, p->asked.p[i].key), buf_slice(&p->key));
}

static struct range place(struct slice line, struct slice value)
{
	return value.p ? (struct range){(size_t)(value.p - line.p), value.n} : (struct range){0, 0};
}

static enum pairing_came hold(struct pairing *p, struct slice line, const struct marks *marks)
{
	struct answer answer = {.ack = place(line, marks->ack), .acks = place(line, marks->acks)};

	if (p->held.len + line.n > p->max_held)
		return PAIRING_TOO_MUCH;
	answer.text = keep(&p->held, line);
	list_add(&p->answers, answer);
	return PAIRING_GOOD;
}

enum pairing_came pairing_came(struct pairing *p, struct slice line, const struct marks *marks)
{
	if (p->kind == KIND_PLAIN) {
		p->to.line(p->to.ctx, line, marks);
		return PAIRING_GOOD;
	}
	if (kind_of(marks) == KIND_PLAIN)
		return PAIRING_NO_TOKEN;
	buf_reset(&p->key);
	add_key(&p->key, marks);
	for (uint32_t i = p->at; i < p->asked.n; i++) {
		if (!is_key(p, i))
			continue;
		if (i == p->at)
			return hold(p, line, marks);
		if (line.n > p->max_held)
			return PAIRING_TOO_MUCH;
		pass_on(p);
		p->at = i;
		return hold(p, line, marks);
	}
	for (uint32_t i = 0; i < p->at; i++)
		if (is_key(p, i))
			return PAIRING_TOO_LATE;
	return PAIRING_UNKNOWN;
}

void pairing_end(struct pairing *p)
{
	if (p->asked.n > 0)
		pass_on(p);
	for (uint32_t i = 0; i < p->asked.n; i++) {
		struct marks asked = marks_of(p, &p->asked.p[i]);

		if (!p->asked.p[i].answered)
			p->to.filtered(p->to.ctx, &asked);
	}
	p->kind = KIND_NONE;
	p->count = 0;
	p->asked.n = p->at = 0;
	buf_reset(&p->tokens);
}

size_t pairing_count(const struct pairing *p)
{
	return p->count;
}
