/*
 * What remains of text when strings, numbers and words are each taken for one token: the
 * tokens' first bytes. On the way strings, numbers and words are checked, all bytes of a
 * block at once, by arithmetic on sets of bits: bit i stands for byte i of the block,
 * "behind" is a shift, and a run of digits is passed by an addition that carries. What
 * goes over the end of a block is carried into the next one. (The idea is that of
 * parallel bit streams: Cameron et al., Parabix; Langdale and Lemire, simdjson.)
 *
 * White space between tokens is gone in what remains: json/skeleton looks at the order.
 */
#ifndef KEB_JSON_SIEVE_H
#define KEB_JSON_SIEVE_H

#include "json/blocks.h"

#include "base/slice.h"

/* Where strings are. Starts as {0}. */
struct strings {
	uint64_t quoted;      /* all bits: the block begins in a string */
	uint64_t escaped;     /* its first byte is */
	uint64_t high, slash; /* whether there was any so far */
	uint64_t error;	      /* one of them between strings */
};

/* Starts as {.p, .end}: the block at hand, the end of the text. */
struct sieve {
	const char *p, *end;
	struct strings strings;
	uint64_t quote; /* of the block: see strings_block */
	uint64_t error;
	uint64_t control; /* whether there was any so far */
	/* One bit each: what the last byte of the block before was, or ended. */
	uint64_t primitive, minus, dot, zero, fraction;
};

/* Which byte of a character is still to come, and behind which first one. Starts as {0}. */
struct characters {
	uint64_t error, second, third, fourth, e0, ed, f0, f4;
};

/* The next byte behind each bit. */
INLINE uint64_t behind(uint64_t bits, uint64_t *carry)
{
	uint64_t moved = bits << 1 | *carry;

	*carry = bits >> 63;
	return moved;
}

/* --- strings ---------------------------------------------------------------------- */

/*
 * The bytes that a backslash stands before, itself without one. A run of backslashes is
 * passed by an addition: whether it began at an even place and where it ends tells
 * whether its length is odd.
 */
static inline uint64_t sieve_escaped(uint64_t slash, uint64_t *carry)
{
	const uint64_t even = UINT64_C(0x5555555555555555);
	uint64_t follows, odd_starts, sum;

	slash &= ~*carry;
	follows = slash << 1 | *carry;
	odd_starts = slash & ~even & ~follows;
	*carry = __builtin_add_overflow(odd_starts, slash, &sum);
	return (even ^ sum << 1) & follows;
}

static inline bool sieve_is_hex(char c)
{
	return (unsigned char)(c - '0') < 10 || (unsigned char)((c | 0x20) - 'a') < 6;
}

/* What the backslashes of the block at p stand before; the text ends at `end`. */
static bool sieve_escapes_are_good(const char *block, const char *end, uint64_t escaped)
{
	for (; escaped; escaped &= escaped - 1) {
		const char *p = block + __builtin_ctzll(escaped);

		if (p >= end || *p == '\0' || !strchr("\"\\/bfnrtu", *p))
			return false;
		if (*p == 'u' && (end - p < 5 || !sieve_is_hex(p[1]) || !sieve_is_hex(p[2]) ||
				  !sieve_is_hex(p[3]) || !sieve_is_hex(p[4])))
			return false;
	}
	return true;
}

/* --- numbers and words ------------------------------------------------------------ */

static inline bool sieve_ends(const char *p, const char *end)
{
	return p < end && *p && strchr(",]} \t\n\r", *p);
}

static inline bool sieve_is_word(const char *p, const char *end)
{
	size_t left = (size_t)(end - p);

	if (left >= 5 && memcmp(p, "false", 5) == 0)
		return sieve_ends(p + 5, end);
	return left >= 4 && (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0) &&
	       sieve_ends(p + 4, end);
}

static inline bool sieve_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool sieve_is_letter(char c)
{
	return !sieve_is_digit(c) && c != '-' && c != '.';
}

/* From the letter of an exponent, which a digit must stand before. */
static inline bool sieve_is_power(const char *p, const char *end)
{
	const char *digits;

	if ((*p | 0x20) != 'e' || !sieve_is_digit(p[-1]))
		return false;
	p++;
	if (p < end && (*p == '+' || *p == '-'))
		p++;
	for (digits = p; p < end && sieve_is_digit(*p); p++)
		;
	return p > digits && sieve_ends(p, end);
}

/*
 * What is no digit, dot or minus in the block at p, and a minus within a number. The first
 * letter of several begins a word or a power, which is looked at as a whole; the others,
 * and a minus behind a letter, are part of that.
 */
static bool sieve_letters_are_good(const char *block, const char *end, uint64_t letter,
				   uint64_t starts, uint64_t minus)
{
	for (uint64_t left = (letter & ~(letter << 1)) | minus; left; left &= left - 1) {
		const uint64_t bit = left & -left;
		const char *p = block + __builtin_ctzll(left);

		if (starts & bit
			    ? !sieve_is_word(p, end)
			    : !sieve_is_letter(p[-1]) && (minus & bit || !sieve_is_power(p, end)))
			return false;
	}
	return true;
}

/* All that is neither string, structure nor white space; `starts`: where it begins. */
INLINE void sieve_check_primitives(struct sieve *s, const struct block *b, uint64_t all,
				   uint64_t starts)
{
	const uint64_t digit = b->digit & all, minus = b->minus & all, dot = b->dot & all;
	const uint64_t letter = all & ~(digit | minus | dot), inner = minus & ~starts;
	const uint64_t behind_minus = behind(minus & starts, &s->minus);
	const uint64_t behind_dot = behind(dot, &s->dot);
	const uint64_t zero = (starts | behind_minus) & b->zero & all;
	uint64_t sum, error;

	error = ((behind_minus | behind_dot) & ~digit) | (dot & starts);
	error |= behind(zero, &s->zero) & digit;
	/* One dot at most: the digits of a fraction are passed. */
	s->fraction = __builtin_add_overflow(behind_dot | s->fraction, digit, &sum);
	error |= sum & dot;
	if (letter | inner)
		error |= !sieve_letters_are_good(s->p, s->end, letter, starts, inner);
	s->error |= error;
}

/* --- a block ---------------------------------------------------------------------- */

/*
 * The quotes that open or close a string, of all that stand in a block; *inside: what is
 * between them, with the opening ones; *escaped: what a backslash stands before.
 */
INLINE uint64_t strings_block(struct strings *s, uint64_t quote, uint64_t slash, uint64_t high,
			      uint64_t *inside, uint64_t *escaped, const struct wide *w)
{
	*escaped = slash | s->escaped ? sieve_escaped(slash, &s->escaped) : 0;
	quote &= ~*escaped;
	*inside = w->parity(quote) ^ s->quoted;
	s->quoted = UINT64_C(0) - (*inside >> 63);
	if (slash | high) {
		s->error |= (slash | high) & ~*inside;
		s->high |= high;
		s->slash |= slash;
	}
	return quote;
}

/*
 * The tokens that begin in the block at `p` (a copy if it is the last one): structure,
 * strings by their opening quotes, numbers and words.
 */
INLINE uint64_t sieve_block(struct sieve *s, const char *p, const struct wide *w)
{
	uint64_t escaped, inside, primitive, starts;
	struct block b;

	w->look(p, &b);
	s->quote = strings_block(&s->strings, b.quote, b.slash, b.high, &inside, &escaped, w);
	primitive = ~(inside | s->quote | b.structural | b.space);
	starts = primitive & ~behind(primitive, &s->primitive);
	s->error |= b.control & inside;
	s->control |= b.control;
	if (escaped)
		s->error |= !sieve_escapes_are_good(s->p, s->end, escaped);
	if (primitive | s->minus | s->dot | s->zero | s->fraction)
		sieve_check_primitives(s, &b, primitive, starts);
	return (b.structural & ~inside) | (s->quote & inside) | starts;
}

/* --- UTF-8 ------------------------------------------------------------------------ */

/*
 * Other bytes than ASCII: the second, third and fourth of a character stand where its
 * first one asks for them, and nowhere else. Overlong forms, surrogates and values past
 * U+10FFFF show in the second one (Unicode, table 3-7).
 */
INLINE void utf8_block(struct characters *s, const char *p, const struct wide *w)
{
	const uint64_t high = ~w->up_to(p, 0x7f);
	const uint64_t to_8f = w->up_to(p, 0x8f), to_9f = w->up_to(p, 0x9f);
	const uint64_t to_c1 = w->up_to(p, 0xc1), to_df = w->up_to(p, 0xdf);
	const uint64_t to_ef = w->up_to(p, 0xef), to_f4 = w->up_to(p, 0xf4);
	const uint64_t of_three_or_four = to_f4 & ~to_df, of_four = to_f4 & ~to_ef;
	const uint64_t later = high & w->up_to(p, 0xbf);
	const uint64_t third = of_three_or_four << 2 | s->third;
	const uint64_t fourth = of_four << 3 | s->fourth;

	s->error |= (high & to_c1 & ~later) | ~to_f4;
	s->error |= (behind(to_f4 & ~to_c1, &s->second) | third | fourth) ^ later;
	s->error |= behind(w->up_to(p, 0xe0) & ~to_df, &s->e0) & to_9f;
	s->error |= behind(w->up_to(p, 0xed) & ~w->up_to(p, 0xec), &s->ed) & ~to_9f;
	s->error |= behind(w->up_to(p, 0xf0) & ~to_ef, &s->f0) & to_8f;
	s->error |= behind(to_f4 & ~w->up_to(p, 0xf3), &s->f4) & ~to_8f;
	s->third = of_three_or_four >> 62;
	s->fourth = of_four >> 61;
}

/* Of text that is not all ASCII: a pass of its own keeps the one above free of it. */
INLINE bool utf8_text(struct slice text, const struct wide *w)
{
	struct characters s = {0};
	char rest[BLOCK];
	size_t i;

	for (i = 0; i + BLOCK <= text.n && !s.error; i += BLOCK)
		utf8_block(&s, text.p + i, w);
	if (i < text.n && !s.error) {
		w->pad(rest, text.p + i, text.n - i);
		utf8_block(&s, rest, w);
	}
	return !(s.error | s.second | s.third | s.fourth);
}

#endif
