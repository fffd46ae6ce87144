/*
 * The run: lines in, messages out, outcomes back; bounded in flight, so that a slow
 * broker slows the reading and nothing else.
 */
#ifndef KEB_KEBWRITE_WRITE_H
#define KEB_KEBWRITE_WRITE_H

#include "kafka/conf.h"
#include "message.h"
#include "report/report.h"

struct write_conf {
	struct message_conf message;
	size_t max_line;
	uint64_t max_records, max_bytes; /* in flight */
	struct report *report;
};

struct write;

/* Borrows conf; takes kafka. NULL with err when the client cannot be made. */
struct write *write_new(const struct write_conf *conf, struct kafka_conf *kafka, struct err *err);
void write_free(struct write *w);

/* Waits until a broker answers. 1, 0 when a signal came first, or -1 with err. */
int write_reach(struct write *w, struct err *err);

/*
 * Sends the lines of fd, up to its end or a first signal (alone; in a loop that is
 * for the source). `name` must live as long as w. 1 to go on, 0 when a signal ended
 * it, -1 with err.
 */
int write_input(struct write *w, int fd, const char *name, struct err *err);

/* Waits until everything is settled. 0, or -1 with err. */
int write_finish(struct write *w, struct err *err);

uint64_t write_bad(const struct write *w); /* lines that were no record */
size_t write_unsettled(const struct write *w);

#endif
