#include "lines/writer.h"

#include "base/env.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_SIZE_DEFAULT (1u << 20)

struct writer {
	int fd;	 /* what the caller gave */
	int out; /* what is written: fd, or a non-blocking description of its own */
	bool nonblocking, socket;
	struct buf buf;
	size_t sent;   /* of buf */
	bool mid_line; /* the last byte that was written was no LF */
	int failed;    /* errno of the first failure */
};

static void grow_pipe(int fd)
{
	const char *env = env_text("KEB_PIPE_SIZE");
	uint64_t size = PIPE_SIZE_DEFAULT;

	if (!fd_is_pipe(fd))
		return;
	if (env && (!num_size(slice_of(env), &size) || size > 1u << 30)) {
		msg_warning("KEB_PIPE_SIZE '%s' is no size up to 1GiB: pipes stay as they are",
			    env);
		return;
	}
	(void)fcntl(fd, F_SETPIPE_SZ, (int)size);
}

struct writer *writer_new(int fd)
{
	struct writer *w = mem_alloc(sizeof *w);

	w->fd = w->out = fd;
	grow_pipe(fd);
	buf_room(&w->buf, WRITER_BLOCK * 2);
	return w;
}

struct writer *writer_new_nonblocking(int fd)
{
	struct writer *w = writer_new(fd);
	struct stat st;
	char path[32];
	int own;

	if (fstat(fd, &st) != 0)
		return w;
	w->nonblocking = w->socket = S_ISSOCK(st.st_mode);
	if (!S_ISFIFO(st.st_mode))
		return w;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (own >= 0) {
		w->out = own;
		w->nonblocking = true;
	}
	return w;
}

static void close_own(struct writer *w)
{
	if (w->out != w->fd && w->out >= 0)
		close(w->out);
	w->out = w->fd;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	close_own(w);
	buf_free(&w->buf);
	free(w);
}

struct buf *writer_buf(struct writer *w)
{
	return &w->buf;
}

static int failed(struct writer *w)
{
	errno = w->failed;
	return -1;
}

/* One write of what is pending: 1 progress, 0 would block, -1 failed for good. */
static int write_some(struct writer *w)
{
	const char *p = w->buf.p + w->sent;
	size_t n = w->buf.len - w->sent;
	ssize_t wrote =
		w->socket ? send(w->out, p, n, MSG_DONTWAIT | MSG_NOSIGNAL) : write(w->out, p, n);

	if (wrote < 0 && errno == EINTR)
		return 1;
	if (wrote < 0 && errno == EAGAIN && w->nonblocking)
		return 0;
	if (wrote < 0 && errno == EAGAIN) { /* somebody else made our blocking descriptor so */
		struct pollfd wait = {.fd = w->out, .events = POLLOUT};

		(void)poll(&wait, 1, -1);
		return 1;
	}
	if (wrote < 0) {
		w->failed = errno;
		return -1;
	}
	if (wrote > 0) {
		w->sent += (size_t)wrote;
		w->mid_line = w->buf.p[w->sent - 1] != '\n';
	}
	return 1;
}

int writer_flush(struct writer *w)
{
	if (w->failed)
		return failed(w);
	while (w->sent < w->buf.len) {
		int progress = write_some(w);

		if (progress < 0)
			return failed(w);
		if (progress == 0)
			break;
	}
	if (w->sent == w->buf.len) {
		w->sent = 0;
		buf_reset(&w->buf);
	} else if (w->sent >= WRITER_BLOCK) {
		buf_drop(&w->buf, w->sent);
		w->sent = 0;
	}
	return 0;
}

int writer_line(struct writer *w)
{
	if (w->failed)
		return failed(w);
	return w->buf.len - w->sent >= WRITER_BLOCK ? writer_flush(w) : 0;
}

size_t writer_pending(const struct writer *w)
{
	return w->buf.len - w->sent;
}

int writer_fd(const struct writer *w)
{
	return w->out;
}

void writer_take_back(struct writer *w, void (*each)(void *ctx, struct slice line), void *ctx)
{
	char *p = w->buf.p + w->sent;
	char *end = w->buf.p + w->buf.len;
	char *kept = p;
	char *lf;

	if (w->mid_line && p < end) {
		lf = memchr(p, '\n', (size_t)(end - p));
		kept = lf ? lf + 1 : end;
	}
	for (p = kept; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			break;
		each(ctx, (struct slice){p, (size_t)(lf - p)});
	}
	w->buf.len = (size_t)(kept - w->buf.p);
}

int writer_close(struct writer *w, struct err *err)
{
	if (w->nonblocking && fd_is_pipe(w->out)) {
		(void)fcntl(w->out, F_SETFL, 0); /* our own description: the last flush may wait */
		w->nonblocking = false;
	}
	w->socket = false;
	if (writer_flush(w) != 0)
		return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
	close_own(w);
	if (close(w->fd) != 0 && errno != EINTR && errno != EBADF)
		return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
	return 0;
}
