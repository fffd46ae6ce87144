/*
 * kebput --check: which source gave the keys, until when, and whose they are.
 */
#ifndef KEB_KEBPUT_IDENTITY_H
#define KEB_KEBPUT_IDENTITY_H

#include "aws/sts.h"
#include "remote.h"

/*
 * Prints it to stdout, never the secret. 0; -1 with err when STS refuses the keys. That STS cannot
 * be reached is a warning: events may still be put.
 */
int identity(struct remote *remote, struct http *http, struct sts *sts, struct err *err);

#endif
