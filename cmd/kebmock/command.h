/*
 * The command that runs beside the mock services: started with their addresses in its
 * environment, awaited through a descriptor, its end told as an exit status.
 */
#ifndef KEB_KEBMOCK_COMMAND_H
#define KEB_KEBMOCK_COMMAND_H

#include "base/err.h"

/* As env(1) says them. */
enum {
	COMMAND_FAILED = 125, /* kebmock itself, while a command was asked for */
	COMMAND_CANNOT_RUN = 126,
	COMMAND_NOT_FOUND = 127,
};

struct command {
	int pid;
	int fd; /* readable (POLLIN) when it has ended */
};

/* 0, or -1 with err; err->status is then one of the above. */
int command_start(struct command *c, char *const argv[], struct err *err);
void command_signal(const struct command *c, int number);
/* Waits for its end: its exit status, 128 + n when signal n ended it. */
int command_end(struct command *c);

#endif
