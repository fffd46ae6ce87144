/*
 * The first and the last call of every main().
 */
#ifndef KEB_CLI_PROGRAM_H
#define KEB_CLI_PROGRAM_H

#include "base/err.h"

#include <stdbool.h>

enum program_pipes {
	PROGRAM_DIES_OF_SIGPIPE, /* pure filters: the default action, even if inherited ignored */
	PROGRAM_SEES_EPIPE,	 /* network programs: SIGPIPE ignored, write(2) says EPIPE */
};

/* Name for messages, fds 0 to 2 open, SIGPIPE as said, locale left at C. */
void program_start(const char *name, enum program_pipes pipes);

/* For a filter that turns out to need the network: from now on as PROGRAM_SEES_EPIPE. */
void program_sees_epipe(void);

/* Prints err as an error message and returns its status. */
int program_fail(const struct err *err);

/* For network programs whose reader left: die of SIGPIPE silently, as a filter would. */
void program_die_of_sigpipe(void) __attribute__((noreturn));

#endif
