/*
 * The longest line that a program reads or writes: --max-line, else KEB_MAX_LINE,
 * else 64 MiB (Kafka messages go to 32 MB, base64 and escapes make them longer).
 */
#ifndef KEB_LINES_LIMIT_H
#define KEB_LINES_LIMIT_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* option: the value of --max-line, 0 if it was not given. 0, or -1 for a bad KEB_MAX_LINE. */
int line_limit(uint64_t option, size_t *limit, struct err *err);

#endif
