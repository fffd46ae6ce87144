/*
 * The lines of the input as entries. Lines that are none are dealt with here: reported,
 * and in a loop the end of the run; records that PutEvents would refuse are settled
 * as rejected.
 */
#ifndef KEB_KEBPUT_INTAKE_H
#define KEB_KEBPUT_INTAKE_H

#include "entry.h"
#include "event/input.h"
#include "report/report.h"

/* All of it borrowed. */
struct intake {
	struct input *input;
	struct entry_maker *maker;
	struct report *report;
};

enum intake_got {
	INTAKE_ENTRY,	 /* *e is filled in */
	INTAKE_REJECTED, /* a line was settled, or is no entry */
	INTAKE_MORE,	 /* wait for the descriptor, then input_fill */
	INTAKE_END,
	INTAKE_FAILED, /* err says why */
};

/* Never waits. */
enum intake_got intake_next(const struct intake *in, struct entry *e, struct err *err);

#endif
