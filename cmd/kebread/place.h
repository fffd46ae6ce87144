/*
 * Lists of partitions with an offset each: what goes to the client and comes from it.
 */
#ifndef KEB_KEBREAD_PLACE_H
#define KEB_KEBREAD_PLACE_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define PLACE_NONE (-1) /* no offset */

struct place {
	char *topic;
	int32_t partition;
	int64_t offset;
	char *note; /* metadata of a commit; NULL: none */
	int error;  /* of the client's for this partition, 0: none */
};

/* Starts as {0}; owns the texts. */
struct places {
	struct place *items;
	size_t n, cap;
};

/* The place is valid until the next call. note may be NULL. */
struct place *places_add(struct places *list, const char *topic, int32_t partition, int64_t offset,
			 const char *note);
bool places_have(const struct places *list, const char *topic); /* some partition of it */
void places_remove(struct places *list, size_t i);		/* the last one takes its place */
void places_clear(struct places *list);				/* keeps the room */
void places_free(struct places *list);

/* Whether Kafka takes it as the name of a topic (org.apache.kafka.common.internals.Topic). */
bool place_is_topic(struct slice name);

#endif
