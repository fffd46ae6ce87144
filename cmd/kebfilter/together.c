#include "together.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct together {
	size_t rules;
	uint64_t events; /* of the line */
	uint64_t *hits;	 /* by rule */
	uint32_t *matched;
};

struct together *together_new(size_t rules)
{
	struct together *t = mem_alloc(sizeof *t);

	t->rules = rules;
	t->hits = mem_array(rules + 1, sizeof *t->hits);
	t->matched = mem_array(rules + 1, sizeof *t->matched);
	return t;
}

void together_free(struct together *t)
{
	if (t == NULL)
		return;
	free(t->hits);
	free(t->matched);
	free(t);
}

void together_begin(struct together *t)
{
	memset(t->hits, 0, t->rules * sizeof *t->hits);
	t->events = 0;
}

void together_add(struct together *t, const uint32_t *rules, size_t n)
{
	t->events++;
	for (size_t i = 0; i < n; i++)
		t->hits[rules[i]]++;
}

const uint32_t *together_rules(struct together *t, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < t->rules; i++)
		if (t->hits[i])
			t->matched[(*n)++] = (uint32_t)i;
	return t->matched;
}

bool together_missed(const struct together *t, size_t rule)
{
	return t->hits[rule] < t->events;
}
