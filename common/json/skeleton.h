/*
 * The order of tokens: a skeleton is one byte a token, without white space, so what may
 * follow what is a question of neighbours. {"a": [1, true]} is {":[1,t]} here. Sixty-four
 * tokens at a time, by arithmetic on sets of bits: bit i stands for token i.
 */
#ifndef KEB_JSON_SKELETON_H
#define KEB_JSON_SKELETON_H

#include "json/scan.h"
#include "json/sieve.h"

/* Starts as {.stack, .behind, .most, .value = 1}. */
struct skeleton {
	uint32_t *stack;  /* of open brackets: token << 1 | is an object */
	uint32_t *behind; /* of each opening bracket: the token behind its closing one; or NULL */
	uint32_t most;	  /* open brackets, JSON_DEPTH_MAX at the very most; none once closed */
	uint64_t error;
	uint64_t object; /* all bits: an object is open innermost */
	uint32_t depth;
	uint32_t closed; /* tokens up to the closing bracket of the outermost */
	/* One bit each, about the token behind the block. */
	uint64_t value, array, first, name, named, ended;
};

/* --- brackets --------------------------------------------------------------------- */

INLINE void skeleton_open(struct skeleton *k, uint32_t token, uint32_t is_object)
{
	if (k->depth >= k->most) {
		k->error = 1;
		return;
	}
	k->stack[k->depth++] = token << 1 | is_object;
	k->object = UINT64_C(0) - is_object;
}

INLINE void skeleton_close(struct skeleton *k, uint32_t token, uint32_t is_object)
{
	uint32_t top;

	if (k->depth == 0) {
		k->error = 1;
		return;
	}
	top = k->stack[--k->depth];
	k->error |= (top & 1) ^ is_object;
	if (k->behind)
		k->behind[top >> 1] = token + 1;
	if (k->depth) {
		k->object = UINT64_C(0) - (k->stack[k->depth - 1] & 1);
	} else {
		k->error |= top >> 1; /* something stands before the outermost */
		k->closed = token + 1;
		k->most = 0;
	}
}

/*
 * Pairs the brackets; returns the tokens at which an object is open innermost. What holds
 * no other bracket, as most do, is passed whole and without the stack.
 */
INLINE uint64_t skeleton_brackets(struct skeleton *k, const struct shape *s, uint32_t base)
{
	const uint64_t objects = s->open_object | s->close_object;
	const uint64_t opening = s->open_object | s->open_array;
	uint64_t all = objects | s->open_array | s->close_array, object = k->object;

	while (all) {
		const unsigned i = (unsigned)__builtin_ctzll(all);
		const uint32_t kind = objects >> i & 1;
		const uint64_t bit = all & -all, next = (all ^ bit) & -(all ^ bit);

		all ^= bit;
		if ((opening & bit) && (next & (kind ? s->close_object : s->close_array)) &&
		    k->depth > 0 && k->depth < k->most) {
			if (k->behind)
				k->behind[base + i] = base + (uint32_t)__builtin_ctzll(next) + 1;
			object ^= ((UINT64_C(0) - kind) ^ k->object) & (next - bit);
			all ^= next;
			continue;
		}
		if (opening & bit)
			skeleton_open(k, base + i, kind);
		else
			skeleton_close(k, base + i, kind);
		object ^= (object ^ k->object) & -bit;
	}
	return object;
}

/* --- what may follow what --------------------------------------------------------- */

INLINE void skeleton_order(struct skeleton *k, const struct shape *s, uint64_t object,
			   uint64_t within)
{
	const uint64_t close = s->close_object | s->close_array;
	const uint64_t starts = ~(close | s->colon | s->comma);
	const uint64_t behind_array = behind(s->open_array, &k->array);
	const uint64_t behind_object = behind(s->open_object, &k->first);
	const uint64_t empty = (behind_array & s->close_array) | (behind_object & s->close_object);
	/* Where a value has to stand, and where a name. */
	const uint64_t value = behind(s->colon | (s->comma & ~object), &k->value) |
			       (behind_array & ~s->close_array);
	const uint64_t name =
		behind(s->comma & object, &k->name) | (behind_object & ~s->close_object);
	const uint64_t ends = (starts & ~(s->open_object | s->open_array | name)) | close;
	uint64_t error = (value | name) ^ starts;

	error |= name & ~s->string;
	error |= behind(name, &k->named) ^ s->colon;
	error |= (behind(ends, &k->ended) | empty) ^ (s->comma | close);
	k->error |= error & within;
}

/*
 * Up to 64 tokens, the first of them number `base`. 64 bytes are read: behind the last
 * token stand blanks.
 */
INLINE void skeleton_block(struct skeleton *k, const char *kind, uint32_t base, uint32_t n,
			   bool trust, const struct wide *w)
{
	struct shape s;
	uint64_t object;

	w->look_shape(kind, &s);
	object = skeleton_brackets(k, &s, base);
	if (!trust)
		skeleton_order(k, &s, object, n < BLOCK ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0));
}

#endif
