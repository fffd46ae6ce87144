/*
 * Lines from a descriptor: bytes up to LF, the last one also without. Nothing is
 * copied; a line is a slice of the reader's buffer and lives until the next
 * reader_fill. A line over the limit is never truncated: it is skipped and
 * reported as READ_TOO_LONG.
 *
 * reader_next never waits, reader_fill does one read(2): so a program can flush
 * what it has written exactly when there is nothing left to read without waiting.
 *
 *	while ((got = reader_next(in, &line)) != READ_END)
 *		if (got == READ_MORE) { flush; wait; reader_fill(in); }
 *		else ...
 */
#ifndef KEB_LINES_READER_H
#define KEB_LINES_READER_H

#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>
#include <sys/types.h>

enum read_got {
	READ_LINE,     /* *line is set, without its LF; it is never blank (see below) */
	READ_MORE,     /* no whole line is here: call reader_fill */
	READ_TOO_LONG, /* a line over the limit begins at reader_number/reader_offset; skipped */
	READ_END,      /* end of input, all lines were given */
};

struct reader;

#define LINE_MAX_DEFAULT (UINT64_C(64) << 20)

/* What reads instead of read(2), with its results; waiting for the fd must still make sense. */
typedef ssize_t reader_read_fn(void *ctx, void *to, size_t n);

/* Borrows fd. max_line counts the bytes before LF. Free with reader_free (fd stays open). */
struct reader *reader_new(int fd, size_t max_line);
void reader_free(struct reader *r);
void reader_source(struct reader *r, reader_read_fn *source, void *ctx);

/* Lines of blanks, tabs and CR only are skipped (but counted); a CR before LF stays, it is JSON
 * space. */
enum read_got reader_next(struct reader *r, struct slice *line);

/* One read(2). 1: something came or the end was reached; 0: EAGAIN or EINTR; -1: errno says why. */
int reader_fill(struct reader *r);

uint64_t reader_number(const struct reader *r); /* of the line last given, from 1 */
uint64_t reader_offset(const struct reader *r); /* of its first byte in the input, from 0 */

/*
 * Why the line last given is none of the format, for messages: err (EXIT_INPUT) says which
 * line of which input, which byte of it, and what. `name`: "stdin", a file's.
 */
void reader_fault(const struct reader *r, const char *name, size_t at, const char *what,
		  struct err *err);
/* The same of one that was READ_TOO_LONG. */
void reader_too_long(const struct reader *r, const char *name, struct err *err);

#endif
