/*
 * The rules, and why:
 *
 * - A stop concerns the first stage only: the others see the end of their input and
 *   finish what is in the pipes, so that nothing has to come again.
 * - A stage that is gone while its input goes on takes the run along: the first stage
 *   is told to stop at once; who has not ended 5 s later is told too, and is killed
 *   after 2 s more. The first stage is given some seconds longer, since it commits.
 * - In a loop the same goes for a first stage that failed: nobody reads the statuses.
 * - A stage that ends well before its input does (head, kebfilter -m) only stops the
 *   first one; the rest takes the time that it needs.
 */
#include "supervise.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"
#include "cli/shell.h"
#include "cli/stop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS   5000 /* from the failure to the TERM for the others */
#define GRACE_MS      2000 /* from a TERM that means now to the KILL */
#define LAST_WORDS_MS 5000 /* for the first stage, when all others are gone */

/* What comes next for a copy in which a stage failed. */
enum step { STEP_NONE, STEP_TERM, STEP_KILL, STEP_KILL_FIRST, STEP_DONE };

struct failing {
	enum step step;
	int64_t due_ms;
};

struct supervisor {
	sigset_t blocks;
	int signal_fd;
	struct crew *crew;
	bool numbered;
	struct failing *copies;
	struct ending *endings; /* for the verdict */
	struct pollfd *polls;
	size_t running;
	int stops;	/* how many stop signals were acted upon */
	int64_t end_ms; /* when a second signal's patience is over; 0: none */
};

struct supervisor *supervisor_new(struct err *err)
{
	struct supervisor *sv = mem_alloc(sizeof *sv);

	/* Inherited as ignored, the kernel would reap the stages for us. */
	signal(SIGCHLD, SIG_DFL);
	stop_install();
	sigemptyset(&sv->blocks);
	sigaddset(&sv->blocks, SIGCHLD);
	sigaddset(&sv->blocks, SIGTSTP);
	sigaddset(&sv->blocks, SIGCONT);
	sv->signal_fd = signalfd(-1, &sv->blocks, SFD_CLOEXEC | SFD_NONBLOCK);
	if (sv->signal_fd >= 0 && stop_fd() >= 0)
		return sv;
	err_errno(err, SHELL_FAILED, "cannot wait for signals");
	supervisor_free(sv);
	return NULL;
}

const sigset_t *supervisor_blocks(const struct supervisor *sv)
{
	return &sv->blocks;
}

void supervisor_free(struct supervisor *sv)
{
	if (!sv)
		return;
	if (sv->signal_fd >= 0)
		close(sv->signal_fd);
	free(sv->copies);
	free(sv->endings);
	free(sv->polls);
	free(sv);
}

static struct member *first_of(struct supervisor *sv, unsigned copy)
{
	return &sv->crew->members[copy * sv->crew->plan->n];
}

static void signal_all(struct supervisor *sv, int number)
{
	for (size_t i = 0; i < sv->crew->n; i++)
		crew_signal(&sv->crew->members[i], number);
}

/* Once only: kebread takes a second one as the order to end at once. */
static void stop_copy(struct supervisor *sv, unsigned copy)
{
	struct member *first = first_of(sv, copy);

	if (!(first->ending.sent & (UINT64_C(1) << SIGTERM)))
		crew_signal(first, SIGTERM);
}

static void stop_copies(struct supervisor *sv)
{
	for (unsigned copy = 0; copy < sv->crew->copies; copy++)
		stop_copy(sv, copy);
}

/* --- messages --------------------------------------------------------------- */

static const char *meaning(int status, enum role role)
{
	static const char *const words[] = {
		[EXIT_NEGATIVE] = ": records rejected or unsettled",
		[EXIT_USAGE] = ": usage or configuration",
		[EXIT_INPUT] = ": malformed input",
		[EXIT_REFUSED] = ": the remote said no",
		[EXIT_UNREACHABLE] = ": remote unreachable or retries spent",
		[EXIT_LOCAL] = ": local input or output, or memory",
	};

	if (status == 127)
		return ": command not found";
	if (status == 126)
		return ": command cannot be run";
	if (role == ROLE_FOREIGN || (size_t)status >= sizeof words / sizeof *words ||
	    !words[status])
		return "";
	return words[status];
}

/* "stage 2 (kebmap)", with the copy in front where there are several. */
static void put_name(const struct supervisor *sv, const struct member *member, struct buf *to)
{
	if (sv->numbered)
		buf_addf(to, "copy %u, ", member->ending.copy + 1);
	buf_addf(to, "stage %u (%s)", member->ending.stage + 1, member->stage->name);
}

static void put_ending(const struct supervisor *sv, const struct member *member, struct buf *to)
{
	int number = ending_signal(&member->ending), status = ending_status(&member->ending);

	put_name(sv, member, to);
	if (number && sigabbrev_np(number))
		buf_addf(to, " was ended by SIG%s", sigabbrev_np(number));
	else if (number)
		buf_addf(to, " was ended by signal %d", number);
	else
		buf_addf(to, " ended with status %d%s", status,
			 meaning(status, member->stage->role));
}

static double seconds(struct timeval a, struct timeval b)
{
	return (double)(a.tv_sec + b.tv_sec) + (double)(a.tv_usec + b.tv_usec) / 1e6;
}

static void say_failure(const struct supervisor *sv, struct member *member)
{
	struct buf text = {0};

	if (member->told)
		return;
	member->told = true;
	put_ending(sv, member, &text);
	msg_error("%s", buf_text(&text));
	buf_free(&text);
}

static void say_ending(const struct supervisor *sv, const struct member *member)
{
	struct buf text = {0};

	if (!msg_shows(MSG_INFO))
		return;
	put_ending(sv, member, &text);
	msg_info("%s, %.3f s of CPU, at most %ld KiB", buf_text(&text),
		 seconds(member->usage.ru_utime, member->usage.ru_stime), member->usage.ru_maxrss);
	buf_free(&text);
}

/* --- a stage has ended ------------------------------------------------------ */

static void fail(struct supervisor *sv, unsigned copy)
{
	struct failing *failing = &sv->copies[copy];

	if (failing->step != STEP_NONE)
		return;
	failing->step = STEP_TERM;
	failing->due_ms = clock_ms() + PATIENCE_MS;
	stop_copy(sv, copy);
}

static void on_end(struct supervisor *sv, struct member *member)
{
	const struct ending *ending = &member->ending;
	bool last = ending->stage + 1 == sv->crew->plan->n;
	const struct member *next = last || member[1].pid ? NULL : &member[1];
	enum weight weight = ending_weight(ending, next ? &next->ending : NULL);
	bool early = crew_input_open(sv->crew, member);
	bool deaf = ending->stage == 0 && sv->crew->plan->loop && weight != WEIGHT_FINE;

	say_ending(sv, member);
	if (weight == WEIGHT_CAUSE)
		say_failure(sv, member);
	if (early && ending->wait_status == 0)
		stop_copy(sv, ending->copy);
	else if (early || deaf)
		fail(sv, ending->copy);
	if (weight == WEIGHT_CAUSE)
		stop_copies(sv);
}

/* Takes note of all that have ended before any of them is judged by its neighbours. */
static void reap(struct supervisor *sv)
{
	int64_t now = clock_ms();
	struct rusage usage;
	int wait_status;
	pid_t pid;

	while ((pid = wait4(-1, &wait_status, WNOHANG, &usage)) > 0) {
		for (size_t i = 0; i < sv->crew->n; i++) {
			struct member *member = &sv->crew->members[i];

			if (member->pid != pid)
				continue;
			member->pid = 0;
			member->usage = usage;
			member->ending.wait_status = wait_status;
			member->ending.at_ms = now;
			sv->running--;
		}
	}
	for (size_t i = 0; i < sv->crew->n; i++) {
		struct member *member = &sv->crew->members[i];

		if (member->pid == 0 && sv->endings[i].at_ms == 0) {
			sv->endings[i] = member->ending;
			on_end(sv, member);
		}
	}
}

/* --- time ------------------------------------------------------------------- */

static void step_copy(struct supervisor *sv, unsigned copy)
{
	struct failing *failing = &sv->copies[copy];
	struct member *first = first_of(sv, copy);
	int number = failing->step == STEP_TERM ? SIGTERM : SIGKILL;

	if (failing->step == STEP_KILL_FIRST)
		crew_signal(first, SIGKILL);
	else
		for (size_t i = 1; i < sv->crew->plan->n; i++)
			crew_signal(&first[i], number);
	failing->due_ms = clock_ms() + (failing->step == STEP_TERM ? GRACE_MS : LAST_WORDS_MS);
	failing->step++;
}

/* Does what is due and returns how long to wait for the next, -1 for ever. */
static int keep_time(struct supervisor *sv)
{
	int64_t next = sv->end_ms, now = clock_ms();

	for (unsigned copy = 0; copy < sv->crew->copies; copy++) {
		struct failing *failing = &sv->copies[copy];

		if (failing->step == STEP_NONE || failing->step == STEP_DONE)
			continue;
		if (failing->due_ms <= now)
			step_copy(sv, copy);
		if (failing->step != STEP_DONE && (next == 0 || failing->due_ms < next))
			next = failing->due_ms;
	}
	if (sv->end_ms && sv->end_ms <= now) {
		signal_all(sv, SIGKILL);
		sv->end_ms = 0;
		return -1;
	}
	if (next == 0)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

/* --- signals ---------------------------------------------------------------- */

static void on_stop(struct supervisor *sv)
{
	stop_clear();
	if (sv->stops == stop_count())
		return;
	sv->stops = stop_count();
	if (sv->stops == 1) {
		msg_info("stopping: the first stage is told to, the others finish what is under "
			 "way");
		stop_copies(sv);
		return;
	}
	msg_warning("stopping at once: what is not settled will come again");
	signal_all(sv, SIGTERM);
	sv->end_ms = clock_ms() + (sv->stops == 2 ? GRACE_MS : 0);
}

static void on_signals(struct supervisor *sv)
{
	struct signalfd_siginfo info;

	while (read(sv->signal_fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGTSTP) {
			signal_all(sv, SIGTSTP);
			raise(SIGSTOP);
		} else if (info.ssi_signo == SIGCONT) {
			signal_all(sv, SIGCONT);
		}
	}
	reap(sv);
}

static void wait_for_something(struct supervisor *sv)
{
	size_t n = 2 + labels_poll(sv->crew->labels, sv->polls + 2);

	sv->polls[0] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
	sv->polls[1] = (struct pollfd){.fd = sv->signal_fd, .events = POLLIN};
	if (poll(sv->polls, n, keep_time(sv)) < 0)
		return; /* EINTR: the signal is in stop_fd */
	labels_pass(sv->crew->labels, 0);
	if (sv->polls[0].revents)
		on_stop(sv);
	if (sv->polls[1].revents)
		on_signals(sv);
}

int supervisor_run(struct supervisor *sv, struct crew *crew, bool numbered)
{
	size_t culprit;
	int status;

	sv->crew = crew;
	sv->numbered = numbered;
	sv->running = crew->n;
	sv->copies = mem_array(crew->copies, sizeof *sv->copies);
	sv->endings = mem_array(crew->n, sizeof *sv->endings);
	sv->polls = mem_array(crew->n + 2, sizeof *sv->polls);
	while (sv->running > 0)
		wait_for_something(sv);
	labels_pass(crew->labels, 1);
	status = verdict(sv->endings, crew->n, &culprit);
	if (sv->stops > 1)
		return 128 + stop_signal();
	if (culprit < crew->n)
		say_failure(sv, &crew->members[culprit]);
	return status;
}
