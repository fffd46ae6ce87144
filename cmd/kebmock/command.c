#include "command.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

int command_start(struct command *c, char *const argv[], struct err *err)
{
	posix_spawnattr_t attr;
	sigset_t defaults;
	pid_t pid;
	int failed;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawnp(&pid, argv[0], NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	errno = failed;
	if (failed == ENOENT)
		return err_errno(err, (enum exit_status)COMMAND_NOT_FOUND, "cannot run '%s'",
				 argv[0]);
	if (failed)
		return err_errno(err, (enum exit_status)COMMAND_CANNOT_RUN, "cannot run '%s'",
				 argv[0]);
	c->pid = pid;
	c->fd = pidfd_open(pid, 0);
	if (c->fd < 0) {
		err_errno(err, (enum exit_status)COMMAND_FAILED, "cannot watch '%s'", argv[0]);
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
		return -1;
	}
	return 0;
}

void command_signal(const struct command *c, int number)
{
	kill(c->pid, number);
}

int command_end(struct command *c)
{
	int how = 0;

	while (waitpid(c->pid, &how, 0) < 0 && errno == EINTR)
		;
	close(c->fd);
	return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
}
