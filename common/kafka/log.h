/*
 * What the Kafka client logs, as messages of keb: "cannot reach broker 'b1:9092':
 * connection refused (check -b)". The same text is said once a minute. Client
 * threads call it, so it locks.
 */
#ifndef KEB_KAFKA_LOG_H
#define KEB_KAFKA_LOG_H

#include <stddef.h>

struct rd_kafka_s;

/* For rd_kafka_conf_set_log_cb; level as of syslog(3). */
void kafka_log(const struct rd_kafka_s *rk, int level, const char *facility, const char *text);

/* The same for a second client with the first one's properties: not all are for it. */
void kafka_log_second(const struct rd_kafka_s *rk, int level, const char *facility,
		      const char *text);

/*
 * Why no broker could be reached, as last logged ("cannot reach broker ..."), for a
 * message that ends a program; "no broker answers" if nothing was logged.
 */
void kafka_log_failure(char *text, size_t size);

#endif
