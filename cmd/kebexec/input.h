/*
 * The lines on stdin, each checked and its tokens located, and what a bad one means:
 * in a loop the end, since its record could never be settled; alone a message, and
 * status 3 when all is done.
 */
#ifndef KEB_KEBEXEC_INPUT_H
#define KEB_KEBEXEC_INPUT_H

#include "base/err.h"
#include "line.h"

#include <stdint.h>

enum input_got { INPUT_LINE, INPUT_MORE, INPUT_END, INPUT_FAILED };

struct input;

struct input *input_new(size_t max_line, bool wired);
void input_free(struct input *in);

/* Never waits; the line lives until the next input_fill. INPUT_FAILED: err (EXIT_INPUT). */
enum input_got input_next(struct input *in, struct slice *line, struct marks *marks,
			  struct err *err);
int input_fill(struct input *in, struct err *err); /* one read(2); -1 with err (EXIT_LOCAL) */

uint64_t input_number(const struct input *in); /* of the line last given */
uint64_t input_bad(const struct input *in);    /* lines that were reported, alone */

#endif
