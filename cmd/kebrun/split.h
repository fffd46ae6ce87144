/*
 * A pipeline, given as one argument in shell syntax, into the texts of its stages:
 * cut at every '|' that is not quoted, escaped, inside an expansion or a group.
 */
#ifndef KEB_KEBRUN_SPLIT_H
#define KEB_KEBRUN_SPLIT_H

#include "base/err.h"
#include "base/slice.h"

struct split {
	struct slice *stages; /* parts of the text, without blanks and comments around them */
	size_t n;
};

/*
 * Borrows the text for as long as *split lives. 0, or -1 with err (EXIT_USAGE) for
 * what is no pipeline: ||, &&, ;, & or a newline between commands, an empty stage,
 * quotes without an end. As in the shell, newlines may follow a '|'.
 */
int split_pipeline(struct split *split, struct slice text, struct err *err);
void split_free(struct split *split);

#endif
