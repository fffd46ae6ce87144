/*
 * Array consistency: an alternative holds if each of its conditions holds by a value
 * such that no two values lie in different elements of one array. Conditions are
 * taken in the order of their paths (absence is judged against the elements chosen
 * so far); a dead end goes back to the last choice that had a part in it, and values
 * in elements that were not chosen are passed over without a look at each.
 */
#include "pattern/match.h"

static void blame_one(struct blame *b, uint32_t level)
{
	b->bits[level / 64] |= UINT64_C(1) << level % 64;
}

static bool is_blamed(const struct blame *b, uint32_t level)
{
	return b->bits[level / 64] >> level % 64 & 1;
}

static void blame_all(struct blame *b, const struct blame *more)
{
	for (unsigned i = 0; i < PATTERN_PATHS_MAX / 64; i++)
		b->bits[i] |= more->bits[i];
}

/* --- hits in order ------------------------------------------------------------ */

static void sort_hits(struct matcher *m, struct hits *hits)
{
	if (hits->n || hits->first == NONE)
		return;
	hits->at = m->sorted.n;
	for (uint32_t h = hits->first; h != NONE; h = m->hits.p[h].next)
		list_add(&m->sorted, h);
	hits->n = m->sorted.n - hits->at;
}

/* The first place from `from` on whose hit is not before `hit`. */
static uint32_t find_hit(const struct matcher *m, const struct hits *hits, uint32_t from,
			 uint32_t hit)
{
	uint32_t low = from, high = hits->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (m->sorted.p[hits->at + middle] < hit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- choices ------------------------------------------------------------------ */

/* The outermost array in which a hit's element is not the chosen one, NONE if it fits. */
static uint32_t conflict(const struct matcher *m, uint32_t hit)
{
	uint32_t found = NONE;

	for (uint32_t e = m->hits.p[hit].element; e != NONE; e = m->elements.p[e].around) {
		const struct array *array = &m->arrays.p[m->elements.p[e].array];

		if (array->chosen && array->element != e)
			found = m->elements.p[e].array;
	}
	return found;
}

/*
 * The place from `from` on of the next hit that goes with the choices; hits->n if
 * there is none. Whose choices stood against others is added to the blame.
 */
static uint32_t next_fitting(const struct matcher *m, const struct hits *hits, uint32_t from,
			     struct blame *blame)
{
	while (from < hits->n) {
		uint32_t hit = m->sorted.p[hits->at + from], a = conflict(m, hit);
		const struct array *array;

		if (a == NONE)
			break;
		array = &m->arrays.p[a];
		blame_one(blame, array->level);
		if (hit < m->elements.p[array->element].first)
			from = find_hit(m, hits, from, m->elements.p[array->element].first);
		else
			from = find_hit(m, hits, from, array->end);
	}
	return from;
}

static void choose(struct matcher *m, uint32_t element, uint32_t level)
{
	for (; element != NONE; element = m->elements.p[element].around) {
		uint32_t a = m->elements.p[element].array;
		struct array *array = &m->arrays.p[a];

		if (array->chosen)
			continue;
		array->chosen = true;
		array->element = element;
		array->level = level;
		list_add(&m->undo, a);
	}
}

static void take_back(struct matcher *m, uint32_t mark)
{
	while (m->undo.n > mark)
		m->arrays.p[m->undo.p[--m->undo.n]].chosen = false;
}

/* --- absence ------------------------------------------------------------------ */

/* A value stands against absence: who could choose such that it does not? */
static void blame_presence(const struct matcher *m, uint32_t hit, struct blame *blame)
{
	for (uint32_t e = m->hits.p[hit].element; e != NONE; e = m->elements.p[e].around) {
		const struct array *array = &m->arrays.p[m->elements.p[e].array];

		if (array->chosen)
			blame_one(blame, array->level);
		else
			blame_all(blame, &m->able.p[m->elements.p[e].array]);
	}
}

static bool is_absent(struct matcher *m, uint32_t field, uint32_t level, struct blame *blame)
{
	struct field_state *state = &m->field[field];
	struct blame others = {0};
	uint32_t at;

	if (state->stamp != m->stamp)
		return true;
	if (state->free)
		return false;
	sort_hits(m, &state->hits);
	at = next_fitting(m, &state->hits, 0, &others);
	if (at == state->hits.n)
		return true;
	blame_presence(m, m->sorted.p[state->hits.at + at], &others);
	for (uint32_t i = 0; i < level; i++)
		if (is_blamed(&others, i))
			blame_one(blame, i);
	return false;
}

/* Notes for each array which conditions could choose an element of it. */
static void note_able(struct matcher *m, const struct alt *alt)
{
	m->able.n = 0;
	list_room(&m->able, m->arrays.n);
	memset(m->able.p, 0, m->arrays.n * sizeof(*m->able.p));
	for (uint32_t level = 0; level < alt->n; level++) {
		uint32_t c = m->machine->needs.p[alt->first + level];
		const struct condition_state *state = &m->condition[c];
		uint32_t h = state->stamp == m->stamp ? state->hits.first : NONE;

		for (; h != NONE; h = m->hits.p[h].next)
			for (uint32_t e = m->hits.p[h].element; e != NONE;
			     e = m->elements.p[e].around)
				blame_one(&m->able.p[m->elements.p[e].array], level);
	}
}

/* --- the search --------------------------------------------------------------- */

static bool agree_from(struct matcher *m, const struct alt *alt, uint32_t level,
		       struct blame *blame);

/* One value for the condition at this level. 1: all agrees, 0: try another, -1: no use. */
static int try_element(struct matcher *m, const struct alt *alt, uint32_t level, uint32_t element,
		       struct blame *blame)
{
	struct blame below = {0};
	uint32_t mark = m->undo.n;
	bool found;

	choose(m, element, level);
	found = agree_from(m, alt, level + 1, &below);
	take_back(m, mark);
	if (found)
		return 1;
	if (!is_blamed(&below, level)) {
		*blame = below;
		return -1;
	}
	below.bits[level / 64] &= ~(UINT64_C(1) << level % 64);
	blame_all(blame, &below);
	return 0;
}

static bool agree_from(struct matcher *m, const struct alt *alt, uint32_t level,
		       struct blame *blame)
{
	struct condition_state *state;
	uint32_t c, at = 0;
	int tried = 0;

	if (level == alt->n)
		return true;
	c = m->machine->needs.p[alt->first + level];
	state = &m->condition[c];
	if (m->machine->conditions.p[c].absent &&
	    is_absent(m, m->machine->conditions.p[c].field, level, blame))
		tried = try_element(m, alt, level, NONE, blame);
	if (state->stamp != m->stamp)
		return tried > 0;
	if (state->free && tried == 0)
		tried = try_element(m, alt, level, NONE, blame);
	sort_hits(m, &state->hits);
	while (tried == 0 && (at = next_fitting(m, &state->hits, at, blame)) < state->hits.n) {
		uint32_t hit = m->sorted.p[state->hits.at + at++];

		tried = try_element(m, alt, level, m->hits.p[hit].element, blame);
	}
	return tried > 0;
}

bool agree(struct matcher *m, const struct alt *alt)
{
	struct blame blame = {0};

	if (alt->absent)
		note_able(m, alt);
	m->undo.n = 0;
	return agree_from(m, alt, 0, &blame);
}
