/*
 * Topics as a program that writes needs them: whether one is there, and making it.
 * Both wait for their answer.
 */
#ifndef KEB_KAFKA_TOPIC_H
#define KEB_KAFKA_TOPIC_H

#include "base/err.h"

#include <stdint.h>

struct rd_kafka_s;

/*
 * 1 when the brokers list it, 0 when not; -1 with err (EXIT_UNREACHABLE, EXIT_REFUSED).
 * All topics are listed, since to ask for one by name makes it where brokers are told so.
 */
int kafka_topic_exists(struct rd_kafka_s *rk, const char *name, int ms, struct err *err);

/* Fine when it is there already. -1 with err: EXIT_REFUSED, EXIT_UNREACHABLE. */
int kafka_topic_create(struct rd_kafka_s *rk, const char *name, int partitions, int replication,
		       int ms, struct err *err);

#endif
