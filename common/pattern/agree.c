/*
 * Array consistency: an alternative holds if each of its conditions holds by a value
 * such that no two values lie in different elements of one array. Conditions are
 * taken in the order of their paths (absence is judged against the elements chosen
 * so far); a dead end goes back to the last choice that had a part in it.
 */
#include "pattern/match.h"

/* The conditions whose choices had a part in a dead end, a bit each. */
struct blame {
	uint64_t bits[PATTERN_PATHS_MAX / 64];
};

static void blame_one(struct blame *b, uint32_t level)
{
	b->bits[level / 64] |= UINT64_C(1) << level % 64;
}

static void blame_before(struct blame *b, uint32_t level)
{
	for (uint32_t i = 0; i < level; i++)
		blame_one(b, i);
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

/* Whether an element (NONE: no array) goes with the choices; if not, who chose otherwise. */
static bool consistent(const struct matcher *m, uint32_t element, uint32_t *level)
{
	while (element != NONE) {
		const struct element *e = &m->elements.p[element];
		const struct chosen *c = &m->chosen.p[e->array];

		if (c->stamp == m->choice_stamp && c->index != e->index) {
			*level = c->level;
			return false;
		}
		element = e->around;
	}
	return true;
}

static void choose(struct matcher *m, uint32_t element, uint32_t level)
{
	while (element != NONE) {
		const struct element *e = &m->elements.p[element];
		struct chosen *c = &m->chosen.p[e->array];

		if (c->stamp != m->choice_stamp) {
			*c = (struct chosen){m->choice_stamp, e->index, level};
			list_add(&m->undo, e->array);
		}
		element = e->around;
	}
}

static void take_back(struct matcher *m, uint32_t mark)
{
	while (m->undo.n > mark)
		m->chosen.p[m->undo.p[--m->undo.n]].stamp = 0;
}

static bool is_absent(const struct matcher *m, uint32_t field)
{
	const struct field_state *state = &m->field[field];
	uint32_t level;

	if (state->stamp != m->stamp)
		return true;
	if (state->free)
		return false;
	for (uint32_t h = state->first; h != NONE; h = m->hits.p[h].next)
		if (consistent(m, m->hits.p[h].element, &level))
			return false;
	return true;
}

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
	uint32_t c, h, other;
	const struct condition_state *state;
	int tried = 0;

	if (level == alt->n)
		return true;
	c = m->machine->needs.p[alt->first + level];
	state = &m->condition[c];
	if (m->machine->conditions.p[c].absent) {
		if (is_absent(m, m->machine->conditions.p[c].field))
			tried = try_element(m, alt, level, NONE, blame);
		else
			blame_before(blame, level);
	}
	if (tried || state->stamp != m->stamp)
		return tried > 0;
	if (state->free)
		tried = try_element(m, alt, level, NONE, blame);
	for (h = state->first; h != NONE && tried == 0; h = m->hits.p[h].next) {
		if (consistent(m, m->hits.p[h].element, &other))
			tried = try_element(m, alt, level, m->hits.p[h].element, blame);
		else
			blame_one(blame, other);
	}
	return tried > 0;
}

bool agree(struct matcher *m, const struct alt *alt)
{
	struct blame blame = {0};

	if (m->chosen.cap < m->arrays) {
		uint32_t before = m->chosen.cap;

		list_room(&m->chosen, m->arrays);
		memset(m->chosen.p + before, 0, (m->chosen.cap - before) * sizeof(*m->chosen.p));
	}
	m->undo.n = 0;
	m->choice_stamp = 1;
	return agree_from(m, alt, 0, &blame);
}
