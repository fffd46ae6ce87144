#include "cli/program.h"

#include "base/msg.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/*
 * A closed fd 0 to 2 would be given to the next file that is opened. Opened the wrong
 * way round, reading stdin and writing stdout fail as they do when closed.
 */
static void open_missing(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			_exit(EXIT_LOCAL);
}

static void sigpipe(void (*action)(int))
{
	struct sigaction sa = {.sa_handler = action};
	sigset_t set;

	sigemptyset(&sa.sa_mask);
	sigaction(SIGPIPE, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void program_start(const char *name, enum program_pipes pipes)
{
	msg_program(name);
	open_missing();
	sigpipe(pipes == PROGRAM_SEES_EPIPE ? SIG_IGN : SIG_DFL);
}

void program_sees_epipe(void)
{
	sigpipe(SIG_IGN);
}

int program_fail(const struct err *err)
{
	msg_error("%s", err->text);
	return err->status;
}

void program_die_of_sigpipe(void)
{
	sigpipe(SIG_DFL);
	raise(SIGPIPE);
	_exit(128 + SIGPIPE);
}
