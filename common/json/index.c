#include "json/index.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "json/simd.h"
#include "json/skeleton.h"
#include "json/token.h"

#include <stdlib.h>

#define BATCH 16 /* blocks for which room is made at once */

void index_free(struct index *x)
{
	free(x->kind);
	free(x->at);
	free(x->behind);
	*x = (struct index){0};
}

/* Room for `more` tokens, and for a whole block of which the last one is the first. */
static void make_room(struct index *x, size_t more)
{
	size_t want = x->n + more + BLOCK;

	if (want <= x->room)
		return;
	x->room += x->room / 2;
	if (x->room < want)
		x->room = want;
	x->kind = mem_resize(x->kind, x->room, sizeof *x->kind);
	x->at = mem_resize(x->at, x->room, sizeof *x->at);
	x->behind = mem_resize(x->behind, x->room, sizeof *x->behind);
}

/* --- many bytes at a time --------------------------------------------------------- */

/* Where the next tokens go: a copy of the index's own, for the registers. */
struct room {
	char *kind;
	uint32_t *at;
};

/* The tokens of the block at p, the text's byte `base`. */
INLINE void keep_tokens(struct room *to, const char *p, uint64_t set, uint32_t base,
			const struct wide *w)
{
	const unsigned n = (unsigned)__builtin_popcountll(set);

	w->take(p, set, to->kind, base, to->at);
	to->kind += n;
	to->at += n;
}

/* The tokens of so many blocks; `p` is where they stand, the text or a copy of it. */
INLINE void sieve_blocks(struct index *x, struct sieve *s, const char *p, size_t blocks, bool trust,
			 const struct wide *w)
{
	struct room to;

	make_room(x, (blocks + 1) * BLOCK);
	to = (struct room){x->kind + x->n, x->at + x->n};
	for (; blocks; blocks--, s->p += BLOCK, p += BLOCK)
		keep_tokens(&to, p, sieve_block(s, p, trust, w), (uint32_t)(s->p - x->text), w);
	x->n = (uint32_t)(to.kind - x->kind);
}

INLINE bool sieve_text(struct index *x, struct slice text, bool trust, const struct wide *w)
{
	struct sieve s = {.p = text.p, .end = text.p + text.n};
	char rest[BLOCK];
	size_t left;

	while ((left = (size_t)(s.end - s.p)) >= BLOCK && !s.error)
		sieve_blocks(x, &s, s.p, left / BLOCK < BATCH ? left / BLOCK : BATCH, trust, w);
	if (left && !s.error) {
		w->pad(rest, s.p, left);
		sieve_blocks(x, &s, rest, 1, trust, w);
	}
	x->escapes = s.slash != 0;
	return !s.error && !s.quoted && (!s.high || utf8_text(text, w));
}

INLINE bool order_tokens(struct index *x, bool trust, const struct wide *w)
{
	struct skeleton k = {
		.stack = x->stack, .behind = x->behind, .most = JSON_DEPTH_MAX, .value = 1};

	memset(x->kind + x->n, ' ', BLOCK);
	for (uint32_t i = 0; i < x->n && !k.error; i += BLOCK)
		skeleton_block(&k, x->kind + i, i, x->n - i, trust, w);
	return !k.error && k.closed && k.closed == x->n;
}

INLINE bool build(struct index *x, struct slice text, bool trust, const struct wide *w)
{
	x->text = text.p;
	x->n = 0;
	if (text.n == 0 || text.n >= UINT32_MAX || !sieve_text(x, text, trust, w) ||
	    !order_tokens(x, trust, w))
		return false;
	x->kind[x->n] = '\0';
	x->at[x->n] = (uint32_t)text.n;
	return true;
}

#ifdef __x86_64__

FOR_AVX2 static bool build_avx2(struct index *x, struct slice text, bool trust)
{
	return trust ? build(x, text, true, &wide_avx2) : build(x, text, false, &wide_avx2);
}

FOR_AVX512 static bool build_avx512(struct index *x, struct slice text, bool trust)
{
	return trust ? build(x, text, true, &wide_avx512) : build(x, text, false, &wide_avx512);
}
#endif

/* --- byte by byte ----------------------------------------------------------------- */

static inline bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline bool is_structural(char c)
{
	return (c | 0x20) == '{' || (c | 0x20) == '}' || c == ':' || c == ',';
}

/* Behind the string whose content begins at p, NULL if it is not closed. */
static const char *pass_string(struct index *x, const char *p, const char *end)
{
	while ((p = simd_plain(p, end)) < end) {
		if (*p == '"')
			return p + 1;
		x->escapes |= *p == '\\';
		p += *p == '\\' && end - p > 1 ? 2 : 1;
	}
	return NULL;
}

static inline bool is_primitive(char c)
{
	return (signed char)c >= 0 && c != '"' && c != '\\' && !is_structural(c) && !is_space(c);
}

/* Behind the number or the word at p, or what trusted text has in the place of one. */
static const char *pass_primitive(const char *p, const char *end)
{
	while (p < end && is_primitive(*p))
		p++;
	return p;
}

static void pair_bracket(struct skeleton *k, char c, uint32_t token)
{
	if (c == '{' || c == '[')
		skeleton_open(k, token, c == '{');
	else if (c == '}' || c == ']')
		skeleton_close(k, token, c == '}');
}

static bool find_tokens(struct index *x, struct slice text)
{
	struct skeleton k = {.stack = x->stack, .most = JSON_DEPTH_MAX};
	const char *p = text.p, *end = text.p + text.n, *first;

	while (p < end && !k.error) {
		first = p;
		if (is_space(*p)) {
			p++;
			continue;
		}
		make_room(x, 1);
		k.behind = x->behind;
		if (is_structural(*p))
			pair_bracket(&k, *p++, x->n);
		else if (*p == '"')
			p = pass_string(x, p + 1, end);
		else
			p = pass_primitive(p, end);
		if (p == NULL || p == first)
			return false;
		x->kind[x->n] = *first;
		x->at[x->n++] = (uint32_t)(first - text.p);
	}
	return !k.error && k.closed && k.closed == x->n;
}

static bool build_bytes(struct index *x, struct slice text, bool trust)
{
	x->text = text.p;
	x->n = 0;
	x->escapes = false;
	if (text.n >= UINT32_MAX ||
	    (trust ? !utf8_valid(text.p, text.n) : token_check(text, 0, NULL) < JSON_ARRAY) ||
	    !find_tokens(x, text))
		return false;
	x->kind[x->n] = '\0';
	x->at[x->n] = (uint32_t)text.n;
	return true;
}

/* --- which of them ---------------------------------------------------------------- */

index_fn *index_nth(size_t i)
{
	switch (blocks_nth(i)) {
#ifdef __x86_64__
	case BLOCKS_AVX512:
		return build_avx512;
	case BLOCKS_AVX2:
		return build_avx2;
#endif
	case BLOCKS_NONE:
		return build_bytes;
	default:
		return NULL;
	}
}

bool index_build(struct index *x, struct slice text, bool trust)
{
	return index_nth(0)(x, text, trust);
}
