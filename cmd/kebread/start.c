#include "start.h"

#include "base/num.h"

static bool parse_begin(struct start *start, struct slice text)
{
	static const struct {
		const char *name;
		enum start_kind kind;
	} words[] = {
		{"beginning", START_BEGINNING},
		{"end", START_END},
		{"stored", START_STORED},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (slice_is(text, words[i].name)) {
			start->kind = words[i].kind;
			return true;
		}
	}
	if (slice_starts(text, SLICE("s@"))) {
		start->kind = START_TIME;
		return num_i64((struct slice){text.p + 2, text.n - 2}, &start->value) &&
		       start->value >= 0;
	}
	if (!num_i64(text, &start->value) || start->value == INT64_MIN)
		return false;
	start->kind = text.p[0] == '-' ? START_TAIL : START_OFFSET;
	if (start->kind == START_TAIL)
		start->value = -start->value;
	return true;
}

int start_parse(struct start *start, const struct opt_list *values, struct err *err)
{
	for (size_t i = 0; i < values->n; i++) {
		struct slice text = slice_of(values->items[i]);

		if (slice_starts(text, SLICE("e@"))) {
			if (start->to_time)
				return err_set(err, EXIT_USAGE, "-o e@ was given twice");
			start->to_time = true;
			if (num_i64((struct slice){text.p + 2, text.n - 2}, &start->end_ms) &&
			    start->end_ms >= 0)
				continue;
		} else {
			if (start->given)
				return err_set(err, EXIT_USAGE,
					       "-o says twice where to begin: '%s' and before",
					       values->items[i]);
			start->given = true;
			if (parse_begin(start, text))
				continue;
		}
		return err_set(err, EXIT_USAGE,
			       "-o takes beginning, end, stored, N, -N (the last N), s@MS or e@MS "
			       "(ms since 1970), not '%s'",
			       values->items[i]);
	}
	return 0;
}

static int64_t asked_for(const struct start *start, const struct start_facts *facts)
{
	if (facts->later)
		return facts->low;
	switch (start->kind) {
	case START_END:
		return facts->high;
	case START_OFFSET:
		return start->value;
	case START_TAIL:
		return facts->high - facts->low > start->value ? facts->high - start->value
							       : facts->low;
	case START_TIME:
		return facts->at_time == START_NONE ? facts->high : facts->at_time;
	default:
		return facts->low;
	}
}

struct start_position start_resolve(const struct start *start, const struct start_facts *facts)
{
	struct start_position at = {.end = START_NONE};

	at.committed = facts->committed != START_NONE && !start->reset;
	at.offset = at.committed ? facts->committed : asked_for(start, facts);
	if (start->to_end || start->to_time)
		at.end = facts->high;
	if (start->to_time && facts->at_end_time != START_NONE && facts->at_end_time < at.end)
		at.end = facts->at_end_time;
	if (at.offset < facts->low)
		at.gap = START_LOST;
	else if (at.offset > facts->high)
		at.gap = START_AHEAD;
	return at;
}
