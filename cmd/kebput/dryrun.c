#include "dryrun.h"

#include "base/fd.h"
#include "base/msg.h"
#include "cli/stop.h"

#include <poll.h>
#include <unistd.h>

#define CHUNK                                                                                      \
	65536 /* EventBridge pricing: "each 64 KB chunk of a payload is billed as 1 event"         \
	       */

/* The request that entries are put into, first come first served. */
struct filling {
	uint64_t n, bytes;
};

static void count(struct dryrun *counts, struct filling *f, uint64_t size, uint64_t max_request)
{
	if (counts->requests == 0 || f->n == WINDOW_ENTRIES || f->bytes + size > max_request) {
		*f = (struct filling){0};
		counts->requests++;
	}
	f->n++;
	f->bytes += size;
	counts->entries++;
	counts->bytes += size;
	counts->billed += size ? (size + CHUNK - 1) / CHUNK : 1;
	if (size > counts->largest)
		counts->largest = size;
}

/* Waits for input as the sending run does: for a reader that leaves, and for signals. */
static int await(const struct intake *intake, bool *stopped, struct err *err)
{
	struct report *report = intake->report;
	struct pollfd fds[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = report_status_fd(report)},
		{.fd = report_results_fd(report)},
		{.fd = stop_fd(), .events = POLLIN},
	};

	if (report_flush(report, err) != 0)
		return -1;
	(void)poll(fds, 4, -1); /* EINTR: the signal is in stop_fd */
	stop_clear();
	if (stop_count() > 1)
		return err_set(err, EXIT_LOCAL, "stopped by a second signal");
	*stopped = stop_count() && !report_wired(report);
	return fds[0].revents ? input_fill(intake->input, err) : report_readers(report, err);
}

static int each(struct dryrun *counts, const struct intake *intake, uint64_t max_request,
		struct entry *e, struct err *err)
{
	struct filling f = {0};
	bool stopped = false;

	while (!stopped) {
		switch (intake_next(intake, e, err)) {
		case INTAKE_ENTRY:
			count(counts, &f, e->item.size, max_request);
			report_settle(intake->report, &e->origin,
				      &(struct settlement){.outcome = OUTCOME_DISCARDED},
				      SLICE_NONE);
			break;
		case INTAKE_REJECTED:
			break;
		case INTAKE_MORE:
			if (await(intake, &stopped, err) != 0)
				return -1;
			break;
		case INTAKE_END:
			return 0;
		case INTAKE_FAILED:
			return -1;
		}
	}
	return 0;
}

int dryrun(struct dryrun *counts, const struct intake *intake, uint64_t max_request,
	   struct err *err)
{
	struct entry e = {0};
	int result;

	*counts = (struct dryrun){0};
	result = each(counts, intake, max_request, &e, err);
	buf_free(&e.buf);
	return result;
}

void dryrun_print(const struct dryrun *counts, uint64_t refused, int fd)
{
	struct buf text = {0};

	buf_addf(&text, "entries %llu\n", (unsigned long long)counts->entries);
	buf_addf(&text, "refused %llu\n", (unsigned long long)refused);
	buf_addf(&text, "requests %llu\n", (unsigned long long)counts->requests);
	buf_addf(&text, "bytes %llu\n", (unsigned long long)counts->bytes);
	buf_addf(&text, "largest %llu\n", (unsigned long long)counts->largest);
	buf_addf(&text, "billed %llu\n", (unsigned long long)counts->billed);
	if (fd_write_all(fd, text.p, text.len) != 0)
		msg_debug("the counts could not be written");
	buf_free(&text);
}
