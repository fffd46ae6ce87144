/*
 * A whole text through sieve and skeleton: so many blocks at a time that the processor
 * keeps the one's state in its registers, then the other's.
 */
#ifndef KEB_JSON_WHOLE_H
#define KEB_JSON_WHOLE_H

#include "json/landmarks.h"
#include "json/skeleton.h"

#define BATCH 16 /* blocks */

/* Tokens that the sieve has found and the skeleton not yet seen. Starts as {0}. */
struct waiting {
	uint32_t done; /* tokens before them */
	uint32_t n;
	char kind[(BATCH + 2) * BLOCK];
};

/* The blocks at p, the text's own or a copy; `spotter` may be NULL. */
INLINE void sieve_batch(struct sieve *s, struct waiting *t, const char *p, size_t blocks,
			struct spotter *spotter, const struct wide *w)
{
	char *kind = t->kind + t->n;

	for (size_t i = 0; i < blocks; i++, s->p += BLOCK) {
		uint64_t set = sieve_block(s, p + i * BLOCK, w);

		w->take(p + i * BLOCK, set, kind);
		kind += __builtin_popcountll(set);
		if (spotter)
			spotter->to[i].quote = s->quote;
	}
	t->n = (uint32_t)(kind - t->kind);
	for (size_t i = 0; spotter && i < blocks; i++)
		spot_block(spotter, p + i * BLOCK, w);
}

/* All but what does not fill a block; once there is an error they stay. */
INLINE void order_batch(struct skeleton *k, struct waiting *t, const struct wide *w)
{
	uint32_t i;

	for (i = 0; i + BLOCK <= t->n && !k->error; i += BLOCK)
		skeleton_block(k, t->kind + i, t->done + i, BLOCK, w);
	memmove(t->kind, t->kind + i, BLOCK);
	t->done += i;
	t->n -= i;
}

/*
 * Whether the text, which may be shorter than a block, is one valid array or object that
 * may stand within `depth` open brackets; *s is what the sieve has seen of it.
 */
INLINE bool whole_text(struct slice text, unsigned depth, struct spotter *spotter, struct sieve *s,
		       const struct wide *w)
{
	uint32_t stack[JSON_DEPTH_MAX];
	struct skeleton k = {.stack = stack, .most = JSON_DEPTH_MAX - depth, .value = 1};
	struct waiting t;
	char rest[BLOCK];
	size_t left;

	*s = (struct sieve){.p = text.p, .end = text.p + text.n};
	t.done = t.n = 0;
	while ((left = (size_t)(s->end - s->p)) >= BLOCK && !s->error && !k.error) {
		left /= BLOCK;
		sieve_batch(s, &t, s->p, left < BATCH ? left : BATCH, spotter, w);
		order_batch(&k, &t, w);
	}
	if (left > 0 && left < BLOCK && !k.error) {
		w->pad(rest, s->p, left);
		sieve_batch(s, &t, rest, 1, spotter, w);
		order_batch(&k, &t, w);
	}
	memset(t.kind + t.n, ' ', BLOCK);
	skeleton_block(&k, t.kind, t.done, t.n, w);
	return !s->error && !s->strings.error && !s->strings.quoted && !k.error && k.closed &&
	       k.closed == t.done + t.n && (!s->strings.high || utf8_text(text, w));
}

#endif
