/*
 * --check: do the credentials work, is the bus there, may events be put on it? The
 * last is asked with an entry that has no detail: no service accepts it, but one that
 * does not know the caller refuses it for another reason.
 */
#ifndef KEB_KEBPUT_CHECK_H
#define KEB_KEBPUT_CHECK_H

#include "remote.h"

/* ask_bus: not with --no-bus-check. Waits for the answers. 0, or -1 with err. */
int check(struct remote *remote, struct http *http, bool ask_bus, struct err *err);

#endif
