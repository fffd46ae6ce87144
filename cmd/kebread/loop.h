/*
 * The loop of kebread: one thread, one poll(2). The group's events are always served
 * and statuses always read, also while stdout is full, so nobody in the pipeline waits
 * for the other for ever and the membership lives.
 */
#ifndef KEB_KEBREAD_LOOP_H
#define KEB_KEBREAD_LOOP_H

#include "acks.h"
#include "assignment.h"
#include "flow.h"
#include "lines/writer.h"
#include "progress.h"
#include "remainder.h"

struct loop_conf {
	struct consumer *consumer;
	struct assignment *assignment;
	struct ledger *ledger; /* NULL, as acks: nothing listens */
	struct acks *acks;
	struct rejects *rejects; /* NULL as well without a ledger */
	struct letters *letters; /* NULL: no dead letters */
	int ack_fd;
	struct flow flow;
	struct writer *out;
	struct progress *progress;
	uint64_t count;		     /* -c: records to hand out; 0: no end */
	bool bounded;		     /* -e or e@ */
	struct remainder *remainder; /* NULL: no group, or no end */
	bool redrive;	       /* what comes are dead letters, to be handed out as the records */
	uint64_t max_redrives; /* leaves those alone that were so often; 0: no limit */
	size_t max_line;
	/* How long statuses are awaited, and other members; -1: 25 s after a signal, else for ever.
	 */
	int64_t drain_ms;
};

enum loop_end {
	LOOP_DONE,
	LOOP_READER_GONE, /* nothing is wrong here, but stdout was closed at the other end */
	LOOP_FAILED,	  /* err says how */
};

/* Reads until an end, a signal (cli/stop.h) or a failure; drains and commits. Closes stdout. */
enum loop_end loop_run(const struct loop_conf *conf, struct err *err);

#endif
