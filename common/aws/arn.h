/*
 * ARNs, and what an event bus is called: a plain name or the ARN of a bus. Sources: IAM
 * User Guide, "Amazon Resource Names"; PutEvents, EventBusName.
 */
#ifndef KEB_AWS_ARN_H
#define KEB_AWS_ARN_H

#include "base/err.h"
#include "base/slice.h"

struct arn {
	struct slice partition, service, region, account, resource; /* of the text */
};

/* "arn:P:S:R:A:resource" with a region and an account that may go into a host name. */
bool arn_split(struct slice text, struct arn *arn);

#define BUS_TEXT_MAX 1600

/* Slices of the text that was parsed; all but name are absent for a plain name. */
struct bus {
	struct slice text; /* what goes into EventBusName */
	struct slice partition, region, account;
	struct slice name;
};

/* 0, or -1 with err (EXIT_USAGE) that says what is wrong with it. */
int bus_parse(const char *text, struct bus *bus, struct err *err);

#endif
