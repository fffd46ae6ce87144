#include "judge.h"

#include "base/mem.h"
#include "dress.h"
#include "records.h"

#include <stdlib.h>

struct judge {
	struct matcher *matcher;
	struct records *records; /* NULL: lines are events */
	bool dressed;
	struct bus bus;
	struct buf event; /* dressed */
	struct marks marks;
};

/* keb's own members are not for patterns. */
static int hide_mark(void *ctx, const struct json_member *member)
{
	struct judge *j = ctx;

	return marks_take(&j->marks, member);
}

int judge_bus(const char *arn, struct bus *bus, struct err *err)
{
	if (bus_parse(arn, bus, err) != 0)
		return -1;
	if (bus->region.p == NULL)
		return err_set(err, EXIT_USAGE,
			       "--bus '%s': an ARN is wanted, for its account and region "
			       "(arn:aws:events:REGION:ACCOUNT:event-bus/NAME)",
			       arn);
	return 0;
}

struct judge *judge_new(const struct options *o, const struct rules *rules, struct err *err)
{
	struct judge *j = mem_alloc(sizeof *j);
	bool failed = false;

	if (o->mode != MODE_BUS)
		j->records = records_new(rules, o->rules.flags, o->mode == MODE_LAMBDA);
	j->dressed = o->bus != NULL;
	if (o->bus)
		failed = judge_bus(o->bus, &j->bus, err) != 0;
	j->matcher = matcher_new(rules->patterns);
	matcher_hide(j->matcher, hide_mark, j);
	matcher_trust(j->matcher, o->trust);
	if (!failed)
		return j;
	judge_free(j);
	return NULL;
}

void judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	matcher_free(j->matcher);
	records_free(j->records);
	buf_free(&j->event);
	free(j);
}

int judge_line(struct judge *j, struct slice line, struct marks *marks, struct json_fault *fault)
{
	int matched;

	if (j->records) {
		*marks = (struct marks){0};
		return records_match(j->records, line, marks, fault);
	}
	if (j->dressed) {
		buf_reset(&j->event);
		if (!dress_add(&j->event, line, &j->bus, fault))
			return -1;
		line = buf_slice(&j->event);
	}
	j->marks = (struct marks){0};
	matched = matcher_match(j->matcher, line, fault);
	*marks = j->marks;
	return matched;
}

struct slice judge_event(const struct judge *j, struct slice line)
{
	return j->dressed ? buf_slice(&j->event) : line;
}

const uint32_t *judge_rules(const struct judge *j, size_t *n)
{
	return j->records ? records_rules(j->records, n) : matcher_rules(j->matcher, n);
}
