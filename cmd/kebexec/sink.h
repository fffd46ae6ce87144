/*
 * --sink: the command takes lines, and its exit status says what became of them.
 */
#ifndef KEB_KEBEXEC_SINK_H
#define KEB_KEBEXEC_SINK_H

#include "codes.h"
#include "ends.h"
#include "line.h"

struct sink_conf {
	const char *command;
	uint64_t lines, bytes; /* of a batch; a line that is larger goes alone */
	int64_t linger_ms;     /* how long a batch waits to be filled */
	struct codes reject;   /* the statuses that mean: refused for good */
	int64_t retry_ms;      /* of failures in a row, then it is given up; -1: never */
};

/*
 * Everything from `in` to the command. 0, or -1 with err: EXIT_INPUT for a bad line in
 * a loop, EXIT_USAGE when the command cannot be run, EXIT_UNREACHABLE when retries are
 * spent.
 */
int sink_run(const struct sink_conf *conf, struct input *in, struct ends *ends, struct err *err);

#endif
