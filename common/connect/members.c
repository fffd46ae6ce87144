#include "members.h"

#include "base/hash.h"

#define FEW 8 /* members among which looking at all pairs is quickest */

void members_free(struct members *m)
{
	list_free(&m->list);
	list_free(&m->sorted);
	*m = (struct members){0};
}

void members_name(struct members *m, const struct buf *to, size_t at)
{
	struct member_place place = {.at = at, .name_end = to->len, .order = m->list.n};

	place.hash = hash_add(HASH_START, to->p + at, to->len - at);
	list_add(&m->list, place);
}

void members_value(struct members *m, const struct buf *to)
{
	m->list.p[m->list.n - 1].end = to->len;
}

static bool same_name(const struct member_place *a, const struct member_place *b, const char *text)
{
	size_t n = a->name_end - a->at;

	return a->hash == b->hash && b->name_end - b->at == n &&
	       memcmp(text + a->at, text + b->at, n) == 0;
}

static int compare(const void *a, const void *b, void *text)
{
	const struct member_place *x = a, *y = b;
	size_t n = x->name_end - x->at, other = y->name_end - y->at;
	int names;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (n != other)
		return n < other ? -1 : 1;
	names = memcmp((char *)text + x->at, (char *)text + y->at, n);
	return names ? names : (x->order > y->order) - (x->order < y->order);
}

static bool mark_few(struct members *m, uint32_t open, const char *text)
{
	bool any = false;

	for (uint32_t i = open; i < m->list.n; i++)
		for (uint32_t j = i + 1; !m->list.p[i].dropped && j < m->list.n; j++)
			if (same_name(&m->list.p[i], &m->list.p[j], text))
				any = m->list.p[i].dropped = true;
	return any;
}

/* Marks all but the last of each name; returns whether there were any. */
static bool mark_repeated(struct members *m, uint32_t open, char *text)
{
	uint32_t n = m->list.n - open;
	bool any = false;

	if (n <= FEW)
		return mark_few(m, open, text);
	m->sorted.n = 0;
	list_room(&m->sorted, n);
	memcpy(m->sorted.p, m->list.p + open, n * sizeof *m->sorted.p);
	qsort_r(m->sorted.p, n, sizeof *m->sorted.p, compare, text);
	for (uint32_t i = 0; i + 1 < n; i++)
		if (same_name(&m->sorted.p[i], &m->sorted.p[i + 1], text))
			any = m->list.p[m->sorted.p[i].order].dropped = true;
	return any;
}

void members_close(struct members *m, uint32_t open, struct buf *to)
{
	size_t end;

	if (m->list.n - open > 1 && mark_repeated(m, open, to->p)) {
		end = m->list.p[open].at;
		for (uint32_t i = open; i < m->list.n; i++) {
			const struct member_place *place = &m->list.p[i];

			if (place->dropped)
				continue;
			if (end != m->list.p[open].at)
				to->p[end++] = ',';
			memmove(to->p + end, to->p + place->at, place->end - place->at);
			end += place->end - place->at;
		}
		to->len = end;
	}
	m->list.n = open;
}
