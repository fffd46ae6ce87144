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

/* const char * for rejects_open (report/rejects.h). */
#define OPT_ROW_REJECT_FILE(to)                                                                    \
	OPT_ROW_FILE("reject-file", to,                                                            \
		     "append rejected lines to FILE, each with the reason (not in a loop)")

/* const char * for metrics_new (report/metrics.h). */
#define OPT_ROW_METRICS(to)                                                                        \
	OPT_ROW_FILE("metrics", to, "keep counts in FILE, as Prometheus reads them")

#endif
