/*
 * File descriptors: small calls with the errors every caller would have to handle.
 */
#ifndef KEB_BASE_FD_H
#define KEB_BASE_FD_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* All n bytes, whatever write(2) takes at a time; waits on EAGAIN. 0, or -1 with errno. */
int fd_write_all(int fd, const void *p, size_t n);

int fd_cloexec(int fd);	 /* sets FD_CLOEXEC; 0 or -1 with errno */
bool fd_is_pipe(int fd); /* a pipe or FIFO */
/* Whether the other end of a pipe has no reader left (POLLERR), without waiting. */
bool fd_reader_gone(int fd);

/* For reading an input that was named on the command line, "-" being stdin; -1 with err (status 2).
 */
int fd_open_input(const char *name, struct err *err);
/* Reads a regular file whole, at most max bytes. 0, or -1 with err (status 2) set. */
int fd_read_file(const char *path, size_t max, struct buf *into, struct err *err);
/*
 * Writes path.tmp beside path, fsync(2)s it and renames it: readers see old or new,
 * never half. A link stays one. What exists and is no regular file is left alone.
 */
int fd_replace_file(const char *path, struct slice content, struct err *err);

#endif
