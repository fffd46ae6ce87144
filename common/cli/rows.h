/*
 * Rows of the option table that several programs have, so that one option has one name,
 * one text and one default everywhere.
 */
#ifndef KEB_CLI_ROWS_H
#define KEB_CLI_ROWS_H

#include "cli/opt.h"

/* what: "read", or "read or written"; uint64_t for line_limit (lines/limit.h). */
#define OPT_ROW_MAX_LINE(to, what)                                                                 \
	OPT_SIZE(0, "max-line", to, 256, 0, "longest line " what " [KEB_MAX_LINE, else 64MiB]")

/* int for status_open (status/status.h), -1 before. */
#define OPT_ROW_STATUS_FD(to)                                                                      \
	OPT_FD(0, "status-fd", to, "descriptor for status lines [KEB_STATUS_FD, else none]")

#define OPT_ROW_FILE(n, to_text, h)                                                                \
	{                                                                                          \
		.kind = OPT_KIND_TEXT, .name = n, .arg = "FILE", .help = h, .flags = OPT_FILE,     \
		.to = OPT_TO(const char *, to_text)                                                \
	}

/*
 * int64_t for opt_retry_ms, -1 before. what: who fails, "calls have". Nobody else could
 * settle what a loop has in flight, so there it waits.
 */
#define OPT_ROW_RETRY_FOR(to, what)                                                                \
	OPT_DURATION(0, "retry-for", to, 0, INT64_MAX,                                             \
		     "give up when " what " failed so long [for ever in a loop, else 5m]")

/* For how long, in ms: what the option said (-1: nothing), or its default. -1: for ever. */
static inline int64_t opt_retry_ms(int64_t given, bool in_loop)
{
	if (given >= 0)
		return given;
	return in_loop ? -1 : 5 * 60 * 1000;
}

/* const char * for rejects_open (report/rejects.h). */
#define OPT_ROW_REJECT_FILE(to)                                                                    \
	OPT_ROW_FILE("reject-file", to,                                                            \
		     "append rejected lines to FILE, each with the reason (not in a loop)")

/* const char * for metrics_new (report/metrics.h). */
#define OPT_ROW_METRICS(to)                                                                        \
	OPT_ROW_FILE("metrics", to, "keep counts in FILE, as Prometheus reads them")

#endif
