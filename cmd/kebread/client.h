/*
 * Between kebread's lists of partitions and librdkafka's: only for consumer.c and
 * ask.c, the two files that know the library.
 */
#ifndef KEB_KEBREAD_CLIENT_H
#define KEB_KEBREAD_CLIENT_H

#include "place.h"

struct rd_kafka_topic_partition_list_s;

/* Replaces what is in `to`; a NULL list is an empty one. */
void client_to_places(const struct rd_kafka_topic_partition_list_s *list, struct places *to);
/* The caller destroys it. */
struct rd_kafka_topic_partition_list_s *client_from_places(const struct places *places);

#endif
