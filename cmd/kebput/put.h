/*
 * The run: lines in, requests out, every entry to its outcome. It brings input,
 * window, calls and report together and keeps the bounds of memory.
 *
 * It ends when the input has ended and every entry is settled; when something that is
 * not the records' fault needs a human (the entries stay unsettled); or when the
 * reader of the status fd has left.
 */
#ifndef KEB_KEBPUT_PUT_H
#define KEB_KEBPUT_PUT_H

#include "buscheck.h"
#include "intake.h"
#include "rate.h"
#include "report/metrics.h"
#include "report/report.h"

struct put_conf {
	enum window_order order;
	unsigned in_flight;
	uint64_t max_request;
	int64_t linger_ms;
	int64_t max_age_ms;    /* 0: no limit */
	uint64_t max_attempts; /* 0: no limit */
	struct rate rate;

	struct http *http; /* all borrowed */
	struct remote *remote;
	struct buscheck *buscheck; /* NULL: --no-bus-check */
	struct outage *outage;
	struct intake *intake;
	struct report *report;
	struct metrics *metrics; /* NULL: none */
};

struct put_counts {
	uint64_t requests, bytes; /* bytes as PutEvents counts them */
	uint64_t retried;	  /* entries that were sent again */

	/* As it is now. */
	uint64_t blocked;	   /* groups that wait for an entry that keeps failing */
	uint64_t unsettled;	   /* entries */
	uint64_t maybe;		   /* of these: sent without an answer, so they may have arrived */
	unsigned in_flight, limit; /* requests */
	int64_t outage_since_ms;   /* 0: calls go well */
};

struct put;

struct put *put_new(const struct put_conf *conf);
void put_free(struct put *put);

/* 0: the input has ended and all is settled. -1 with err: it had to stop. */
int put_run(struct put *put, struct err *err);

struct put_counts put_counts(const struct put *put);

#endif
