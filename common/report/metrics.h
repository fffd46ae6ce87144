/*
 * A metrics file in Prometheus' text format, for the node exporter's textfile
 * collector: written whole and put in place by a rename, every five seconds and at the
 * end. Source: "Exposition formats" of the Prometheus documentation.
 *
 * Without a path there is no metrics file, and all of this does nothing.
 */
#ifndef KEB_REPORT_METRICS_H
#define KEB_REPORT_METRICS_H

#include "base/buf.h"
#include "base/err.h"

struct metrics;

struct metrics *metrics_new(const char *path); /* borrowed; NULL: none, and NULL is returned */
void metrics_free(struct metrics *m);

bool metrics_due(const struct metrics *m, int64_t now_ms);
int64_t metrics_deadline(const struct metrics *m); /* when metrics_due will be; INT64_MAX: never */

/* One round: metrics_begin, what there is to say, metrics_end. */
void metrics_begin(struct metrics *m);
/* The lines that say what `name` is; its samples follow in metrics_text. */
void metrics_describe(struct metrics *m, const char *name, const char *type, const char *help);
/* A metric of one sample without labels. */
void metrics_add(struct metrics *m, const char *name, const char *type, const char *help,
		 uint64_t value);
struct buf *metrics_text(struct metrics *m); /* further lines, as buf_addf writes them */
/* 0, or -1 with err; the next round is due in five seconds either way. */
int metrics_end(struct metrics *m, int64_t now_ms, struct err *err);
/* The same for rounds in mid-run: a failure is a warning, one a minute. */
void metrics_end_warn(struct metrics *m, int64_t now_ms);

#endif
