#include "place.h"

#include "base/mem.h"

#include <stdlib.h>

#define TOPIC_MAX 249

struct place *places_add(struct places *list, const char *topic, int32_t partition, int64_t offset,
			 const char *note)
{
	struct place *p;

	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 16;
		list->items = mem_resize(list->items, list->cap, sizeof *list->items);
	}
	p = &list->items[list->n++];
	*p = (struct place){
		.topic = mem_text(topic, strlen(topic)),
		.partition = partition,
		.offset = offset,
		.note = note ? mem_text(note, strlen(note)) : NULL,
	};
	return p;
}

bool places_have(const struct places *list, const char *topic)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i].topic, topic) == 0)
			return true;
	return false;
}

void places_remove(struct places *list, size_t i)
{
	if (i >= list->n)
		return;
	free(list->items[i].topic);
	free(list->items[i].note);
	list->items[i] = list->items[--list->n];
}

void places_clear(struct places *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->items[i].topic);
		free(list->items[i].note);
	}
	list->n = 0;
}

void places_free(struct places *list)
{
	places_clear(list);
	free(list->items);
	*list = (struct places){0};
}

bool place_is_topic(struct slice name)
{
	static const char good[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	for (size_t i = 0; i < name.n; i++)
		if (!memchr(good, name.p[i], sizeof good - 1))
			return false;
	return name.n > 0 && name.n <= TOPIC_MAX && !slice_is(name, ".") && !slice_is(name, "..");
}
