/*
 * What became of each record: to the status fd, to stdout where --results asks for
 * it, and alone as messages.
 */
#ifndef KEB_KEBWRITE_REPORT_H
#define KEB_KEBWRITE_REPORT_H

#include "kafka/producer.h"
#include "status/status.h"

struct report;

struct report *report_new(int status_fd, bool results, struct err *err);
void report_free(struct report *r);
bool report_wired(const struct report *r); /* in a loop */
int report_status_fd(const struct report *r);
int report_results_fd(const struct report *r); /* -1 without --results */

/* Which record it is. */
struct origin {
	const char *input; /* "stdin", a file's name */
	uint64_t line;
	struct marks marks;
};

void report_delivered(struct report *r, const struct origin *o, const struct producer_report *at);
void report_rejected(struct report *r, const struct origin *o, enum reject_class class,
		     const char *code, const char *why);

uint64_t report_count_delivered(const struct report *r);
uint64_t report_count_rejected(const struct report *r);

/* Before every wait. 0, or -1 with err (EXIT_LOCAL). */
int report_flush(struct report *r, struct err *err);
/* The same, and closes stdout. */
int report_close(struct report *r, struct err *err);

#endif
