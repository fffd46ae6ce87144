/*
 * A secret as an option says it: @FILE, the file's content without the line breaks at
 * its end; env:NAME, a variable of the environment; else the secret itself, which
 * others see in argv until it is blanked.
 */
#ifndef KEB_CLI_SECRET_H
#define KEB_CLI_SECRET_H

#include "base/buf.h"
#include "base/err.h"

#define SECRET_MAX (1u << 20) /* bytes of a file: certificates, keys */

/*
 * Replaces what is in `to`, with a NUL behind it. `option`: "--registry-token ", "-X
 * sasl.password=", in front of the value in messages. 1: the secret was in the option
 * itself; 0: elsewhere; -1 with err (EXIT_USAGE). The caller wipes `to`: buf_wipe.
 */
int secret_read(const char *value, const char *option, struct buf *to, struct err *err);

#endif
