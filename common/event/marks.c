#include "event/marks.h"

#include <stdint.h>

/* In the order of enum below. */
static const struct slice own[] = {
	{"_ack", 4}, {"_acks", 5}, {"_group", 6}, {"_trace", 6}, {"_rules", 6}, {"_rejected", 9},
};
enum { ACK, ACKS, GROUP, TRACE, RULES, REJECTED, NAMES };

static int which(struct slice raw_name)
{
	if (raw_name.n == 0 || (raw_name.p[0] != '_' && raw_name.p[0] != '\\'))
		return NAMES;
	for (int i = 0; i < NAMES; i++)
		if (json_is(raw_name, own[i]))
			return i;
	return NAMES;
}

bool marks_owns(struct slice raw_name)
{
	return which(raw_name) != NAMES;
}

static bool all_strings(struct slice array, size_t max)
{
	struct json_walk w;
	struct json_member m;

	for (json_walk(&w, array); json_next(&w, &m);)
		if (m.type != JSON_STRING || m.value.n - 2 > max)
			return false;
	return true;
}

int marks_take(struct marks *marks, const struct json_member *member)
{
	struct slice *to[] = {&marks->ack, &marks->acks, &marks->group, &marks->trace,
			      &marks->rules};
	int i = which(member->name);

	if (i == NAMES)
		return 0;
	if (i == REJECTED)
		return 1;
	if (i == ACKS || i == RULES) {
		if (member->type != JSON_ARRAY ||
		    !all_strings(member->value, i == ACKS ? TOKEN_MAX : SIZE_MAX))
			return -1;
		*to[i] = member->value;
		return 1;
	}
	if (member->type != JSON_STRING || (i == ACK && member->value.n - 2 > TOKEN_MAX))
		return -1;
	*to[i] = json_raw(member->value);
	return 1;
}

static void add_text(struct buf *to, struct slice name, struct slice value)
{
	if (!value.p)
		return;
	buf_addc(to, '"');
	buf_adds(to, name);
	BUF_LIT(to, "\":\"");
	buf_adds(to, value);
	BUF_LIT(to, "\",");
}

static void add_array(struct buf *to, struct slice name, struct slice value)
{
	if (!value.p)
		return;
	buf_addc(to, '"');
	buf_adds(to, name);
	BUF_LIT(to, "\":");
	buf_adds(to, value);
	buf_addc(to, ',');
}

void marks_add(struct buf *to, const struct marks *marks)
{
	add_text(to, own[ACK], marks->ack);
	add_array(to, own[ACKS], marks->acks);
	add_text(to, own[GROUP], marks->group);
	add_text(to, own[TRACE], marks->trace);
	add_array(to, own[RULES], marks->rules);
}
