/*
 * Lines to a descriptor, block-buffered. A program appends whole lines to
 * writer_buf and says writer_line after each; the writer writes when
 * WRITER_BLOCK bytes are there, and when it is flushed, which a program does before
 * it waits for anything.
 *
 * Blocking (writer_new): writer_line and writer_flush return when the bytes are
 * out. Non-blocking (writer_new_nonblocking, for pipes): they write what the pipe
 * takes; poll writer_fd for POLLOUT while writer_pending. A pipe is made
 * non-blocking through a description of its own (/proc/self/fd), so the other
 * holders of the pipe are not touched; a regular file is written as it is.
 *
 * A pipe is grown to 1 MiB, or to KEB_PIPE_SIZE bytes, where the kernel allows.
 */
#ifndef KEB_LINES_WRITER_H
#define KEB_LINES_WRITER_H

#include "base/buf.h"
#include "base/err.h"

#define WRITER_BLOCK (128u << 10)

struct writer;

struct writer *writer_new(int fd);
struct writer *writer_new_nonblocking(int fd);
void writer_free(struct writer *w); /* without flushing; the original fd stays open */

struct buf *writer_buf(struct writer *w); /* append here, nothing else */

/* All return 0, or -1 with errno (EPIPE: the reader left). Errors stay: no later call writes. */
int writer_line(struct writer *w);
int writer_flush(struct writer *w);

size_t writer_pending(const struct writer *w); /* bytes not yet taken by the descriptor */
int writer_fd(const struct writer *w);	       /* what to poll */

/*
 * At a stop: removes the whole lines of which nothing was written yet and passes
 * each (without LF) to `each`. The rest of a line that is partly out stays pending.
 */
void writer_take_back(struct writer *w, void (*each)(void *ctx, struct slice line), void *ctx);

/* Flush (waiting), close the descriptor and say whether all of it was good: status 6 on failure. */
int writer_close(struct writer *w, struct err *err);

#endif
