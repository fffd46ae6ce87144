#include "parts.h"

#include "base/mem.h"
#include "status/part.h"

#include <stdlib.h>

/* One token that was split into `of` parts. */
struct parts {
	struct parts *next;
	size_t size; /* of this allocation */
	uint32_t of, seen;
	enum outcome worst;
	size_t n; /* bytes of path, which follows the bits: "~2/3" or empty for the record */
	uint64_t bits[];
};

static size_t words(uint32_t of)
{
	return ((size_t)of + 63) / 64;
}

static char *path_of(struct parts *p)
{
	return (char *)(p->bits + words(p->of));
}

static struct parts *find(struct parts *p, struct slice path)
{
	while (p && !slice_eq(path, (struct slice){path_of(p), p->n}))
		p = p->next;
	return p;
}

static struct parts *add(struct parts **list, struct slice path, uint32_t of, size_t *used)
{
	size_t size = sizeof(struct parts) + words(of) * sizeof(uint64_t) + path.n;
	struct parts *p;

	if (*used + size > PARTS_MEMORY_MAX)
		return NULL;
	p = mem_alloc(size);
	*used += size;
	p->size = size;
	p->of = of;
	p->worst = OUTCOME_FILTERED;
	p->n = path.n;
	if (path.n)
		memcpy(path_of(p), path.p, path.n);
	p->next = *list;
	*list = p;
	return p;
}

static int badness(enum outcome outcome)
{
	return outcome == OUTCOME_REJECTED    ? 3
	       : outcome == OUTCOME_DISCARDED ? 2
	       : outcome == OUTCOME_DELIVERED ? 1
					      : 0;
}

enum parts_got parts_take(struct parts **list, struct slice token, size_t n, enum outcome *outcome,
			  size_t *used)
{
	struct slice whole;
	uint32_t index, of;

	while (token.n > n) {
		struct slice path;
		struct parts *p;
		uint64_t bit;

		if (!part_split(token, &whole, &index, &of) || whole.n < n)
			return PARTS_WRONG;
		path = (struct slice){whole.p + n, whole.n - n};
		p = find(*list, path);
		if (!p)
			p = add(list, path, of, used);
		if (!p || p->of != of)
			return PARTS_WRONG;
		bit = UINT64_C(1) << ((index - 1) % 64);
		if (p->bits[(index - 1) / 64] & bit)
			return PARTS_AGAIN;
		p->bits[(index - 1) / 64] |= bit;
		if (badness(*outcome) > badness(p->worst))
			p->worst = *outcome;
		if (++p->seen < p->of)
			return PARTS_MORE;
		*outcome = p->worst;
		token = whole;
	}
	return PARTS_WHOLE;
}

void parts_free(struct parts **list, size_t *used)
{
	struct parts *p = *list;

	while (p) {
		struct parts *next = p->next;

		*used -= p->size;
		free(p);
		p = next;
	}
	*list = NULL;
}
