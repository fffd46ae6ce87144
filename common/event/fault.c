#include "event/fault.h"

#include "base/magic.h"

#include <stdio.h>

/* As event/marks and event/record read them. */
static const struct {
	struct slice name;
	const char *form;
} members[] = {
	{{"_ack", 4}, "a string of at most 512 bytes"},
	{{"_acks", 5}, "an array of strings of at most 512 bytes"},
	{{"_group", 6}, "a string"},
	{{"_trace", 6}, "a string"},
	{{"_rules", 6}, "an array of strings"},
	{{"topic", 5}, "a string"},
	{{"partition", 9}, "a whole number from 0 to 2147483647"},
	{{"offset", 6}, "a whole number from 0"},
	{{"timestamp", 9}, "a whole number"},
	{{"timestampType", 13}, "a string"},
	{{"key", 3}, "a string of base64, or null"},
	{{"value", 5}, "a string of base64, or null"},
	{{"headers", 7}, "an array of objects"},
};

/* What the member at the fault could be; only what stands before it was checked. */
static const char *form_of(struct slice line, size_t at, struct slice *name)
{
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, json_trim(line)); json_next(&walk, &m);) {
		if (!m.name.p || m.whole.p + m.whole.n <= line.p + at)
			continue;
		for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
			if (!json_is(m.name, members[i].name))
				continue;
			*name = members[i].name;
			return members[i].form;
		}
		break;
	}
	return NULL;
}

const char *line_fault(struct slice line, const struct json_fault *fault, char room[LINE_FAULT_MAX])
{
	const char *hint = fault->at == 0 ? magic_hint(line) : NULL, *form;
	struct slice name;

	if (hint) {
		snprintf(room, LINE_FAULT_MAX, "%s: %s", fault->what, hint);
		return room;
	}
	if (strcmp(fault->what, "a value that this member cannot have") != 0)
		return fault->what;
	form = form_of(line, fault->at, &name);
	if (form == NULL)
		return fault->what;
	snprintf(room, LINE_FAULT_MAX, "a value that '%.*s' cannot have: it is %s", SLICE_ARG(name),
		 form);
	return room;
}
