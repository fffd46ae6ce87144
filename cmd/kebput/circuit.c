#include "circuit.h"

#define FIRST_MS 500

int64_t circuit_wait(const struct circuit *c, int64_t now_ms)
{
	return c->open && c->next_ms > now_ms ? c->next_ms - now_ms : 0;
}

bool circuit_sent(struct circuit *c, int64_t now_ms)
{
	if (c->open)
		c->next_ms = now_ms + CIRCUIT_LONGEST_MS;
	return c->open;
}

static bool enough(const struct circuit *c, enum retry kind, int64_t now_ms)
{
	return c->failures >= CIRCUIT_FAILURES &&
	       (kind != RETRY_THROTTLED || now_ms - c->since_ms >= CIRCUIT_THROTTLED_MS);
}

/* Half of the step for sure, the other by chance: many clients do not come together. */
static int64_t delay_ms(const struct circuit *c, struct retry_chance *chance)
{
	int64_t step = FIRST_MS;

	for (unsigned i = 0; i < c->probes && step < CIRCUIT_LONGEST_MS; i++)
		step *= 2;
	if (step > CIRCUIT_LONGEST_MS)
		step = CIRCUIT_LONGEST_MS;
	return step / 2 + 1 + retry_jitter(step / 2, chance);
}

void circuit_failed(struct circuit *c, bool probe, enum retry kind, struct slice hint,
		    struct retry_chance *chance, int64_t now_ms)
{
	if (c->failures++ == 0)
		c->since_ms = now_ms;
	if (c->open ? !probe : !enough(c, kind, now_ms))
		return;
	c->open = true;
	c->next_ms = now_ms + retry_hint_ms(delay_ms(c, chance), hint);
	c->probes++;
}

bool circuit_answered(struct circuit *c)
{
	bool was = c->open;

	*c = (struct circuit){0};
	return was;
}
