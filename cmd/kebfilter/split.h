/*
 * The lines of each rule in a file of its own, DIR/RULE.ndjson.
 */
#ifndef KEB_KEBFILTER_SPLIT_H
#define KEB_KEBFILTER_SPLIT_H

#include "base/err.h"
#include "pattern/pattern.h"

struct split;

/*
 * Makes the folder if it is missing, and the files, empty. NULL with err, also if a
 * rule's name cannot be a file's.
 */
struct split *split_new(const char *folder, const struct patterns *all, struct err *err);
void split_free(struct split *s);

/* Adds a line, its LF left out, to the files of the n rules. 0, or -1 with err (EXIT_LOCAL). */
int split_add(struct split *s, struct slice line, const uint32_t *rules, size_t n, struct err *err);
/* Writes what is kept back. */
int split_flush(struct split *s, struct err *err);

#endif
