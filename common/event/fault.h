/*
 * What is said of a line that cannot be read.
 */
#ifndef KEB_EVENT_FAULT_H
#define KEB_EVENT_FAULT_H

#include "json/scan.h"

#define LINE_FAULT_MAX 256

/*
 * The cause with what the fault itself does not know: which member has a value that it
 * cannot have, and which one it could; what a line that begins with no text is. In `room`,
 * or the fault's own words.
 */
const char *line_fault(struct slice line, const struct json_fault *fault,
		       char room[LINE_FAULT_MAX]);

#endif
