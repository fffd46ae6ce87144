/*
 * Between fork and exec a stage gets: a group of its own, a signal when kebrun dies,
 * stdin, stdout and perhaps stderr, its end of the status pipe on a number that every
 * shell can name, and its environment. All pipes are close-on-exec, so no process
 * holds an end that it does not use: kebread counts on that to see the last writer go.
 */
#include "crew.h"

#include "base/mem.h"
#include "cli/shell.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FD_FIRST 3
#define FD_LAST	 9

/* Held back while stages start: one that comes between fork and exec must not get lost. */
static const int stops[] = {SIGINT, SIGTERM, SIGHUP};

/* What the stage at hand is started with; -1 for an fd that it does not get. */
struct start {
	const struct crew_conf *conf;
	unsigned copy; /* from 1 */
	int wire_fd;
	int in, out, err, wire;
	bool own_group;
	const sigset_t *mask; /* the signal mask of the stage */
	const char *command;
};

int crew_wire_fd(void)
{
	for (int fd = FD_FIRST; fd <= FD_LAST; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0 || (flags & FD_CLOEXEC))
			return fd;
	}
	return -1;
}

/* --- in the child ----------------------------------------------------------- */

static void set_number(const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	setenv(name, text, 1);
}

static void set_environment(const struct start *start, enum wire wire)
{
	unsetenv("KEB_ACK_FD");
	unsetenv("KEB_STATUS_FD");
	if (wire == WIRE_ACK)
		set_number("KEB_ACK_FD", (uint64_t)start->wire_fd);
	if (wire == WIRE_STATUS)
		set_number("KEB_STATUS_FD", (uint64_t)start->wire_fd);
	set_number("KEB_COPY", start->copy);
	set_number("KEB_COPIES", start->conf->copies);
	if (start->conf->pipe_size)
		set_number("KEB_PIPE_SIZE", start->conf->pipe_size);
}

static void become(const struct start *start, enum wire wire, pid_t parent)
	__attribute__((noreturn));

static void become(const struct start *start, enum wire wire, pid_t parent)
{
	const struct shell shell = {
		.command = start->command,
		.parent = parent,
		.mask = start->mask,
		.own_group = start->own_group,
		.in = start->in,
		.out = start->out,
		.err = start->err,
		.extra = start->wire,
		.extra_as = start->wire_fd,
	};

	set_environment(start, wire);
	shell_become(&shell);
}

/* --- in kebrun -------------------------------------------------------------- */

static int open_pipe(int fds[2], uint64_t size, struct err *err)
{
	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_errno(err, SHELL_FAILED, "cannot make a pipe");
	if (size == 0 || fcntl(fds[1], F_SETPIPE_SZ, (int)size) >= 0)
		return 0;
	err_errno(err, EXIT_USAGE,
		  "cannot make a pipe of %llu bytes (see /proc/sys/fs/pipe-max-size)",
		  (unsigned long long)size);
	close(fds[0]);
	close(fds[1]);
	return -1;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int start_member(struct crew *crew, struct member *member, struct start *start,
			struct err *err)
{
	pid_t parent = getpid();
	struct buf command = {0};

	plan_command(member->stage, start->conf->numbered ? start->copy : 0, &command);
	start->command = buf_text(&command);
	if (crew->labels) {
		start->err = labels_add(crew->labels, member->stage->name,
					start->conf->numbered ? start->copy : 0);
		if (start->err < 0)
			return err_errno(err, SHELL_FAILED, "cannot make a pipe");
	}
	member->pid = fork();
	if (member->pid == 0)
		become(start, member->stage->wire, parent);
	close_fd(&start->err);
	buf_free(&command);
	if (member->pid < 0) {
		member->pid = 0;
		return err_errno(err, SHELL_FAILED, "cannot start stage '%s'", member->stage->name);
	}
	/* Here too, so that the group is there before the first signal to it. */
	if (start->own_group)
		(void)setpgid(member->pid, member->pid);
	member->group = start->own_group ? member->pid : 0;
	/* What the terminal sends to our group, it sends to this one as well. */
	if (!start->own_group)
		member->ending.sent = UINT64_C(1) << SIGINT | UINT64_C(1) << SIGHUP;
	return 0;
}

/*
 * A first stage that reads from a terminal stays in our group: in one of its own it
 * would be in the background and be stopped by the first read.
 */
static bool wants_group(const struct crew *crew, size_t stage)
{
	return stage > 0 || crew->plan->loop || !isatty(STDIN_FILENO);
}

static int start_stages(struct crew *crew, struct member *members, struct start *start,
			const int status[2], struct err *err)
{
	int next[2] = {-1, -1}, result = 0;

	for (size_t i = 0; i < crew->plan->n && result == 0; i++) {
		bool last = i + 1 == crew->plan->n;
		enum wire wire = members[i].stage->wire;
		struct stat st;

		start->in = next[0];
		next[0] = next[1] = -1;
		if (!last && open_pipe(next, start->conf->pipe_size, err) != 0)
			result = -1;
		if (i > 0 && fstat(start->in, &st) == 0) {
			members[i].input_dev = st.st_dev;
			members[i].input_ino = st.st_ino;
		}
		start->out = next[1];
		start->wire = wire == WIRE_ACK ? status[0] : wire == WIRE_STATUS ? status[1] : -1;
		start->own_group = wants_group(crew, i);
		if (result == 0)
			result = start_member(crew, &members[i], start, err);
		close_fd(&start->in);
		close_fd(&next[1]);
	}
	close_fd(&next[0]);
	return result;
}

static int start_copy(struct crew *crew, struct start *start, struct err *err)
{
	struct member *members = &crew->members[(start->copy - 1) * crew->plan->n];
	int status[2] = {-1, -1}, result;

	if (crew->plan->loop && open_pipe(status, start->conf->pipe_size, err) != 0)
		return -1;
	result = start_stages(crew, members, start, status, err);
	close_fd(&status[0]);
	close_fd(&status[1]);
	return result;
}

/* Nobody upstream or downstream of the whole must wait for us. */
static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	close(null);
}

static int start_copies(struct crew *crew, struct start *start, struct err *err)
{
	for (start->copy = 1; start->copy <= crew->copies; start->copy++)
		if (start_copy(crew, start, err) != 0)
			return -1;
	return 0;
}

static void fill(struct crew *crew)
{
	for (size_t i = 0; i < crew->n; i++) {
		struct member *member = &crew->members[i];

		member->stage = &crew->plan->stages[i % crew->plan->n];
		member->ending.role = member->stage->role;
		member->ending.copy = (unsigned)(i / crew->plan->n);
		member->ending.stage = (unsigned)(i % crew->plan->n);
	}
}

static void kill_all(struct crew *crew)
{
	for (size_t i = 0; i < crew->n; i++) {
		if (crew->members[i].pid == 0)
			continue;
		crew_signal(&crew->members[i], SIGKILL);
		(void)waitpid(crew->members[i].pid, NULL, 0);
	}
}

/* Never a moment in which the signals of *block could act: CHLD would be lost. */
static void go_on(const sigset_t *before, const sigset_t *block)
{
	sigset_t mask;

	sigorset(&mask, before, block);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

int crew_start(struct crew *crew, const struct plan *plan, const struct crew_conf *conf,
	       const sigset_t *block, struct err *err)
{
	struct start start = {.conf = conf, .err = -1, .wire_fd = crew_wire_fd()};
	sigset_t before, starting = *block;
	int result;

	*crew = (struct crew){.plan = plan, .copies = conf->copies, .n = conf->copies * plan->n};
	if (plan->loop && start.wire_fd < 0)
		return err_set(err, EXIT_USAGE,
			       "fds 3 to 9 are all in use: one is needed for the status pipe");
	crew->members = mem_array(crew->n, sizeof *crew->members);
	fill(crew);
	if (conf->labels)
		crew->labels = labels_new(crew->n);
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
		sigaddset(&starting, stops[i]);
	sigprocmask(SIG_BLOCK, &starting, &before);
	start.mask = &before;
	result = start_copies(crew, &start, err);
	go_on(&before, block);
	if (result != 0) {
		kill_all(crew);
		crew_free(crew);
		return -1;
	}
	let_go();
	return 0;
}

void crew_free(struct crew *crew)
{
	labels_free(crew->labels);
	free(crew->members);
	*crew = (struct crew){0};
}

void crew_signal(struct member *member, int number)
{
	if (member->pid == 0)
		return;
	member->ending.sent |= UINT64_C(1) << number;
	/* A member of our own group is alone addressed by its pid. */
	(void)kill(member->group ? -member->group : member->pid, number);
}

bool crew_input_open(const struct crew *crew, const struct member *member)
{
	const struct member *writer = member - 1;
	char path[40];
	struct stat st;

	if (member->ending.stage == 0 || member == crew->members || writer->pid == 0)
		return false;
	snprintf(path, sizeof path, "/proc/%d/fd/1", (int)writer->pid);
	return stat(path, &st) == 0 && st.st_dev == member->input_dev &&
	       st.st_ino == member->input_ino;
}
