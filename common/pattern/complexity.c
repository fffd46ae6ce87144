/*
 * How complex wildcards are: the states of the automaton that reads all of them at
 * once are sets of prefixes, and the largest such set is the measure. The sets are
 * found by walking the automaton over the characters that the wildcards use and one
 * that stands for every other.
 */
#include "pattern/glob.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

#define SET_MAX	 64    /* prefixes in a set; a limit above is not asked for */
#define SETS_MAX 20000 /* beyond this the answer is what was found so far */
#define ANY	 256

/* All wildcards one behind the other as items: a byte, ANY for a star; END between them. */
#define END 257

struct walk {
	uint16_t *item;
	uint32_t items;
	uint32_t (*set)[SET_MAX]; /* the sets found, sorted, each with its size */
	uint32_t *size;
	uint32_t sets, cap;
	uint32_t *slot; /* hash table of sets, index + 1 */
	unsigned best, limit;
};

static void add_items(struct walk *w, struct slice text)
{
	w->item[w->items++] = '"';
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '*') {
			w->item[w->items++] = ANY;
			continue;
		}
		if (text.p[i] == '\\')
			i++;
		w->item[w->items++] = (unsigned char)text.p[i];
	}
	w->item[w->items++] = '"';
	w->item[w->items++] = END;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Adds position p (items before it are matched), and what a star there makes active too. */
static void activate(const struct walk *w, uint32_t *set, uint32_t *n, uint32_t p)
{
	for (;; p++) {
		for (uint32_t i = 0; i < *n; i++)
			if (set[i] == p)
				return;
		if (*n == SET_MAX)
			return;
		set[(*n)++] = p;
		if (w->item[p] != ANY)
			return;
	}
}

/* Keeps the set if it is new. */
static void keep(struct walk *w, uint32_t *set, uint32_t n)
{
	uint64_t h;

	if (n == 0 || w->sets == SETS_MAX)
		return;
	qsort(set, n, sizeof(*set), by_number);
	h = hash_end(hash_add(HASH_START, set, n * sizeof(*set)));
	for (h %= 2 * SETS_MAX; w->slot[h]; h = (h + 1) % (2 * SETS_MAX)) {
		uint32_t known = w->slot[h] - 1;

		if (w->size[known] == n && memcmp(w->set[known], set, n * sizeof(*set)) == 0)
			return;
	}
	if (w->sets == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->set = mem_resize(w->set, w->cap, sizeof(*w->set));
		w->size = mem_resize(w->size, w->cap, sizeof(*w->size));
	}
	memcpy(w->set[w->sets], set, n * sizeof(*set));
	w->size[w->sets++] = n;
	w->slot[h] = w->sets;
	if (n > w->best)
		w->best = n;
}

/* The set that follows `from` on a character (ANY: one that no wildcard names). */
static void follow(struct walk *w, uint32_t from, unsigned c)
{
	uint32_t set[SET_MAX], n = 0;

	for (uint32_t i = 0; i < w->size[from]; i++) {
		uint32_t p = w->set[from][i];

		if (p > 0 && w->item[p - 1] == ANY)
			activate(w, set, &n, p);
		if (w->item[p] == c && c != ANY)
			activate(w, set, &n, p + 1);
	}
	keep(w, set, n);
}

unsigned glob_complexity(const struct slice *texts, size_t n, unsigned limit)
{
	struct walk w = {.limit = limit};
	bool used[256] = {false};
	uint32_t start[SET_MAX], starts = 0;
	size_t room = 0;

	for (size_t i = 0; i < n; i++)
		room += texts[i].n + 3;
	w.item = mem_array(room, sizeof(*w.item));
	w.slot = mem_array(2 * SETS_MAX, sizeof(*w.slot));
	for (size_t i = 0; i < n; i++) {
		uint32_t first = w.items;

		add_items(&w, texts[i]);
		/* The opening quote is always there: begin behind it. */
		activate(&w, start, &starts, first + 1);
	}
	for (uint32_t i = 0; i < w.items; i++)
		if (w.item[i] < ANY)
			used[w.item[i]] = true;
	keep(&w, start, starts);
	for (uint32_t i = 0; i < w.sets && w.best <= limit; i++) {
		for (unsigned c = 0; c < 256; c++)
			if (used[c])
				follow(&w, i, c);
		follow(&w, i, ANY);
	}
	free(w.item);
	free(w.slot);
	free(w.set);
	free(w.size);
	return w.best;
}
