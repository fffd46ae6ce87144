#include "ends.h"

#include "base/fd.h"
#include "cli/stop.h"

#include <unistd.h>

void ends_poll(const struct ends *ends, struct pollfd *polls)
{
	polls[0] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
	polls[1] = (struct pollfd){.fd = report_status_fd(ends->report)};
	polls[2] = (struct pollfd){.fd = fd_is_pipe(STDOUT_FILENO) ? STDOUT_FILENO : -1};
}

int ends_check(struct ends *ends, const struct pollfd *polls, struct err *err)
{
	const char *left = polls[1].revents & POLLERR	? "the status fd"
			   : polls[2].revents & POLLERR ? "stdout"
							: NULL;

	if (polls[0].revents)
		stop_clear();
	if (stop_count() > 1)
		return err_set(err, EXIT_LOCAL, "stopped by a second signal");
	if (!left)
		return 0;
	ends->lost = true;
	return err_set(err, EXIT_LOCAL, "the reader of %s has left", left);
}
