#include "cli/stop.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#define ONE_STOP_MS 2000 /* a second ^C of an impatient hand, or of a shell that repeats it */

/* What the signal handler needs. */
static int pipe_fds[2] = {-1, -1};
static volatile sig_atomic_t count, last;
static volatile int64_t first_ms;

static void on_signal(int number)
{
	int saved = errno;
	int64_t now = clock_ms();

	if (count == 0)
		first_ms = now;
	if (count == 0 || now - first_ms > ONE_STOP_MS)
		count = count + 1;
	last = number;
	(void)!write(pipe_fds[1], "", 1);
	errno = saved;
}

void stop_install(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return; /* the default actions stay: a signal still ends the program */
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct sigaction now, sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

		sigemptyset(&sa.sa_mask);
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	}
}

int stop_fd(void)
{
	return pipe_fds[0];
}

int stop_count(void)
{
	return count;
}

int stop_signal(void)
{
	return last;
}

void stop_clear(void)
{
	char bytes[16];

	while (read(pipe_fds[0], bytes, sizeof bytes) > 0)
		;
}
