#include "json/index.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "json/simd.h"
#include "json/token.h"
#include "json/whole.h"

#include <stdlib.h>

void index_lead(struct index *x, char c)
{
	const unsigned i = (unsigned char)c & 127;

	x->leads.in[i] = (char)0x80;
	x->leads.by_low[i % 16] |= (char)(1 << i / 16);
}

void index_free(struct index *x)
{
	free(x->block);
	*x = (struct index){0};
}

/* Begins an index; false if nothing but a bracket and its counterpart can be meant. */
static bool begin(struct index *x, struct slice text)
{
	const struct slice inner = json_trim(text);
	const size_t blocks = (inner.n + BLOCK - 1) / BLOCK + 1;

	if (inner.n < 2 || inner.n >= UINT32_MAX - BLOCK ||
	    !((inner.p[0] == '{' && inner.p[inner.n - 1] == '}') ||
	      (inner.p[0] == '[' && inner.p[inner.n - 1] == ']')))
		return false;
	if (blocks > x->room) {
		x->room = blocks > x->room * 2 ? blocks : x->room * 2;
		x->block = mem_resize(x->block, x->room, sizeof *x->block);
	}
	index_lead(x, '\\');
	x->text = inner.p;
	x->n = (uint32_t)inner.n;
	x->block[blocks - 1] = (struct landmarks){1, 0, 1, 1};
	return true;
}

/* A place, by the lowest bit of a set of them. */
static uint32_t first_of(const struct index *x, const struct landmarks *b, uint64_t set)
{
	return (uint32_t)(b - x->block) * BLOCK + (uint32_t)__builtin_ctzll(set);
}

/* --- brackets --------------------------------------------------------------------- */

#define NEST 64

/* Those that have not found each other yet, but the outermost: a bit each, in their order. */
struct nest {
	uint64_t open;	 /* it does; the others close */
	uint64_t object; /* it is one of {} */
	unsigned n;	 /* less than NEST */
	uint64_t error;
};

/* Takes away what stands side by side, until nothing does. */
INLINE void nest_pair(struct nest *s, const struct wide *w)
{
	uint64_t all = (UINT64_C(1) << s->n) - 1, pairs;

	while ((pairs = s->open & (all & ~s->open) >> 1) != 0) {
		const uint64_t left = all & ~(pairs | pairs << 1);

		s->error |= (s->object ^ s->object >> 1) & pairs;
		s->open = w->gather(s->open, left);
		s->object = w->gather(s->object, left);
		all = w->gather(all, left);
	}
	s->n = (unsigned)__builtin_popcountll(all);
}

/* Adds those of a block; false if they are too many at once, or nested too deeply for this. */
INLINE bool nest_add(struct nest *s, uint64_t all, uint64_t open, uint64_t object,
		     const struct wide *w)
{
	const unsigned n = (unsigned)__builtin_popcountll(all);

	if (s->n + n >= NEST) {
		nest_pair(s, w);
		if (s->n + n >= NEST)
			return false;
	}
	s->open |= w->gather(open, all) << s->n;
	s->object |= w->gather(object, all) << s->n;
	s->n += n;
	return true;
}

/* The same for all of them with a stack: how deep they nest does not matter. */
static bool pair_all(const struct index *x)
{
	uint64_t object[JSON_DEPTH_MAX / 64 + 1]; /* a bit a level */
	uint32_t depth = 0;

	for (uint32_t at = 0; at < x->n; at += BLOCK) {
		const struct landmarks *b = &x->block[at / BLOCK];

		for (uint64_t all = b->open | b->close; all; all &= all - 1) {
			const uint64_t bit = all & -all;
			const char c = x->text[at + (uint32_t)__builtin_ctzll(all)];
			uint64_t *level = &object[depth / 64], place = UINT64_C(1) << depth % 64;

			if (b->open & bit) {
				if (depth == JSON_DEPTH_MAX || (depth == 0 && (at > 0 || bit > 1)))
					return false;
				*level = c == '{' ? *level | place : *level & ~place;
				depth++;
				continue;
			}
			if (depth-- == 0)
				return false;
			level = &object[depth / 64];
			place = UINT64_C(1) << depth % 64;
			if (((*level & place) != 0) != (c == '}'))
				return false;
		}
	}
	return depth == 0;
}

/* --- many bytes at a time --------------------------------------------------------- */

/* Where validity as a whole is looked at, too. */
INLINE bool mark_checked(struct index *x, const struct wide *w)
{
	struct spotter spotter = {.to = x->block, .leads = &x->leads};
	struct sieve s;
	bool good = whole_text((struct slice){x->text, x->n}, 0, &spotter, &s, w);

	x->escapes = s.strings.slash != 0;
	return good;
}

/* Trusted text: its strings and brackets only. */
struct outline {
	struct strings strings;
	struct spotter spotter;
	struct nest nest;
	bool deep; /* too deep for that */
};

INLINE uint64_t outline_strings(struct outline *o, const char *p, const struct wide *w)
{
	uint64_t inside, escaped;
	struct edges e;

	w->look_edges(p, &e);
	return strings_block(&o->strings, e.quote, e.slash, e.high, &inside, &escaped, w);
}

/* `inner`: all bits but those of the outermost brackets. */
INLINE void outline_brackets(struct outline *o, const char *p, uint64_t inner, const struct wide *w)
{
	/* {} have a bit that [] have not. */
	const uint64_t objects = ~w->up_to(p, ']');
	const struct landmarks *b = o->spotter.to;

	spot_block(&o->spotter, p, w);
	if (!o->deep)
		o->deep = !nest_add(&o->nest, (b->open | b->close) & inner, b->open, objects, w);
}

INLINE bool mark_trusted(struct index *x, const struct wide *w)
{
	const uint32_t last = (x->n - 1) / BLOCK;
	const char *p = x->text;
	struct outline o = {.spotter = {.to = x->block, .leads = &x->leads}};
	uint64_t inner = ~UINT64_C(1);
	char rest[BLOCK];

	w->pad(rest, p + last * BLOCK, x->n - last * BLOCK);
	for (uint32_t i = 0; i < last; i++)
		x->block[i].quote = outline_strings(&o, p + i * BLOCK, w);
	x->block[last].quote = outline_strings(&o, rest, w);
	for (uint32_t i = 0; i < last; i++, inner = ~UINT64_C(0))
		outline_brackets(&o, p + i * BLOCK, inner, w);
	inner &= ~(UINT64_C(1) << (x->n - 1) % BLOCK);
	outline_brackets(&o, rest, inner, w);
	nest_pair(&o.nest, w);
	x->escapes = o.strings.slash != 0;
	return !o.strings.error && !o.strings.quoted &&
	       (o.deep ? pair_all(x) : !o.nest.error && o.nest.n == 0) &&
	       (!o.strings.high || utf8_text((struct slice){x->text, x->n}, w));
}

INLINE bool build(struct index *x, struct slice text, bool trust, const struct wide *w)
{
	return begin(x, text) && (trust ? mark_trusted(x, w) : mark_checked(x, w));
}

/* See index_leap. */
INLINE uint32_t leap(const struct index *x, uint32_t at)
{
	const struct landmarks *b = &x->block[at / BLOCK];
	uint64_t open = b->open & ~UINT64_C(0) << at % BLOCK;
	uint64_t close = b->close & ~UINT64_C(0) << at % BLOCK;
	uint32_t depth = 0, closed;

	for (;;) {
		closed = (uint32_t)__builtin_popcountll(close);
		if (closed >= depth) { /* most blocks have too few */
			closed = 0;
			for (; close; close &= close - 1) {
				const uint64_t before = open & ((close & -close) - 1);

				closed++;
				if (depth + (uint32_t)__builtin_popcountll(before) == closed)
					return first_of(x, b, close) + 1;
			}
		}
		depth += (uint32_t)__builtin_popcountll(open) - closed;
		b++;
		open = b->open;
		close = b->close;
	}
}

#ifdef __x86_64__

FOR_AVX2 static uint32_t leap_avx2(const struct index *x, uint32_t at)
{
	return leap(x, at);
}

FOR_AVX2 static bool build_avx2(struct index *x, struct slice text, bool trust)
{
	x->leap = leap_avx2;
	return build(x, text, trust, &wide_avx2);
}

FOR_AVX512 static bool build_avx512(struct index *x, struct slice text, bool trust)
{
	x->leap = leap_avx2;
	return build(x, text, trust, &wide_avx512);
}
#endif

/* --- byte by byte ----------------------------------------------------------------- */

static void mark(struct index *x, const char *p)
{
	const uint32_t at = (uint32_t)(p - x->text);
	struct landmarks *b = &x->block[at / BLOCK];
	const uint64_t bit = UINT64_C(1) << at % BLOCK;

	if (*p == '"')
		b->quote |= bit;
	else if (*p == '{' || *p == '[')
		b->open |= bit;
	else
		b->close |= bit;
	b->stop |= b->open | b->close;
}

/* Behind the string whose opening quote is at p, NULL if it is not closed. */
static const char *mark_string(struct index *x, const char *p, const char *end)
{
	const uint32_t at = (uint32_t)(p + 1 - x->text);

	mark(x, p++);
	if (p < end && x->leads.in[*p & 127])
		x->block[at / BLOCK].stop |= UINT64_C(1) << at % BLOCK;
	while ((p = simd_plain(p, end)) < end) {
		if (*p == '"') {
			mark(x, p);
			return p + 1;
		}
		x->escapes |= *p == '\\';
		p += *p == '\\' && end - p > 1 ? 2 : 1;
	}
	return NULL;
}

static inline bool is_bracket(char c)
{
	return (c | 0x20) == '{' || (c | 0x20) == '}';
}

static bool mark_bytes(struct index *x)
{
	const char *p = x->text, *end = p + x->n;

	memset(x->block, 0, (x->n + BLOCK - 1) / BLOCK * sizeof *x->block);
	x->escapes = false;
	while (p && p < end) {
		if (*p == '"') {
			p = mark_string(x, p, end);
		} else if (*p == '\\' || (signed char)*p < 0) {
			return false;
		} else {
			if (is_bracket(*p))
				mark(x, p);
			p++;
		}
	}
	return p != NULL;
}

static uint32_t leap_bytes(const struct index *x, uint32_t at)
{
	return leap(x, at);
}

static bool build_bytes(struct index *x, struct slice text, bool trust)
{
	x->leap = leap_bytes;
	if (!begin(x, text) || (!trust && token_check(text, 0, NULL) == JSON_NONE))
		return false;
	return utf8_valid(x->text, x->n) && mark_bytes(x) && pair_all(x);
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

/* --- for walks -------------------------------------------------------------------- */

bool index_stop(const struct index *x, uint32_t *at)
{
	for (;;) {
		const struct landmarks *b = &x->block[*at / BLOCK];
		uint64_t set = b->stop & ~UINT64_C(0) << *at % BLOCK, bit;

		while (set == 0)
			set = (++b)->stop;
		*at = first_of(x, b, set);
		bit = set & -set;
		if (!(b->open & bit))
			return !(b->close & bit);
		*at = index_leap(x, *at);
	}
}
