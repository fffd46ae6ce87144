/*
 * A file of many rules, in one of the forms they come in:
 *
 *   {"name": pattern, ...}
 *   what `aws events list-rules` prints, or its list alone, or `describe-rule`
 *   a CloudFormation, CDK or SAM template, in JSON: its AWS::Events::Rule resources and
 *   those that SAM makes of the events of a function or state machine; also as
 *   `aws cloudformation get-template` prints it
 *   the FilterCriteria of a pipe or an event source mapping, also as `aws pipes
 *   describe-pipe` and `aws lambda get-event-source-mapping` print them
 */
#ifndef KEB_KEBFILTER_COLLECTION_H
#define KEB_KEBFILTER_COLLECTION_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>

/*
 * A rule: its name, and its pattern, which is a part of the file's text, or, where
 * the file has it as a string, what that string holds. In a template a pattern may have
 * values that are not there before it is deployed: `function` is the first call of an
 * intrinsic function in it, {"Ref": ...}, absent if there is none. The first of rules that
 * are all named as the members of an event are is `doubtful`: the file may be a pattern.
 * Returns 0, or -1 with the caller's err set.
 */
struct collected {
	struct slice name, pattern, function;
	bool doubtful;
};
typedef int collection_fn(void *ctx, const struct collected *rule);

/* Whether a checked object looks like one of them, not like a pattern. */
bool collection_is(struct slice text);

/*
 * Hands out the rules of a file in their order. Schedules are skipped, disabled rules
 * too unless `disabled`. 0, or -1: err is set (EXIT_USAGE; path is the subject), or
 * `each` returned -1. For
 * a place in the file, what is to be shown below the message is appended to `excerpt`.
 */
int collection_read(struct slice text, const char *path, bool disabled, collection_fn *each,
		    void *ctx, struct buf *excerpt, struct err *err);

#endif
