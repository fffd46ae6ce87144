/*
 * Whether text is valid, many bytes at a time, and nothing else: json/index without an
 * index, for json_check.
 */
#ifndef KEB_JSON_VERIFY_H
#define KEB_JSON_VERIFY_H

#include "base/slice.h"

#include <stdbool.h>

/*
 * True only if the text is one valid array or object that may stand within `depth` open
 * brackets. False says nothing: the text may be short, or the machine lack instructions.
 * *breaks: whether a tab or line break stands between its tokens.
 */
bool verify_quickly(struct slice text, unsigned depth, bool *breaks);

/* Those that this machine can run: the i-th, NULL behind the last. For tests. */
typedef bool verify_fn(struct slice text, unsigned depth, bool *breaks);
verify_fn *verify_nth(size_t i);

#endif
