/*
 * Questions to the brokers, each answered within a given time: which topics are there,
 * what is committed, which offsets lie where. They wait, so they are asked at the start
 * and when partitions are assigned, never for a record.
 */
#ifndef KEB_KEBREAD_ASK_H
#define KEB_KEBREAD_ASK_H

#include "base/err.h"
#include "place.h"

#include <stdbool.h>

struct rd_kafka_s;

enum ask_got {
	ASK_DONE,
	ASK_AGAIN,   /* no answer in time, or a passing error: err says which */
	ASK_REFUSED, /* permission, unknown topic: err (EXIT_REFUSED) */
};

/*
 * The partitions of the topics that `topics` names, all of them ("^..." is a POSIX
 * extended regular expression; then topics may be none). Internal ones (__...) come
 * only when their name or expression begins so. offset is PLACE_NONE.
 */
enum ask_got ask_topics(struct rd_kafka_s *rk, const char *const *topics, size_t n, int ms,
			struct places *found, struct err *err);

/* How many partitions the topic has. */
enum ask_got ask_partitions(struct rd_kafka_s *rk, const char *topic, int ms, int32_t *count,
			    struct err *err);

/* Sets each offset to what the group has committed (PLACE_NONE: nothing), and its note. */
enum ask_got ask_committed(struct rd_kafka_s *rk, struct places *places, int ms, struct err *err);

/*
 * Sets each offset to that of the first record at or after a time (ms since the epoch;
 * PLACE_NONE: there is none), or of an end of the partition.
 */
#define ASK_LOW	 (-2)
#define ASK_HIGH (-1)
enum ask_got ask_offsets(struct rd_kafka_s *rk, int64_t when, struct places *places, int ms,
			 struct err *err);

#endif
