/*
 * The matcher: an event is walked (walk.c), its values make conditions hold (values.c);
 * here is what follows from them, the rules that match.
 */
#include "pattern/match.h"

#include "pattern/pattern.h"

/* Where the event is no JSON, or no object. */
static void find_fault(const struct matcher *m, struct slice event, struct json_fault *fault)
{
	struct slice inner = json_trim(event);

	if (m->fault.what)
		*fault = m->fault;
	else if (inner.n == 0 || inner.p[0] != '{')
		*fault = (struct json_fault){(size_t)(inner.p - event.p), "expected an object"};
	else if (json_check(event, fault) != JSON_NONE)
		*fault = (struct json_fault){0, "longer than 4 GiB"};
}

/* --- rules -------------------------------------------------------------------- */

static bool holds(struct matcher *m, const struct alt *alt)
{
	const struct machine *x = m->machine;

	for (uint32_t i = 0; i < alt->n; i++) {
		uint32_t c = x->needs.p[alt->first + i];
		const struct compiled *compiled = &x->conditions.p[c];

		if (m->condition[c].stamp == m->stamp)
			continue;
		if (!compiled->absent)
			return false;
		/* Absent or not may depend on elements, if all its values are in arrays. */
		if (m->field[compiled->field].stamp == m->stamp &&
		    (alt->n == 1 || m->field[compiled->field].free))
			return false;
	}
	return alt->n == 1 || m->elements.n == 0 || agree(m, alt);
}

static void check(struct matcher *m, const struct alt *alt)
{
	if (m->rule[alt->rule] == m->stamp || !holds(m, alt))
		return;
	m->rule[alt->rule] = m->stamp;
	list_add(&m->matched, alt->rule);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void check_all(struct matcher *m)
{
	const struct machine *x = m->machine;

	for (uint32_t i = 0; i < m->touched.n; i++) {
		uint32_t a = x->conditions.p[m->touched.p[i]].watch;

		for (; a != NONE; a = x->alts.p[a].watch)
			check(m, &x->alts.p[a]);
	}
	for (uint32_t i = 0; i < x->always.n; i++)
		check(m, &x->alts.p[x->always.p[i]]);
	if (m->matched.n > 1)
		qsort(m->matched.p, m->matched.n, sizeof(*m->matched.p), by_number);
}

/* --- the matcher -------------------------------------------------------------- */

static void clear_stamps(struct matcher *m)
{
	const struct machine *x = m->machine;

	for (uint32_t i = 0; i < x->conditions.n; i++)
		m->condition[i].stamp = 0;
	for (uint32_t i = 0; i < x->fields.n; i++)
		m->field[i].stamp = 0;
	memset(m->negated, 0, x->nots.n * sizeof(*m->negated));
	for (uint32_t i = 0; i < x->alts.n; i++)
		m->rule[x->alts.p[i].rule] = 0;
	m->stamp = 0;
	m->value_stamp = 0;
}

int matcher_match(struct matcher *m, struct slice event, struct json_fault *fault)
{
	/* Both stamps count up; a value takes two bytes of text at least. */
	if (m->stamp == UINT32_MAX || m->value_stamp > UINT32_MAX - event.n)
		clear_stamps(m);
	m->stamp++;
	m->touched.n = m->matched.n = m->hits.n = m->elements.n = 0;
	m->arrays.n = m->sorted.n = 0;
	if (!walk_event(m, event)) {
		m->matched.n = 0;
		if (fault)
			find_fault(m, event, fault);
		return -1;
	}
	check_all(m);
	return (int)m->matched.n;
}

const uint32_t *matcher_rules(const struct matcher *m, size_t *n)
{
	*n = m->matched.n;
	return m->matched.p;
}

void matcher_trust(struct matcher *m, bool trust)
{
	m->trust = trust;
}

void matcher_hide(struct matcher *m, matcher_hide_fn *hide, void *ctx)
{
	m->hide = hide;
	m->hide_ctx = ctx;
}
