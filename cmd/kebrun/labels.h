/*
 * What the stages write to stderr, line by line, each behind the name of its stage.
 */
#ifndef KEB_KEBRUN_LABELS_H
#define KEB_KEBRUN_LABELS_H

#include <poll.h>
#include <stddef.h>

struct labels;

struct labels *labels_new(size_t max); /* for at most max stages */
void labels_free(struct labels *labels);

/*
 * A pipe for a stage: returns the end to write to, close-on-exec, which the caller
 * closes when the stage has it; -1 with errno. copy 0: the copies are not numbered.
 */
int labels_add(struct labels *labels, const char *name, unsigned copy);

/* Fills polls with the pipes that are still open; returns how many. */
size_t labels_poll(const struct labels *labels, struct pollfd *polls);

/* Passes on what can be read without waiting; with `all`, begun lines too. */
void labels_pass(struct labels *labels, int all);

#endif
