/*
 * From the start of the last stage to the end of the last stage: signals, stages
 * that end before their time, and who is told what, when. keb(7), THE LOOP.
 */
#ifndef KEB_KEBRUN_SUPERVISE_H
#define KEB_KEBRUN_SUPERVISE_H

#include "crew.h"

struct supervisor;

/* Takes over INT, TERM, HUP, CHLD, TSTP and CONT. Before crew_start, which needs the mask. */
struct supervisor *supervisor_new(struct err *err);
const sigset_t *supervisor_blocks(const struct supervisor *sv); /* not for the stages */
void supervisor_free(struct supervisor *sv);

/* Waits until every stage has ended; returns the exit status of the run. */
int supervisor_run(struct supervisor *sv, struct crew *crew, bool numbered);

#endif
