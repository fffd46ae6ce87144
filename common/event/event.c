#include "event/event.h"

static bool take(void *ctx, const struct json_member *m)
{
	struct event *e = ctx;
	int own = marks_take(&e->marks, m);

	if (own != 0)
		return own > 0;
	if (json_is(m->name, SLICE("detail")))
		e->detail = m->value;
	else if (json_is(m->name, SLICE("detail-type")))
		e->detail_type = m->value;
	else if (json_is(m->name, SLICE("source")))
		e->source = m->value;
	else if (json_is(m->name, SLICE("resources")))
		e->resources = m->value;
	else if (json_is(m->name, SLICE("time")))
		e->time = m->value;
	else if (json_is(m->name, SLICE("id")))
		e->id = m->value;
	return true;
}

void event_find(struct event *event, struct slice object)
{
	struct json_walk walk;
	struct json_member m;

	*event = (struct event){.line = object};
	for (json_walk(&walk, object); json_next(&walk, &m);)
		take(event, &m);
}

bool event_parse(struct event *event, struct slice line, struct json_fault *fault)
{
	*event = (struct event){.line = json_trim(line)};
	return json_check_object(line, take, event, fault);
}
