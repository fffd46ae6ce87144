/*
 * A line filter in a pipeline: what kebmap and kebfilter have in common. It reads
 * lines, hands each to the program, writes what the program appends, settles, keeps
 * the flushes before the waits, notices a lost reader while idle, and knows what a
 * bad line means in a loop and alone (keb(7), LINES).
 *
 * In a loop (a status fd is wired) a bad line ends the run with status 3 at once;
 * rejected records are statuses and the run ends with 0. Alone, both are messages
 * with line number and reason, the run goes on and ends with 3 or 1. In a loop the
 * first INT, TERM or HUP is left to the source of the loop.
 */
#ifndef KEB_STAGE_STAGE_H
#define KEB_STAGE_STAGE_H

#include "lines/reader.h"
#include "lines/writer.h"
#include "status/status.h"
#include "json/scan.h"

#include <poll.h>

struct stage;

struct stage_conf {
	const char *program;
	size_t max_line;
	int status_fd;		 /* what --status-fd said, -1 if nothing */
	const char *reject_file; /* NULL: none; error in a loop */
};

/*
 * What the program does with one line; it may append lines to stage_out and call
 * the functions below. Returns false to end the run early, with success (-m).
 */
typedef bool stage_fn(void *ctx, struct stage *stage, struct slice line);

struct stage *stage_new(const struct stage_conf *conf, struct err *err);
void stage_free(struct stage *stage);
bool stage_wired(const struct stage *stage); /* in a loop: a status fd is there */

/*
 * Reads fd to its end. May be called for several inputs one after the other; `name`
 * ("stdin", a file name) is used in messages. False when there is nothing more to do,
 * be it that fn said so or that something failed: stage_finish then says which.
 */
bool stage_run(struct stage *stage, int fd, const char *name, stage_fn *fn, void *ctx);

/*
 * For a program that waits for something else while it has a line at hand, such as a
 * server: stage_watch flushes all that is held back, so stage_out then holds no part of
 * a line, says what to poll for besides, and how long at most (ms; -1: no matter); stage_watched is
 * asked after the poll. False: the run is over, and stage_finish says why.
 */
#define STAGE_WATCHED 3
int64_t stage_watch(struct stage *stage, struct pollfd fds[STAGE_WATCHED]);
bool stage_watched(struct stage *stage, const struct pollfd fds[STAGE_WATCHED]);

/*
 * For a program that holds something back for a time: it is asked before every wait, may
 * append lines, and says after how many ms it wants to be asked again (-1: never).
 */
typedef int64_t stage_idle_fn(void *ctx);
void stage_on_idle(struct stage *stage, stage_idle_fn *fn, void *ctx);

/* The next input is read by `source` instead of read(2), as reader_source says. */
void stage_source(struct stage *stage, reader_read_fn *source, void *ctx);

uint64_t stage_number(const struct stage *stage); /* of the line at hand, from 1 */

/* Where output lines go; call stage_line after each whole line, LF included. */
struct buf *stage_out(struct stage *stage);
void stage_line(struct stage *stage);

/*
 * The fate of the line at hand. `from` is stage_out's length before the program
 * began its output line: a line over the limit is taken back and rejected as
 * too-large by stage_line_from, which does what stage_line does otherwise.
 */
void stage_line_from(struct stage *stage, size_t from, const struct marks *marks);
void stage_filtered(struct stage *stage, const struct marks *marks);
void stage_reject(struct stage *stage, const struct marks *marks, enum reject_class class,
		  const char *code, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The line is no line of the format at all. */
void stage_bad(struct stage *stage, const struct json_fault *fault);
/* The same for what began on an earlier line of the input: the number of the line at fault. */
void stage_bad_at(struct stage *stage, uint64_t number, const struct json_fault *fault);
/* The input at hand, or the last one, cannot be read. */
void stage_fail(struct stage *stage, const struct err *err);

/*
 * Flushes and closes stdout and the status fd, prints what ended the run if it was a
 * failure, and returns the exit status: that failure's, else 3 for bad lines, else 1
 * for records rejected alone, else 0. A filter whose reader has left, noticed while it
 * was idle, does not return: it dies of SIGPIPE as if it had written.
 */
int stage_finish(struct stage *stage);

#endif
