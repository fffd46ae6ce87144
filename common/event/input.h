/*
 * The lines that a program was given, of one input after the other, and what a bad one
 * means (keb(7), LINES): in a loop the end of the run, since its record could never be
 * settled; alone a message, and status 3 when all is done.
 */
#ifndef KEB_EVENT_INPUT_H
#define KEB_EVENT_INPUT_H

#include "lines/reader.h"
#include "json/scan.h"

#include <stdbool.h>

enum input_got { INPUT_LINE, INPUT_MORE, INPUT_END, INPUT_FAILED };

struct input;

/* max_line as reader_new has it; wired: in a loop. */
struct input *input_new(size_t max_line, bool wired);
void input_free(struct input *in); /* NULL is fine */

/* The next lines are those of fd; `name` is for messages: "stdin", a file's. Borrows both. */
void input_open(struct input *in, int fd, const char *name);
/* They are read by `source`, as reader_source says. */
void input_source(struct input *in, reader_read_fn *source, void *ctx);

/* Never waits; the line lives until the next input_fill. INPUT_FAILED: err (EXIT_INPUT). */
enum input_got input_next(struct input *in, struct slice *line, struct err *err);
/* The line last given is none of the format: 0 to go on, or -1 with err (EXIT_INPUT). */
int input_bad(struct input *in, const struct json_fault *fault, struct err *err);
/* The same of the line with this number, which may have come before. */
int input_bad_at(struct input *in, uint64_t number, const struct json_fault *fault,
		 struct err *err);
int input_fill(struct input *in, struct err *err); /* one read(2); 0, or -1 with err (EXIT_LOCAL) */

/* The line last given, and where it stands in which input. */
struct slice input_line(const struct input *in);
const char *input_name(const struct input *in);
uint64_t input_number(const struct input *in);

uint64_t input_bad_lines(const struct input *in); /* of all inputs */

#endif
