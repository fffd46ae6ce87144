/*
 * Bit i of a set stands for byte i of the block. "Follows" is an addition: a bit behind
 * a token, added to the run of white space it begins, comes out behind the run; what
 * goes over the block's end is carried into the next one. Digits of numbers and the
 * insides of names are passed the same way. (The idea is that of parallel bit streams:
 * Cameron et al., Parabix.)
 */
#include "json/quick.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>

#define BATCH  16
#define INLINE static inline __attribute__((always_inline))

/* One bit each: what the block before leaves for the first byte of the next one. */
struct carries {
	uint64_t quoted; /* all bits: in a string */
	uint64_t escaped;
	uint64_t value, array, object, key, end, named; /* see check_tokens */
	uint64_t name, primitive;
	uint64_t minus, zero, whole, dot, fraction, exponent, sign, power;
};

struct check {
	struct quick *q;
	const char *start, *p, *end; /* p: of the block */
	struct carries c;
	uint64_t error;
	uint64_t context; /* all bits: an object is open innermost */
	uint64_t high;
	uint32_t depth, opened;
	bool closed; /* the outermost bracket is */
};

/* What is derived of a block. */
struct outside {
	uint64_t inside; /* strings with their opening quote */
	uint64_t quote;	 /* of strings */
	uint64_t object; /* where an object is open innermost */
};

void quick_free(struct quick *q)
{
	free(q->leap);
	*q = (struct quick){0};
}

bool quick_is_worth(void)
{
	return blocks_best() != blocks_portable;
}

/* --- sets of bits ---------------------------------------------------------------- */

/* Each bit of `from` moved through the run of `through` that it stands at; *carry in and out. */
INLINE uint64_t pass(uint64_t from, uint64_t through, uint64_t *carry)
{
	uint64_t sum;

	*carry = __builtin_add_overflow(from | *carry, through, &sum);
	return sum & ~through;
}

/* The first byte that is not white space behind each bit. */
INLINE uint64_t follow(uint64_t tokens, uint64_t space, uint64_t *carry)
{
	uint64_t from = tokens << 1 | *carry, sum;

	*carry = (tokens >> 63) | __builtin_add_overflow(from, space, &sum);
	return sum & ~space;
}

/* The same, beside the bytes that are behind the end of a number or a word. */
INLINE uint64_t follow_ends(uint64_t tokens, uint64_t at, uint64_t space, uint64_t *carry)
{
	uint64_t from = tokens << 1 | at | *carry, sum;

	*carry = (tokens >> 63) | __builtin_add_overflow(from, space, &sum);
	return sum & ~space;
}

/* The next byte behind each bit. */
INLINE uint64_t behind(uint64_t bits, uint64_t *carry)
{
	uint64_t moved = bits << 1 | *carry;

	*carry = bits >> 63;
	return moved;
}

INLINE uint64_t prefix_xor(uint64_t x)
{
	x ^= x << 1;
	x ^= x << 2;
	x ^= x << 4;
	x ^= x << 8;
	x ^= x << 16;
	return x ^ x << 32;
}

/* --- strings --------------------------------------------------------------------- */

/* The bytes that a backslash stands before. */
static uint64_t find_escaped(uint64_t slash, uint64_t *carry)
{
	uint64_t escaped = 0;

	if (*carry) {
		escaped = 1;
		slash &= ~UINT64_C(1);
	}
	*carry = 0;
	while (slash) {
		uint64_t first = slash & -slash;

		if (first >> 63) {
			*carry = 1;
			break;
		}
		escaped |= first << 1;
		slash &= ~(first | first << 1);
	}
	return escaped;
}

static bool is_hex(char c)
{
	return (unsigned char)(c - '0') < 10 || (unsigned char)((c | 0x20) - 'a') < 6;
}

static void check_escapes(struct check *k, uint64_t escaped)
{
	for (; escaped; escaped &= escaped - 1) {
		const char *p = k->p + __builtin_ctzll(escaped);

		if (p >= k->end) {
			k->error = 1;
		} else if (*p == 'u') {
			k->error |= k->end - p < 5 || !is_hex(p[1]) || !is_hex(p[2]) ||
				    !is_hex(p[3]) || !is_hex(p[4]);
		} else {
			k->error |= *p == '\0' || !strchr("\"\\/bfnrt", *p);
		}
	}
}

INLINE void find_strings(struct check *k, const struct block *b, struct outside *o)
{
	uint64_t escaped = 0;

	if (b->slash | k->c.escaped)
		escaped = find_escaped(b->slash, &k->c.escaped);
	o->quote = b->quote & ~escaped;
	o->inside = prefix_xor(o->quote) ^ k->c.quoted;
	k->c.quoted = UINT64_C(0) - (o->inside >> 63);
	if (escaped)
		check_escapes(k, escaped);
	k->error |= (b->control & o->inside) | ((b->slash | b->high) & ~o->inside);
	k->high |= b->high;
}

/* --- brackets -------------------------------------------------------------------- */

/* All bits if the innermost bracket, the depth-th, is that of an object. */
INLINE uint64_t context(const struct quick *q, uint32_t depth)
{
	return depth && q->stack[depth - 1] & 1 ? ~UINT64_C(0) : 0;
}

static void more_room(struct quick *q)
{
	q->room = q->room ? 2 * q->room : 256;
	q->leap = mem_resize(q->leap, q->room, sizeof *q->leap);
}

INLINE void find_brackets(struct check *k, const struct block *b, struct outside *o)
{
	struct quick *q = k->q;
	const uint64_t objects = b->open_object | b->close_object;
	const uint64_t opening = b->open_object | b->open_array;
	const uint32_t base = (uint32_t)(k->p - k->start);
	uint64_t all = (objects | b->open_array | b->close_array) & ~o->inside;
	uint64_t inner = k->context, object = inner, above = 0, error = 0;
	uint32_t depth = k->depth, opened = k->opened;

	if (q->room - opened < BLOCK)
		more_room(q);
	for (; all; all &= all - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(all);
		const uint32_t kind = objects >> i & 1;

		above = ~UINT64_C(1) << i;
		if (opening >> i & 1) {
			if (depth == JSON_DEPTH_MAX)
				break;
			q->stack[depth++] = opened++ << 1 | kind;
			inner = (uint64_t)0 - kind;
		} else {
			uint32_t top;

			if (depth == 0)
				break;
			top = q->stack[--depth];
			error |= (top & 1) ^ kind;
			q->leap[top >> 1] = (struct quick_leap){base + i + 1, opened};
			inner = context(q, depth);
			if (depth == 0)
				error |= above & ~b->space;
		}
		object = (object & ~above) | (inner & above);
	}
	k->closed |= depth == 0 && opened > 0;
	k->error |= error | all;
	k->context = inner;
	k->depth = depth;
	k->opened = opened;
	o->object = object;
}

/* --- numbers and words ------------------------------------------------------------ */

static bool is_word(const char *p, const char *end)
{
	size_t left = (size_t)(end - p), n = 4;

	if (left >= 5 && memcmp(p, "false", 5) == 0)
		n = 5;
	else if (left < 4 || (memcmp(p, "true", 4) != 0 && memcmp(p, "null", 4) != 0))
		return false;
	return left > n && p[n] && strchr(",]} \t\n\r", p[n]);
}

/* The power behind the exponents' letters; returns where they end. */
static uint64_t check_powers(struct check *k, const struct block *b, uint64_t letters)
{
	uint64_t from = behind(letters, &k->c.exponent), sign = from & (b->plus | b->minus);

	from = (from & ~sign) | behind(sign, &k->c.sign);
	k->error |= from & ~b->digit;
	return pass(from, b->digit, &k->c.power);
}

INLINE void check_primitives(struct check *k, const struct block *b, uint64_t all, uint64_t starts)
{
	struct carries *c = &k->c;
	uint64_t numbers = starts & (b->digit | b->minus), words = starts & ~numbers;
	uint64_t first = behind(numbers & b->minus, &c->minus) | (numbers & b->digit);
	uint64_t whole, dots, fraction, ends, letters;

	k->error |= first & ~b->digit;
	k->error |= behind(first & b->zero, &c->zero) & b->digit;
	whole = pass(first, b->digit, &c->whole);
	dots = behind(whole & b->dot, &c->dot);
	k->error |= dots & ~b->digit;
	fraction = pass(dots, b->digit, &c->fraction);
	letters = (whole | fraction) & b->exponent;
	ends = (whole & ~b->dot) | fraction;
	if (letters | c->exponent | c->sign | c->power)
		ends = (ends & ~letters) | check_powers(k, b, letters);
	k->error |= ends & all;
	for (; words; words &= words - 1)
		k->error |= !is_word(k->p + __builtin_ctzll(words), k->end);
}

/* --- what may follow what --------------------------------------------------------- */

INLINE void check_tokens(struct check *k, const struct block *b, const struct outside *o,
			 const uint64_t space)
{
	struct carries *c = &k->c;
	const uint64_t out = ~o->inside;
	const uint64_t open_object = b->open_object & out, close_object = b->close_object & out;
	const uint64_t open_array = b->open_array & out, close_array = b->close_array & out;
	const uint64_t colon = b->colon & out, comma = b->comma & out;
	const uint64_t opening = o->quote & o->inside, closing = o->quote & out;
	const uint64_t primitive = out & ~(o->quote | space | open_object | close_object |
					   open_array | close_array | colon | comma);
	const uint64_t after = behind(primitive, &c->primitive), starts = primitive & ~after;
	/* Where the first element, the first member, any value, any name has to stand. */
	const uint64_t first_element = follow(open_array, space, &c->array);
	const uint64_t first_member = follow(open_object, space, &c->object);
	const uint64_t value = follow(colon | (comma & ~o->object), space, &c->value) |
			       (first_element & ~close_array);
	const uint64_t name =
		follow(comma & o->object, space, &c->key) | (first_member & ~close_object);
	const uint64_t name_end = pass(name & opening, o->inside, &c->name);
	const uint64_t ends = (closing & ~name_end) | close_object | close_array;
	const uint64_t ended = follow_ends(ends, after & ~primitive, space, &c->end);

	k->error |= name & ~opening;
	k->error |= (opening | open_object | open_array | starts) ^ (value | name);
	k->error |= follow(name_end, space, &c->named) ^ colon;
	k->error |= ended & ~(comma | close_object | close_array);
	k->error |= comma & ~ended;
	k->error |= close_object & ~(ended | first_member);
	k->error |= close_array & ~(ended | first_element);
	check_primitives(k, b, primitive, starts);
}

/* --- the text --------------------------------------------------------------------- */

INLINE void check_block(struct check *k, const struct block *b, bool trust)
{
	struct outside o;

	if (k->closed) { /* white space, as it is in the block of the last bracket */
		k->error |= ~b->space;
		return;
	}
	find_strings(k, b, &o);
	find_brackets(k, b, &o);
	if (!trust) {
		const uint64_t space = b->space & ~o.inside;

		/* Most blocks of most programs' lines have none: the additions go. */
		if (space)
			check_tokens(k, b, &o, space);
		else
			check_tokens(k, b, &o, 0);
	}
	k->p += BLOCK;
}

/* The rest of the text, less than a block, with blanks behind it. */
static void check_rest(struct check *k, blocks_fn *classify, bool trust)
{
	char rest[BLOCK];
	struct block block;

	memset(rest, ' ', sizeof rest);
	memcpy(rest, k->p, (size_t)(k->end - k->p));
	classify(rest, 1, &block);
	check_block(k, &block, trust);
}

bool quick_check(struct quick *q, struct slice text, blocks_fn *classify, bool trust)
{
	struct check k = {.q = q, .start = text.p, .p = text.p, .end = text.p + text.n};
	struct slice first = json_trim(text);
	struct block block[BATCH];

	if (first.n == 0 || (first.p[0] != '{' && first.p[0] != '[') || text.n > UINT32_MAX / 4)
		return false;
	k.c.value = 1;
	while (k.end - k.p >= BLOCK && !k.error) {
		size_t n = (size_t)(k.end - k.p) / BLOCK;

		if (n > BATCH)
			n = BATCH;
		classify(k.p, n, block);
		for (size_t i = 0; i < n; i++)
			check_block(&k, &block[i], trust);
	}
	if (!k.error && k.p < k.end)
		check_rest(&k, classify, trust);
	return !k.error && k.closed && (!k.high || utf8_valid(text.p, text.n));
}
