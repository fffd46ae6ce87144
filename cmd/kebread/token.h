/*
 * kebread's tokens: topic/partition/offset/run.epoch, such as orders/0/15/k3f9.2. The
 * run is a name of this process, the epoch counts its assignments of partitions, so a
 * token of an earlier assignment or of another process is never taken for one of now.
 */
#ifndef KEB_KEBREAD_TOKEN_H
#define KEB_KEBREAD_TOKEN_H

#include "base/buf.h"

#include <stdint.h>

struct token {
	struct slice whole; /* the record's own token, without parts */
	struct slice topic, run;
	int32_t partition;
	int64_t offset;
	uint64_t epoch;
};

/* False if it is none; parts (~1/2) are left off, well-formed or not. */
bool token_parse(struct token *token, struct slice text);

/* A name for this process: 4 to 7 characters of a-z and 0-9 and a NUL. */
#define TOKEN_RUN_SIZE 8
void token_new_run(char run[TOKEN_RUN_SIZE]);

#endif
