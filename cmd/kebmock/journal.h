/*
 * A file to which whole lines are appended, each with one write(2), so that what was
 * answered is in the file and a reader sees whole lines.
 */
#ifndef KEB_KEBMOCK_JOURNAL_H
#define KEB_KEBMOCK_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"

struct journal;

/* path NULL: a journal that takes everything and keeps nothing. NULL with err on failure. */
struct journal *journal_open(const char *path, struct err *err);
void journal_free(struct journal *j);

struct buf *journal_buf(struct journal *j); /* append whole lines here, then write */
bool journal_kept(const struct journal *j); /* whether there is a file */

/* 0, or -1 with err (EXIT_LOCAL); the lines are dropped then. */
int journal_write(struct journal *j, struct err *err);

#endif
