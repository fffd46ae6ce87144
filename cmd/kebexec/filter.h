/*
 * --filter: the command as a settled stage. Lines go to it and come back under their
 * tokens; `pairing` says what that means for each.
 *
 * A command is given a window of lines, then the end of its input; it is read to its
 * end, and started again for the next line. So one that drops everything, or holds its
 * output back, neither stalls the loop nor loses a record: a run that ends well has
 * answered all that it will ever answer.
 */
#ifndef KEB_KEBEXEC_FILTER_H
#define KEB_KEBEXEC_FILTER_H

#include "codes.h"
#include "ends.h"
#include "line.h"

struct filter_conf {
	const char *command;
	size_t max_line;
	uint64_t window;   /* lines of one run */
	int64_t window_ms; /* from its start until its input is ended */
	int64_t idle_ms;   /* without output, until its input is ended */
	struct codes ok;   /* how it may end */
};

/*
 * Everything from `in` through the command to stdout. 0, or -1 with err: EXIT_INPUT for
 * a bad line of either, EXIT_USAGE when the command cannot be run, EXIT_LOCAL when it
 * has ended badly, or before its input.
 */
int filter_run(const struct filter_conf *conf, struct input *in, struct ends *ends,
	       struct err *err);

#endif
