/*
 * Kafka without Kafka: librdkafka's mock cluster on loopback ports. What it cannot do
 * is in kebmock(1), LIMITS.
 */
#ifndef KEB_KEBMOCK_BROKER_H
#define KEB_KEBMOCK_BROKER_H

#include "base/buf.h"
#include "base/err.h"

struct broker;

const char *broker_library(void); /* "librdkafka 2.0.2" */

struct broker *broker_new(unsigned brokers, struct err *err);
/*
 * For the end of the process: the cluster goes with it. (librdkafka takes up to a
 * second to take one down in order, and nothing of it is worth the wait.)
 */
void broker_end(struct broker *b);

/* "host:port,host:port" */
const char *broker_addresses(const struct broker *b);

/* "NAME" or "NAME:PARTITIONS". 0, or -1 with err. */
int broker_add_topic(struct broker *b, const char *spec, struct err *err);

/*
 * Faults: kebmock(1), FAULTS. The key comes without its "broker."; an empty value
 * ends the fault.
 */
int broker_set_fault(struct broker *b, struct slice key, struct slice value, struct err *err);
/* Appends the faults that are set as members `"broker.key":"value"`, apart by commas. */
void broker_show_faults(const struct broker *b, struct buf *to);

#endif
