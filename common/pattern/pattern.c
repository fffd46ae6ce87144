/*
 * The public face: rules by name, and matchers on the machine made of them.
 */
#include "pattern/pattern.h"

#include "pattern/match.h"

struct rule_name {
	uint32_t at, len; /* in patterns.names */
};

struct patterns {
	unsigned flags;
	bool finished;
	struct machine machine;
	struct arena scratch; /* of the rule that is being added */
	struct buf names;
	LIST_OF(struct rule_name) places;
};

struct patterns *patterns_new(unsigned flags)
{
	struct patterns *all = mem_alloc(sizeof(*all));

	all->flags = flags;
	machine_init(&all->machine);
	return all;
}

void patterns_free(struct patterns *all)
{
	if (all == NULL)
		return;
	machine_free(&all->machine);
	buf_free(&all->names);
	list_free(&all->places);
	free(all);
}

int patterns_add(struct patterns *all, struct slice name, struct slice text,
		 struct pattern_fault *fault)
{
	uint32_t number = all->places.n;
	struct rule rule;
	int failed = pattern_parse(text, all->flags, &all->scratch, &rule, fault);

	if (!failed) {
		machine_add(&all->machine, number, &rule);
		list_add(&all->places,
			 ((struct rule_name){(uint32_t)all->names.len, (uint32_t)name.n}));
		buf_adds(&all->names, name);
	}
	arena_empty(&all->scratch);
	return failed ? -1 : (int)number;
}

struct patterns *patterns_of_alternatives(const struct rule *rule)
{
	struct patterns *all = patterns_new(0);

	for (size_t i = 0; i < rule->n; i++) {
		struct rule one = {.alternative = &rule->alternative[i], .n = 1};

		machine_add(&all->machine, all->places.n, &one);
		list_add(&all->places, ((struct rule_name){0, 0}));
	}
	return all;
}

size_t patterns_count(const struct patterns *all)
{
	return all->places.n;
}

struct slice patterns_name(const struct patterns *all, size_t rule)
{
	const struct rule_name *place = &all->places.p[rule];

	return (struct slice){buf_slice(&all->names).p + place->at, place->len};
}

/* Names that a walk has to stop at. */
static void lead(struct index *index, const struct machine *x)
{
	index_lead(index, '_'); /* for the hook */
	for (uint32_t i = 1; i < x->names.n; i++) {
		const struct name *name = &x->names.p[i];

		index_lead(index, name->len ? x->bytes.p[name->text] : '"');
		if (name->len == 0)
			index_lead(index, '.');
	}
}

struct matcher *matcher_new(struct patterns *all)
{
	struct matcher *m = mem_alloc(sizeof(*m));
	const struct machine *x = &all->machine;

	if (!all->finished) {
		machine_finish(&all->machine);
		all->finished = true;
	}
	m->machine = x;
	lead(&m->index, x);
	m->condition = mem_array(x->conditions.n + 1, sizeof(*m->condition));
	m->field = mem_array(x->fields.n + 1, sizeof(*m->field));
	m->negated = mem_array(x->nots.n + 1, sizeof(*m->negated));
	m->rule = mem_array(all->places.n + 1, sizeof(*m->rule));
	return m;
}

void matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	free(m->condition);
	free(m->field);
	free(m->negated);
	free(m->rule);
	list_free(&m->touched);
	list_free(&m->matched);
	list_free(&m->hits);
	list_free(&m->elements);
	list_free(&m->arrays);
	list_free(&m->sorted);
	list_free(&m->able);
	list_free(&m->undo);
	index_free(&m->index);
	buf_free(&m->name);
	buf_free(&m->value);
	free(m);
}
