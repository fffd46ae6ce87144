/*
 * Lines in, lines out: which are selected, and what goes out for them.
 */
#ifndef KEB_KEBFILTER_FILTER_H
#define KEB_KEBFILTER_FILTER_H

#include "judge.h"
#include "stage/stage.h"

struct filter;

/* Borrows all of them. NULL with err (EXIT_USAGE, EXIT_LOCAL). */
struct filter *filter_new(const struct options *o, size_t max_line, const struct rules *rules,
			  struct judge *judge, struct err *err);
void filter_free(struct filter *f);

/* Filters a file, "-" for stdin. False when the run has ended or failed: see stage_finish. */
bool filter_file(struct filter *f, struct stage *stage, const char *name);

/* The counts, the end of the output, and the exit status. */
int filter_finish(struct filter *f, struct stage *stage);

#endif
