/*
 * --reject-file: the lines that were rejected, each with the reason in front, for
 * whoever runs a program alone. In a loop kebread decides what becomes of them.
 *
 *	{"_rejected":{"by":"kebput","class":"refused","code":"..","error":"..",
 *	"attempts":2}, and then the line's own members, byte for byte}
 *
 * So the file can be read again by the program that wrote it: _rejected is one of
 * keb's own members, which nobody sends or matches. A line that was rejected before
 * loses the reason of that time. What is in the file already is kept, as with >>.
 */
#ifndef KEB_REPORT_REJECTS_H
#define KEB_REPORT_REJECTS_H

#include "status/status.h"

struct rejects;

/*
 * NULL with err: the file cannot be opened (EXIT_LOCAL), or it is the one that stdin
 * reads, so that the run would feed itself, or the program is wired in a loop
 * (EXIT_USAGE). What is pointed to is borrowed.
 */
struct rejects *rejects_open(const char *path, const char *by, bool wired, struct err *err);
void rejects_free(struct rejects *r);

/* `line` is one JSON object that was checked. A failure to write is kept for rejects_flush. */
void rejects_add(struct rejects *r, struct slice line, const struct settlement *why);

/* Before every wait, and at the end. 0, or -1 with err (EXIT_LOCAL). */
int rejects_flush(struct rejects *r, struct err *err);

/* Says on stderr how many lines the file got, if any. */
void rejects_tell(const struct rejects *r);

#endif
