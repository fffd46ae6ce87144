#include "cli/shell.h"

#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Puts fd on `to`, open across exec; fd may already be there. */
static bool place(int fd, int to)
{
	if (fd < 0)
		return true;
	if (fd == to)
		return fcntl(fd, F_SETFD, 0) == 0;
	return dup2(fd, to) >= 0;
}

/* Handlers would act on memory that nobody looks at; what was ignored stays so. */
static void reset_signals(const sigset_t *mask)
{
	static const int stops[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
		struct sigaction now;

		if (sigaction(stops[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			signal(stops[i], SIG_DFL);
	}
	signal(SIGPIPE, SIG_DFL);
	/* A background group may write to a terminal that says tostop. */
	signal(SIGTTOU, SIG_IGN);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

void shell_become(const struct shell *shell)
{
	/* TERM, not KILL: kebread leaves its group and commits what was settled. */
	if (shell->own_group)
		(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != shell->parent)
		_exit(SHELL_FAILED);
	reset_signals(shell->mask);
	/* The extra one comes last: its number may be that of one of the others until then. */
	if (place(shell->in, STDIN_FILENO) && place(shell->out, STDOUT_FILENO) &&
	    place(shell->err, STDERR_FILENO) && place(shell->extra, shell->extra_as))
		execl("/bin/sh", "sh", "-c", shell->command, (char *)NULL);
	msg_error("cannot start /bin/sh: %s", strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-+=.,:/@^", c));
}

void shell_add_word(struct buf *to, struct slice text)
{
	bool plain = text.n > 0;

	for (size_t i = 0; i < text.n && plain; i++)
		plain = is_plain(text.p[i]);
	if (plain) {
		buf_adds(to, text);
		return;
	}
	buf_addc(to, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			BUF_LIT(to, "'\\''");
		else
			buf_addc(to, text.p[i]);
	}
	buf_addc(to, '\'');
}
