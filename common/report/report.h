/*
 * What became of each line, for the programs that end a record's journey: the
 * status fd, --results on stdout, and, where nobody listens, messages; and the
 * counts.
 *
 * A line of --results is the status line with the number of the line in front; one a
 * line, whatever tokens it carries.
 */
#ifndef KEB_REPORT_REPORT_H
#define KEB_REPORT_REPORT_H

#include "status/status.h"

struct report;

struct report_conf {
	const char *program;
	int status_fd; /* --status-fd, -1 if it was not given */
	bool results;
	const char *reject_file; /* NULL: none; error in a loop */
};

struct report_counts {
	uint64_t delivered, rejected;
};

/* Which line it is. */
struct report_origin {
	struct marks marks;
	const char *input; /* "stdin", a file's name */
	uint64_t line;
	struct slice text; /* the line itself; may be absent where there is no --reject-file */
};

struct report *report_new(const struct report_conf *conf, struct err *err);
void report_free(struct report *r);

bool report_wired(const struct report *r);     /* in a loop */
int report_status_fd(const struct report *r);  /* -1 if there is none */
int report_results_fd(const struct report *r); /* to be polled, events 0; -1 if it is no pipe */
const struct report_counts *report_counts(const struct report *r);

/* `more`: further members for the line of --results, such as ,"offset":7 ; may be absent. */
void report_settle(struct report *r, const struct report_origin *origin,
		   const struct settlement *settlement, struct slice more);

/* Before every wait. 0, or -1 with err (EXIT_LOCAL): a reader has left, or the disk is full. */
int report_flush(struct report *r, struct err *err);
/* Whether a reader has left, without waiting: then -1 with err (EXIT_LOCAL). */
int report_readers(struct report *r, struct err *err);
/* A reader of stdout or of the status fd has left: the program ends as a filter would, of SIGPIPE.
 */
bool report_lost(const struct report *r);
/*
 * What a run ends with that could do all it had to: 3 where lines were bad, 1 where records were
 * rejected and nobody else says so, else 0.
 */
enum exit_status report_exit_status(const struct report *r, uint64_t bad_lines);
/* The last flush; closes stdout and says whether all of it was good. */
int report_close(struct report *r, struct err *err);

#endif
