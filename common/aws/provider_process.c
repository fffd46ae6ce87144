/*
 * credential_process: a command whose standard output is JSON with keys. Source: AWS
 * SDKs and Tools Reference Guide, "Process credential provider".
 *
 * It runs in a process group of its own, its output is bounded and never shown, and
 * it has a minute.
 */
#include "aws/provider.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "json/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)64 << 10)
#define TIME_MS	   60000

extern char **environ;

struct process {
	struct provider base;
	char *command;
	pid_t pid; /* 0: none is running */
	int fd;	   /* -1: at its end */
	int64_t deadline_ms;
	struct buf output;
};

static void stop(struct process *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	if (p->pid > 0) {
		kill(-p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	p->pid = 0;
	buf_wipe(&p->output);
}

static void fail(struct process *p, const struct err *err)
{
	stop(p);
	provider_end(&p->base, PROVIDER_FAILED, NULL, err);
}

/* --- its end --------------------------------------------------------------- */

static bool version_one(struct slice json)
{
	struct json_walk walk;
	struct json_member m;
	bool one = false;

	json_walk(&walk, json);
	while (json_next(&walk, &m)) {
		if (json_is(m.name, SLICE("Version")))
			one = m.type == JSON_NUMBER && slice_is(m.value, "1");
	}
	return one;
}

static void take(struct process *p)
{
	struct slice json = buf_slice(&p->output);
	struct keys keys = {0};
	struct err err;
	int result;

	if (json_check(json, NULL) == JSON_OBJECT && !version_one(json))
		result = err_set(&err, EXIT_REFUSED, "%s gave JSON whose Version is not 1",
				 p->base.name);
	else
		result = keys_read(&keys, json, &keys_of_process, p->base.name, &err);
	stop(p);
	provider_end(&p->base, result == 0 ? PROVIDER_KEYS : PROVIDER_FAILED, &keys, &err);
}

static void look_for_end(struct process *p)
{
	struct err err;
	int status;

	if (waitpid(p->pid, &status, WNOHANG) != p->pid)
		return;
	p->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		take(p);
		return;
	}
	if (WIFSIGNALED(status))
		err_set(&err, EXIT_REFUSED, "%s was ended by signal %d", p->base.name,
			WTERMSIG(status));
	else
		err_set(&err, EXIT_REFUSED, "%s ended with status %d (try the command by itself)",
			p->base.name, WEXITSTATUS(status));
	fail(p, &err);
}

static void read_some(struct process *p)
{
	struct err err;
	ssize_t got;

	for (;;) {
		got = read(p->fd, p->output.p + p->output.len, OUTPUT_MAX - p->output.len);
		if (got <= 0)
			break;
		p->output.len += (size_t)got;
		if (p->output.len == OUTPUT_MAX) {
			err_set(&err, EXIT_REFUSED, "%s wrote more than 64 KiB", p->base.name);
			fail(p, &err);
			return;
		}
	}
	if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(p->fd);
		p->fd = -1;
	}
}

static void step(struct provider *base)
{
	struct process *p = (struct process *)base;
	struct err err;

	if (p->pid > 0 && p->fd >= 0)
		read_some(p);
	if (p->pid > 0 && p->fd < 0)
		look_for_end(p);
	if (p->pid > 0 && clock_ms() > p->deadline_ms) {
		err_set(&err, EXIT_REFUSED, "%s was not done after a minute", p->base.name);
		fail(p, &err);
	}
}

static int fd(const struct provider *base)
{
	return ((const struct process *)base)->fd;
}

/* --- its start ------------------------------------------------------------- */

/* stdin is empty, stdout the pipe, stderr the user's; signals as a program expects them. */
static int spawn(struct process *p, int out)
{
	char shell[] = "/bin/sh", option[] = "-c", *argv[] = {shell, option, p->command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int result;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_init(&how);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	result = posix_spawn(&p->pid, argv[0], &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	if (result != 0)
		p->pid = 0;
	return result;
}

static void start(struct provider *base)
{
	struct process *p = (struct process *)base;
	struct err err;
	int ends[2];

	buf_reset(&p->output);
	buf_room(&p->output, OUTPUT_MAX);
	p->deadline_ms = clock_ms() + TIME_MS;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		err_errno(&err, EXIT_LOCAL, "no pipe for %s", p->base.name);
		provider_end(base, PROVIDER_FAILED, NULL, &err);
		return;
	}
	p->fd = ends[0];
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	errno = spawn(p, ends[1]);
	close(ends[1]);
	if (p->pid == 0) {
		err_errno(&err, EXIT_LOCAL, "cannot start %s", p->base.name);
		fail(p, &err);
	}
}

static void release(struct provider *base)
{
	struct process *p = (struct process *)base;

	stop(p);
	buf_free(&p->output);
	free(p->command);
}

static const struct provider_kind kind = {.start = start, .free = release, .fd = fd, .step = step};

struct provider *provider_process(const char *command, const char *from)
{
	struct process *p = mem_alloc(sizeof(*p));
	struct buf name = {0};

	p->base.kind = &kind;
	p->command = mem_dup(command);
	p->fd = -1;
	buf_addf(&name, "credential_process of %s", from);
	p->base.name = buf_text(&name);
	return &p->base;
}
