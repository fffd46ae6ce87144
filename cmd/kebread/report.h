/*
 * What kebread says of itself while it runs: a progress line on a terminal, a metrics
 * file (Prometheus text) for the node exporter's textfile collector.
 */
#ifndef KEB_KEBREAD_REPORT_H
#define KEB_KEBREAD_REPORT_H

#include "assignment.h"
#include "rejects.h"

struct report;

struct report_conf {
	const struct consumer *consumer;
	const struct assignment *assignment;
	const struct ledger *ledger;   /* NULL: none */
	const struct rejects *rejects; /* NULL as well then */
	const struct letters *letters; /* NULL: no dead letters */
	const char *metrics;	       /* path; NULL: none */
	bool progress;		       /* stderr is a terminal to write on */
};

/* Counts of the loop. */
struct tally {
	uint64_t records, bytes; /* handed out */
	uint64_t refused;	 /* not handed out: too large, no dead letter */
	uint64_t exhausted;	 /* dead letters that were redriven often enough */
	bool bounded;		 /* an end is known: the progress line has an ETA */
};

struct report *report_new(const struct report_conf *conf);
void report_free(struct report *r);

/* The first metrics: 0, or -1 with err when the file can not be written at all. */
int report_begin(struct report *r, struct err *err);
/* Once a turn; does something once a second (progress) and every five (metrics). */
void report_turn(struct report *r, const struct tally *tally, int64_t now_ms);
/* The last metrics; clears the progress line. */
void report_end(struct report *r, const struct tally *tally, int64_t now_ms);
/* When report_turn wants to be called again; INT64_MAX: never. */
int64_t report_deadline(const struct report *r);

#endif
