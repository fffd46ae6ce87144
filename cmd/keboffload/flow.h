/*
 * Lines from stdin to stdout, in the order they came, while their objects are put or
 * got side by side. What is read and not yet written is bounded by lines and bytes.
 */
#ifndef KEB_KEBOFFLOAD_FLOW_H
#define KEB_KEBOFFLOAD_FLOW_H

#include "claim.h"
#include "report/report.h"
#include "reuse.h"
#include "store.h"

struct flow_conf {
	bool restore;
	size_t max_line;
	uint64_t max_object;
	const char *const *buckets;
	size_t n_buckets;
	struct claim *claim;
	struct reuse *reuse;
	struct store *store;
	struct http *http;
	struct credentials *credentials;
	struct report *report;
	bool keep_lines; /* for --reject-file */
};

struct flow_counts {
	uint64_t lines, moved, reused;
};

struct flow;

struct flow *flow_new(const struct flow_conf *conf); /* borrows what conf points to */
void flow_free(struct flow *f);			     /* nothing may be under way in the store */

/* Until the end of input, or a first signal outside of a loop. 0, or -1 with err. */
int flow_run(struct flow *f, struct err *err);
bool flow_reader_left(const struct flow *f); /* who reads stdout or the status fd has left */
const struct flow_counts *flow_counts(const struct flow *f);
uint64_t flow_bad(const struct flow *f); /* lines that were no event */

#endif
