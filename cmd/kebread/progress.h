/*
 * What kebread says of itself while it runs: a progress line on a terminal, and the file
 * of --metrics.
 */
#ifndef KEB_KEBREAD_PROGRESS_H
#define KEB_KEBREAD_PROGRESS_H

#include "gauges.h"

struct progress;

struct progress_conf {
	struct gauges gauges;
	const char *metrics; /* path; NULL: none */
	bool line;	     /* stderr is a terminal to write on */
};

struct progress *progress_new(const struct progress_conf *conf);
void progress_free(struct progress *p);

/* The first metrics: 0, or -1 with err when the file can not be written at all. */
int progress_begin(struct progress *p, struct err *err);
/* Once a turn; does something once a second (the line) and every five (metrics). */
void progress_turn(struct progress *p, const struct tally *tally, int64_t now_ms);
/* The last metrics; clears the line. */
void progress_end(struct progress *p, const struct tally *tally, int64_t now_ms);
/* When progress_turn wants to be called again; INT64_MAX: never. */
int64_t progress_deadline(const struct progress *p);

#endif
