#include "child.h"

#include "base/mem.h"
#include "cli/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_MS 1000
#define DROP_AT	 (128u << 10) /* bytes written before the rest is moved to the front */

/*
 * We keep the reading end of its stdin, too: what is in the pipe when it has ended is
 * what it has not read. So no write fails, and who does not read any more is noticed by
 * the end of the process or of its output.
 */
struct child {
	const char *command;
	bool read_output;
	pid_t pid; /* 0: none runs */
	int end_fd, in, in_other, out;
	struct buf input;
	size_t sent; /* of input */
	bool left, closed;
	int status;
	int64_t cost_ms;
};

struct child *child_new(const char *command, bool read_output)
{
	struct child *c = mem_alloc(sizeof *c);

	signal(SIGCHLD, SIG_DFL); /* inherited as ignored, the kernel would reap it for us */
	c->command = command;
	c->read_output = read_output;
	c->end_fd = c->in = c->in_other = c->out = -1;
	return c;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_all(struct child *c)
{
	close_fd(&c->in);
	close_fd(&c->in_other);
	close_fd(&c->out);
	close_fd(&c->end_fd);
	buf_reset(&c->input);
	c->sent = 0;
	c->pid = 0;
}

void child_free(struct child *c)
{
	struct pollfd end;

	if (!c)
		return;
	if (c->pid) {
		(void)kill(-c->pid, SIGTERM);
		end = (struct pollfd){.fd = c->end_fd, .events = POLLIN};
		if (poll(&end, 1, GRACE_MS) <= 0)
			(void)kill(-c->pid, SIGKILL);
		(void)waitpid(c->pid, NULL, 0);
	}
	close_all(c);
	buf_free(&c->input);
	free(c);
}

bool child_running(const struct child *c)
{
	return c->pid != 0;
}

/* --- starting ----------------------------------------------------------------- */

static void become(const struct child *c, int in, int out, pid_t parent)
{
	sigset_t mask;
	const struct shell shell = {
		.command = c->command,
		.parent = parent,
		.mask = &mask,
		.own_group = true,
		.in = in,
		.out = out,
		.err = -1,
		.extra = -1,
	};

	sigemptyset(&mask);
	unsetenv("KEB_STATUS_FD");
	unsetenv("KEB_ACK_FD");
	shell_become(&shell);
}

static int run(struct child *c, int in, int out, struct err *err)
{
	pid_t parent = getpid();

	c->pid = fork();
	if (c->pid == 0)
		become(c, in, out, parent);
	if (c->pid < 0) {
		c->pid = 0;
		return err_errno(err, EXIT_LOCAL, "cannot start '%s'", c->command);
	}
	/* Here too, so that the group is there before the first signal to it. */
	(void)setpgid(c->pid, c->pid);
	c->end_fd = pidfd_open(c->pid, 0);
	if (c->end_fd >= 0)
		return 0;
	err_errno(err, EXIT_LOCAL, "cannot watch '%s'", c->command);
	(void)kill(-c->pid, SIGKILL);
	(void)waitpid(c->pid, NULL, 0);
	return -1;
}

int child_start(struct child *c, struct err *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, result = -1;

	c->left = c->closed = false;
	if (pipe2(in, O_CLOEXEC) != 0 || (c->read_output && pipe2(out, O_CLOEXEC) != 0))
		err_errno(err, EXIT_LOCAL, "cannot make a pipe");
	else
		result = run(c, in[0], out[1], err);
	close_fd(&out[1]);
	c->in = in[1];
	c->in_other = in[0];
	c->out = out[0];
	if (result != 0) {
		close_all(c);
		return -1;
	}
	(void)fcntl(c->in, F_SETFL, O_NONBLOCK);
	if (c->out >= 0)
		(void)fcntl(c->out, F_SETFL, O_NONBLOCK);
	return 0;
}

/* --- its input ---------------------------------------------------------------- */

struct buf *child_input(struct child *c)
{
	return &c->input;
}

size_t child_pending(const struct child *c)
{
	return c->input.len - c->sent;
}

void child_write(struct child *c)
{
	while (c->in >= 0 && c->sent < c->input.len) {
		ssize_t wrote = write(c->in, c->input.p + c->sent, c->input.len - c->sent);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			break;
		c->sent += (size_t)wrote;
	}
	if (c->sent == c->input.len || c->sent >= DROP_AT) {
		buf_drop(&c->input, c->sent);
		c->sent = 0;
	}
}

int child_input_fd(const struct child *c)
{
	return c->in;
}

void child_close_input(struct child *c)
{
	close_fd(&c->in);
	c->closed = true;
}

bool child_closed_input(const struct child *c)
{
	return c->closed;
}

int child_output_fd(const struct child *c)
{
	return c->out;
}

/* --- its end ------------------------------------------------------------------ */

int child_end_fd(const struct child *c)
{
	return c->end_fd;
}

bool child_read_all(const struct child *c)
{
	int bytes = 0;

	return child_pending(c) == 0 && ioctl(c->in_other, FIONREAD, &bytes) == 0 && bytes == 0;
}

static int64_t ms_of(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

bool child_ended(struct child *c)
{
	struct rusage usage;
	int how;

	if (!c->pid || wait4(c->pid, &how, WNOHANG, &usage) != c->pid)
		return false;
	c->cost_ms = ms_of(usage.ru_utime) + ms_of(usage.ru_stime);
	c->status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	c->left = !child_read_all(c);
	close_all(c);
	return true;
}

int child_status(const struct child *c)
{
	return c->status;
}

bool child_left(const struct child *c)
{
	return c->left;
}

int64_t child_cost_ms(const struct child *c)
{
	return c->cost_ms;
}
