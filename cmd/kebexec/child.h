/*
 * The command: one run of it at a time, by the shell, in a process group of its own,
 * with a pipe on its stdin that never makes us wait, and another on its stdout if we
 * are to read that. It has none of the loop's descriptors.
 */
#ifndef KEB_KEBEXEC_CHILD_H
#define KEB_KEBEXEC_CHILD_H

#include "base/buf.h"
#include "base/err.h"

struct child;

struct child *child_new(const char *command, bool read_output);
void child_free(struct child *c); /* ends a run that is under way: TERM, a second later KILL */

bool child_running(const struct child *c);
/* Starts a run. 0, or -1 with err (EXIT_LOCAL). */
int child_start(struct child *c, struct err *err);

/*
 * What it is to read: append lines here. child_write writes what the pipe takes; what
 * a command has not read when it ends is dropped, and child_left says that there was
 * something.
 */
struct buf *child_input(struct child *c);
void child_write(struct child *c);
size_t child_pending(const struct child *c);
int child_input_fd(const struct child *c); /* for POLLOUT while something is pending; -1: closed */
void child_close_input(struct child *c);   /* once nothing is pending */
bool child_closed_input(const struct child *c);
bool child_read_all(const struct child *c); /* the pipe is empty, and nothing is pending */

int child_output_fd(const struct child *c); /* non-blocking; -1 without read_output */
int child_end_fd(const struct child *c);    /* POLLIN: it has ended; -1: none runs */

/* When it has ended: takes note of how, and closes the pipes. False if it still runs. */
bool child_ended(struct child *c);
int child_status(const struct child *c);      /* of the last run: its exit status, or 128+n */
bool child_left(const struct child *c);	      /* the last run has left some of its input unread */
int64_t child_cost_ms(const struct child *c); /* CPU time of the last run, of its children too */

#endif
