/*
 * LD_PRELOAD: lets one call of a program fail, to see what it makes of it.
 *
 *	KEB_FAIL_PROGRAM  the program that is meant; others, its children too, are left alone
 *	KEB_FAIL_CALL     alloc (malloc, calloc, realloc), write (write, send) or close
 *	KEB_FAIL_WHO      own: calls from the program itself; library: all others
 *	KEB_FAIL_AT       which of these calls fails, from 1; 0: none
 *	KEB_FAIL_COUNT    a file that gets their number when the program ends
 *	KEB_FAIL_FD       a descriptor that counts as a disk, too
 *
 * Writes are those to stdout and to files. One fails with ENOSPC, and so do all later ones
 * to the same descriptor, as on a disk that is full. A close fails with EIO, and closes.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static struct {
	bool alloc, write, close, library;
	long at;
	const char *count;
	int fd;
	char *from, *to; /* the program's own code */
} plan;
static atomic_long calls;
static atomic_int full = -1;

/* From /proc/self/maps, read with a buffer on the stack: nothing may be allocated here. */
static void find_own_code(void)
{
	static char text[1 << 15];
	char exe[512];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t len = 0;

	if (n < 0 || fd < 0)
		return;
	exe[n] = 0;
	for (ssize_t got;
	     len < sizeof text - 1 && (got = read(fd, text + len, sizeof text - 1 - len)) > 0;)
		len += (size_t)got;
	close(fd);
	text[len] = 0;
	for (char *line = text, *end; *line; line = end + 1) {
		unsigned long from, to;

		end = strchrnul(line, '\n');
		if (*end)
			*end = 0;
		else
			end--;
		if (!strstr(line, exe) || sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		if (!plan.from)
			plan.from = (char *)from;
		plan.to = (char *)to;
	}
}

static void read_plan(void)
{
	const char *program = getenv("KEB_FAIL_PROGRAM"), *call = getenv("KEB_FAIL_CALL");
	const char *at = getenv("KEB_FAIL_AT"), *who = getenv("KEB_FAIL_WHO");

	if (!program || !call || !at || strcmp(program, program_invocation_short_name) != 0)
		return;
	find_own_code();
	plan.at = atol(at);
	plan.library = who && strcmp(who, "library") == 0;
	plan.count = getenv("KEB_FAIL_COUNT");
	plan.fd = getenv("KEB_FAIL_FD") ? atoi(getenv("KEB_FAIL_FD")) : -1;
	plan.alloc = strcmp(call, "alloc") == 0;
	plan.write = strcmp(call, "write") == 0;
	plan.close = strcmp(call, "close") == 0;
}

__attribute__((constructor)) static void begin(void)
{
	read_plan();
}

static void say_count(void)
{
	char text[32];
	int fd = plan.count ? open(plan.count, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
	int n = snprintf(text, sizeof text, "%ld\n", (long)calls);

	plan.alloc = plan.write = plan.close = false;
	if (fd >= 0 && write(fd, text, (size_t)n) == n)
		close(fd);
}

__attribute__((destructor)) static void end(void)
{
	say_count();
}

/* kebread ends without destructors. */
void _exit(int status)
{
	say_count();
	syscall(SYS_exit_group, status);
	__builtin_unreachable();
}

static bool fails(bool kind, const void *caller)
{
	bool own = (const char *)caller >= plan.from && (const char *)caller < plan.to;

	return kind && own != plan.library && ++calls == plan.at;
}

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *p, size_t n);

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *malloc(size_t n)
{
	return fails(plan.alloc, __builtin_return_address(0)) ? no_memory() : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	return fails(plan.alloc, __builtin_return_address(0)) ? no_memory()
							      : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
	return fails(plan.alloc, __builtin_return_address(0)) ? no_memory() : __libc_realloc(p, n);
}

static bool on_disk(int fd)
{
	struct stat st;

	return fd == STDOUT_FILENO || fd == plan.fd || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode));
}

static bool disk_is_full(int fd, const void *caller)
{
	if (plan.write && on_disk(fd) && fails(true, caller))
		full = fd;
	if (fd != full)
		return false;
	errno = ENOSPC;
	return true;
}

ssize_t write(int fd, const void *p, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "write");
	return disk_is_full(fd, __builtin_return_address(0)) ? -1 : real(fd, p, n);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "send");
	return disk_is_full(fd, __builtin_return_address(0)) ? -1 : real(fd, p, n, flags);
}

int close(int fd)
{
	bool broken = fails(plan.close, __builtin_return_address(0));
	int result = (int)syscall(SYS_close, fd);

	if (!broken)
		return result;
	errno = EIO;
	return -1;
}
