/*
 * What kebput's metrics file says.
 */
#ifndef KEB_KEBPUT_GAUGES_H
#define KEB_KEBPUT_GAUGES_H

#include "put.h"

/* A round of metrics but its end: metrics_end is the caller's. */
void gauges_fill(struct metrics *m, const struct put_counts *counts,
		 const struct report_counts *settled, int64_t now_ms);

#endif
