#include "event/size.h"

#include "json/text.h"

#define TIME_SIZE 14 /* what a time counts, however it is written */

static uint64_t text_size(struct slice value)
{
	struct slice raw = value.p ? json_raw(value) : SLICE_NONE;

	return raw.p ? json_unescaped_len(raw) : 0;
}

static uint64_t resources_size(struct slice value)
{
	struct json_member element;
	struct json_walk walk;
	uint64_t size = 0;

	if (!value.p || json_type_of(value) != JSON_ARRAY)
		return 0;
	json_walk(&walk, value);
	while (json_next(&walk, &element))
		size += text_size(element.value);
	return size;
}

uint64_t event_size(const struct event *event)
{
	bool timed = event->time.p && json_type_of(event->time) == JSON_STRING;

	return text_size(event->source) + text_size(event->detail_type) +
	       resources_size(event->resources) + event->detail.n + (timed ? TIME_SIZE : 0);
}
