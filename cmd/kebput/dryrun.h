/*
 * --dry-run: everything but the sending. Counts what PutEvents would get and bill,
 * and rejects what its documented limits refuse; the rest is settled as discarded.
 */
#ifndef KEB_KEBPUT_DRYRUN_H
#define KEB_KEBPUT_DRYRUN_H

#include "intake.h"

struct dryrun {
	uint64_t entries, requests;
	uint64_t bytes;	 /* as PutEvents counts them */
	uint64_t billed; /* chunks of 64 KB, each priced as an event */
	uint64_t largest;
};

/* To the end of the input. 0, or -1 with err. */
int dryrun(struct dryrun *counts, const struct intake *intake, uint64_t max_request,
	   struct err *err);

/* The counts as "name value" lines. */
void dryrun_print(const struct dryrun *counts, uint64_t refused, int fd);

#endif
