/*
 * LD_PRELOAD: the Nth call of a kind fails, in the program at hand and not in what it
 * starts. KEB_FAULT=alloc:N (no memory), write:N (disk full) or close:N (input/output
 * error); KEB_FAULT_MARK names a file that is made when it happens.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t n);

static long left_alloc, left_write, left_close;
static char mark[4096];

__attribute__((constructor)) static void start(void)
{
	const char *fault = getenv("KEB_FAULT"), *path = getenv("KEB_FAULT_MARK");
	const char *colon = fault ? strchr(fault, ':') : NULL;
	long n = colon ? strtol(colon + 1, NULL, 10) : 0;

	if (path && strlen(path) < sizeof mark)
		memcpy(mark, path, strlen(path) + 1);
	unsetenv("LD_PRELOAD");
	unsetenv("KEB_FAULT");
	if (!colon)
		return;
	left_alloc = *fault == 'a' ? n : 0;
	left_write = *fault == 'w' ? n : 0;
	left_close = *fault == 'c' ? n : 0;
}

static int is_now(long *left, int error)
{
	long fd;

	if (*left == 0 || --*left > 0)
		return 0;
	fd = syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0600);
	if (fd >= 0)
		syscall(SYS_close, fd);
	errno = error;
	return 1;
}

void *malloc(size_t n)
{
	return is_now(&left_alloc, ENOMEM) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t size)
{
	return is_now(&left_alloc, ENOMEM) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t n)
{
	return is_now(&left_alloc, ENOMEM) ? NULL : __libc_realloc(p, n);
}

ssize_t write(int fd, const void *p, size_t n)
{
	return is_now(&left_write, ENOSPC) ? -1 : syscall(SYS_write, fd, p, n);
}

int close(int fd)
{
	long closed = syscall(SYS_close, fd);

	return is_now(&left_close, EIO) ? -1 : (int)closed;
}
