/*
 * What a run waits for beside its own work: the readers of what it writes, which may
 * leave while nothing is written, and signals. In a loop the first signal is left to
 * the source: the end of its lines ends us.
 */
#ifndef KEB_KEBEXEC_ENDS_H
#define KEB_KEBEXEC_ENDS_H

#include "report/report.h"

#include <poll.h>
#include <stdbool.h>

#define ENDS_POLLS 3

struct ends {
	struct report *report;
	bool lost; /* a reader has left: the program ends of SIGPIPE */
};

/* Fills the first ENDS_POLLS of a set. */
void ends_poll(const struct ends *ends, struct pollfd *polls);
/* Looks at them after poll(2). 0, or -1 with err (EXIT_LOCAL) when all is over. */
int ends_check(struct ends *ends, const struct pollfd *polls, struct err *err);

#endif
