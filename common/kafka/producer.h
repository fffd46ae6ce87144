/*
 * Writes messages byte for byte into topics: idempotent, partition by murmur2 of the
 * key as Java's producer, and for each message exactly one report of its fate, once
 * the broker has confirmed or refused it. Nothing here waits but producer_reach.
 * A broker refuses a batch as a whole when that is too large: its messages are then sent
 * again, each alone, so that one of them takes nobody along.
 *
 *	p = producer_new(conf, on_report, ctx, err);
 *	producer_reach(p, 30000, stop_fd(), err);
 *	while (!producer_send(p, &message)) wait for producer_fd, producer_serve(p);
 *	...
 *	while (producer_in_flight(p)) wait for producer_fd, producer_serve(p);
 */
#ifndef KEB_KAFKA_PRODUCER_H
#define KEB_KAFKA_PRODUCER_H

#include "kafka/conf.h"

#include <stdint.h>

#define PRODUCER_BY_KEY	  (-1) /* partition: murmur2 of the key; any for a null key */
#define PRODUCER_TIME_NOW (-1) /* timestamp: the time of the call */

struct producer_header {
	struct slice name;
	struct slice value; /* absent: null */
};

struct producer_message {
	const char *topic;
	int32_t partition; /* or PRODUCER_BY_KEY */
	struct slice key;  /* absent: null, which is not the same as empty */
	struct slice value;
	/* ms since the epoch, or PRODUCER_TIME_NOW. 0 is written as 1: librdkafka has no way to. */
	int64_t timestamp;
	const struct producer_header *headers;
	size_t n_headers;
	void *cookie; /* comes back with the report */
};

enum producer_fate {
	PRODUCER_DELIVERED,
	PRODUCER_TOO_LARGE, /* for the client, the topic or the broker */
	PRODUCER_INVALID,   /* the broker refuses this message for good */
	PRODUCER_DENIED,    /* unknown topic or partition, no permission: not the message's fault */
	PRODUCER_LOST,	    /* not confirmed in message.timeout.ms, or the producer has failed */
};

struct producer_report {
	void *cookie;
	enum producer_fate fate;
	const char *topic; /* where it is, if it was delivered */
	int32_t partition;
	int64_t offset;
	const char *code; /* "TOPIC_AUTHORIZATION_FAILED", as the protocol names it */
	const char *text;
};

typedef void producer_report_fn(void *ctx, const struct producer_report *report);

struct producer;

const char *producer_library(void); /* "librdkafka 2.0.2" */

/* What it sets itself, for a program's own table of owned properties and for kafka_conf_new. */
extern const struct kafka_owned producer_owned[];

/*
 * Takes conf, whatever happens. Reports are made by producer_serve, and by
 * producer_send for a message that cannot even be queued. NULL with err
 * (EXIT_USAGE) when librdkafka refuses the configuration.
 */
struct producer *producer_new(struct kafka_conf *conf, producer_report_fn *report, void *ctx,
			      struct err *err);
struct rd_kafka_s *producer_client(const struct producer *p); /* for kafka/topic.h */
/* Drops what is in flight, unreported. */
void producer_free(struct producer *p);

/*
 * Waits until a broker answers, at most limit_ms, or until stop_fd (may be -1) is
 * readable. 1 reached, 0 stopped; -1 with err: EXIT_UNREACHABLE, or EXIT_REFUSED.
 */
int producer_reach(struct producer *p, int64_t limit_ms, int stop_fd, struct err *err);

/* Copies the message. False: no room now, serve and try again. */
bool producer_send(struct producer *p, const struct producer_message *message);

int producer_fd(const struct producer *p);	     /* POLLIN: there is something to serve */
void producer_serve(struct producer *p);	     /* makes the reports that are due */
size_t producer_in_flight(const struct producer *p); /* sent and not yet reported */

/* Credentials refused, or a fatal error of the client: NULL, or what ended it. */
const struct err *producer_failure(const struct producer *p);

#endif
