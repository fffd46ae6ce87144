/*
 * An event as a bus would show it to its rules: with the members that PutEvents does
 * not take but adds.
 */
#ifndef KEB_KEBFILTER_DRESS_H
#define KEB_KEBFILTER_DRESS_H

#include "aws/arn.h"
#include "base/buf.h"
#include "json/scan.h"

/*
 * Appends the line with what it lacks of version, id, account, region, time, resources:
 * account and region are those of the bus, id and time are some. False with fault where
 * the line is no JSON object.
 */
bool dress_add(struct buf *to, struct slice line, const struct bus *bus, struct json_fault *fault);

#endif
