/*
 * A file of many rules, in one of the forms they come in:
 *
 *   {"name": pattern, ...}
 *   what `aws events list-rules` prints
 *   a CloudFormation or CDK template, in JSON: its AWS::Events::Rule resources
 *   the FilterCriteria of a pipe or an event source mapping
 */
#ifndef KEB_KEBFILTER_COLLECTION_H
#define KEB_KEBFILTER_COLLECTION_H

#include "base/buf.h"
#include "base/err.h"

/*
 * A rule: its name, and its pattern, which is a part of the file's text, or, where
 * the file has it as a string, what that string holds. Returns 0, or -1 with the
 * caller's err set.
 */
typedef int collection_fn(void *ctx, struct slice name, struct slice pattern);

/*
 * Hands out the rules of a file in their order. Schedules are skipped, disabled rules
 * too unless `disabled`. 0, or -1: err is set (EXIT_USAGE; path is the subject), or
 * `each` returned -1.
 */
int collection_read(struct slice text, const char *path, bool disabled, collection_fn *each,
		    void *ctx, struct err *err);

#endif
