/*
 * keb's own members of a line, those that start with an underscore: keb(7), LINES.
 * They are found anywhere in the line; patterns never see them, kebput never sends
 * them. _rejected, why an earlier run rejected the line (--reject-file), is known and
 * goes no further.
 */
#ifndef KEB_EVENT_MARKS_H
#define KEB_EVENT_MARKS_H

#include "base/buf.h"
#include "json/scan.h"

#define TOKEN_MAX 512 /* bytes of a token: keb(7), STATUS PROTOCOL */

struct marks {
	struct slice
		ack; /* _ack: the token as it stands in the line, without quotes; absent if none */
	struct slice acks;  /* _acks: the array of tokens, brackets included; absent if none */
	struct slice group; /* _group: ordering group, without quotes; absent: no order */
	struct slice
		trace; /* _trace: trace header, without quotes, still escaped; absent if none */
	struct slice rules; /* _rules: the array; absent if none */
};

/* Whether the name is one of keb's own (starts with '_' and is listed above). */
bool marks_owns(struct slice raw_name);

/* Takes the member if it is keb's own: 1 taken, 0 not keb's, -1 of the wrong type or length. */
int marks_take(struct marks *marks, const struct json_member *member);

/* Writes the marks that are present as members, each followed by a comma. For the front of a line.
 */
void marks_add(struct buf *to, const struct marks *marks);

#endif
