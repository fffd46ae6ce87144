/*
 * What a process does between fork(2) and the shell that it becomes: a group of its
 * own, TERM when its parent dies, the signals as a fresh program has them, and its
 * descriptors in their places.
 */
#ifndef KEB_CLI_SHELL_H
#define KEB_CLI_SHELL_H

#include "base/buf.h"

#include <signal.h>
#include <sys/types.h>

struct shell {
	const char *command;
	pid_t parent;	      /* who forked: the child ends at once if it is gone already */
	const sigset_t *mask; /* the signal mask of the command */
	bool own_group;
	int in, out, err; /* -1: the parent's */
	int extra;	  /* one more descriptor, -1: none, and the number on which it appears */
	int extra_as;
};

/*
 * Runs it by /bin/sh -c; never returns. INT, TERM and HUP stay ignored if they were,
 * handlers become the default. Ends with 125 if the parent is gone, 126 or 127 if
 * there is no shell.
 */
void shell_become(const struct shell *shell) __attribute__((noreturn));

/* Appends text as one word that the shell takes as it is, in single quotes where it needs them. */
void shell_add_word(struct buf *to, struct slice text);

#define SHELL_FAILED 125 /* as env(1) */

#endif
