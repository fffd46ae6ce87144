/*
 * A set of exit statuses, as "0,1" names it.
 */
#ifndef KEB_KEBEXEC_CODES_H
#define KEB_KEBEXEC_CODES_H

#include "base/err.h"

#include <stdbool.h>

struct codes {
	bool has[256];
};

/* Numbers from 0 to 255, apart by commas. 0, or -1 with err (EXIT_USAGE) that names the option. */
int codes_parse(struct codes *codes, const char *text, const char *option, struct err *err);

/* A status of 128+n, for a signal, may be named as well. */
static inline bool codes_have(const struct codes *codes, int status)
{
	return status >= 0 && status < 256 && codes->has[status];
}

#endif
