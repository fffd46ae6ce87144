/*
 * The lines of stdin as entries. Lines that are none are dealt with here: reported,
 * and in a loop the end of the run; records that PutEvents would refuse are settled
 * as rejected.
 */
#ifndef KEB_KEBPUT_INPUT_H
#define KEB_KEBPUT_INPUT_H

#include "entry.h"
#include "report/report.h"

enum input_got {
	INPUT_ENTRY,	/* *e is filled in */
	INPUT_REJECTED, /* a line was settled */
	INPUT_MORE,	/* wait for the descriptor, then input_fill */
	INPUT_END,
	INPUT_FAILED, /* err says why */
};

struct input;

struct input *input_new(int fd, size_t max_line, struct entry_maker *maker, struct report *report);
void input_free(struct input *in);

/* Never waits. */
enum input_got input_next(struct input *in, struct entry *e, struct err *err);
/* One read(2); 0, or -1 with err (EXIT_LOCAL). */
int input_fill(struct input *in, struct err *err);

uint64_t input_bad(const struct input *in); /* lines that were none of the format */

#endif
