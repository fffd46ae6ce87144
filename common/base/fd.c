#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int fd_write_all(int fd, const void *from, size_t n)
{
	const char *p = from;

	while (n > 0) {
		ssize_t wrote = write(fd, p, n);

		if (wrote >= 0) {
			p += wrote;
			n -= (size_t)wrote;
		} else if (errno == EAGAIN) {
			struct pollfd wait = {.fd = fd, .events = POLLOUT};

			(void)poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

int fd_cloexec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

bool fd_is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

bool fd_reader_gone(int fd)
{
	struct pollfd probe = {.fd = fd};

	return poll(&probe, 1, 0) > 0 && (probe.revents & (POLLERR | POLLNVAL));
}

int fd_open_input(const char *name, struct err *err)
{
	int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_errno(err, EXIT_USAGE, "cannot open '%s'", name) : fd;
}

static int read_to_end(int fd, const char *path, size_t max, struct buf *into, struct err *err)
{
	for (;;) {
		ssize_t got;

		buf_room(into, 4096);
		got = read(fd, into->p + into->len, into->cap - into->len);
		if (got == 0)
			return 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, EXIT_USAGE, "cannot read '%s'", path);
		into->len += (size_t)got;
		if (into->len > max)
			return err_set(err, EXIT_USAGE, "'%s' is larger than %zu bytes", path, max);
	}
}

int fd_read_file(const char *path, size_t max, struct buf *into, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return err_errno(err, EXIT_USAGE, "cannot open '%s'", path);
	result = read_to_end(fd, path, max, into, err);
	close(fd);
	return result;
}

static int write_new(const char *path, struct slice content, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_errno(err, EXIT_LOCAL, "cannot create '%s'", path);
	if (fd_write_all(fd, content.p, content.n) != 0 || fsync(fd) != 0) {
		err_errno(err, EXIT_LOCAL, "cannot write '%s'", path);
		close(fd);
		return -1;
	}
	if (close(fd) != 0)
		return err_errno(err, EXIT_LOCAL, "cannot write '%s'", path);
	return 0;
}

static int replace(const char *path, struct slice content, struct err *err)
{
	struct buf temp = {0};
	int result;

	buf_adds(&temp, slice_of(path));
	BUF_LIT(&temp, ".tmp");
	result = write_new(buf_text(&temp), content, err);
	if (result == 0 && rename(temp.p, path) != 0)
		result = err_errno(err, EXIT_LOCAL, "cannot rename '%s' to '%s'", temp.p, path);
	if (result != 0)
		(void)unlink(temp.p);
	buf_free(&temp);
	return result;
}

int fd_replace_file(const char *path, struct slice content, struct err *err)
{
	char *real = realpath(path, NULL); /* what a link points to; NULL: nothing is there */
	struct stat st;
	int result;

	if (real && (stat(real, &st) != 0 || !S_ISREG(st.st_mode)))
		result = err_set(err, EXIT_USAGE, "'%s' is no regular file", path);
	else
		result = replace(real ? real : path, content, err);
	free(real);
	return result;
}
