/*
 * Any line of keb, record or event: one JSON object, of which only keb's own members
 * matter here.
 */
#ifndef KEB_KEBEXEC_LINE_H
#define KEB_KEBEXEC_LINE_H

#include "event/input.h"
#include "event/marks.h"

/* False with fault when it is no JSON object, or a member of keb's own has the wrong type. */
bool line_parse(struct marks *marks, struct slice line, struct json_fault *fault);

/* The next line that is one, as input_next gives it. */
enum input_got line_next(struct input *in, struct slice *line, struct marks *marks,
			 struct err *err);

#endif
