/*
 * The order of tokens: a skeleton is one byte a token, without white space, so what may
 * follow what is a question of neighbours. {"a": [1, true]} is {":[1,t]} here. Sixty-four
 * tokens at a time, by arithmetic on sets of bits: bit i stands for token i.
 */
#ifndef KEB_JSON_SKELETON_H
#define KEB_JSON_SKELETON_H

#include "json/scan.h"
#include "json/sieve.h"

/* Starts as {.stack, .most, .value = 1}. */
struct skeleton {
	uint32_t *stack; /* of open brackets: token << 1 | is an object */
	uint32_t most;	 /* open brackets, JSON_DEPTH_MAX at the very most; none once closed */
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
	if (k->depth) {
		k->object = UINT64_C(0) - (k->stack[k->depth - 1] & 1);
	} else {
		k->error |= top >> 1; /* something stands before the outermost */
		k->closed = token + 1;
		k->most = 0;
	}
}

/*
 * Those that hold no other bracket, as most do, are paired without the stack: *leaves are
 * the brackets. Returns from which token on up to which one a bracket of an object is the
 * innermost, *within the same of both kinds. The open one of each is followed, as a
 * carry finds out, by the closing one.
 */
INLINE uint64_t skeleton_leaves(struct skeleton *k, const struct shape *s, uint64_t *leaves,
				uint64_t *within, const struct wide *w)
{
	const uint64_t open = s->open_object | s->open_array,
		       close = s->close_object | s->close_array;
	const uint64_t next = ((open << 1) + ~(open | close)) & (open | close);
	const uint64_t opening = w->scatter(w->gather(close, next), open);
	const uint64_t closing = next & close, objects = s->open_object | s->close_object;

	k->error |= w->gather(objects, opening) ^ w->gather(objects, closing);
	*leaves = opening | closing;
	*within = w->parity(*leaves);
	return w->parity(*leaves & objects);
}

/* Pairs the brackets; returns the tokens at which an object is open innermost. */
INLINE uint64_t skeleton_brackets(struct skeleton *k, const struct shape *s, uint32_t base,
				  const struct wide *w)
{
	const uint64_t opening = s->open_object | s->open_array;
	const uint64_t objects = s->open_object | s->close_object;
	uint64_t all = opening | s->close_object | s->close_array, object = k->object;
	uint64_t leaves = 0, within = 0, in_leaves = 0;

	/* The outermost is no leaf, and whether there are too many is for the stack to say. */
	if (k->depth > 0 && k->depth + BLOCK < k->most)
		in_leaves = skeleton_leaves(k, s, &leaves, &within, w);
	for (all &= ~leaves; all; all &= all - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(all);
		const uint32_t is_object = objects >> i & 1;

		if (opening >> i & 1)
			skeleton_open(k, base + i, is_object);
		else
			skeleton_close(k, base + i, is_object);
		object ^= (object ^ k->object) & -(all & -all);
	}
	return (object & ~within) | in_leaves;
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
			   const struct wide *w)
{
	struct shape s;
	uint64_t object;

	w->look_shape(kind, &s);
	object = skeleton_brackets(k, &s, base, w);
	skeleton_order(k, &s, object, n < BLOCK ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0));
}

#endif
