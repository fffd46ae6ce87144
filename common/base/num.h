/*
 * Checked numbers. A number counts only if all of the text parses and it is in
 * range; nothing is skipped, nothing wraps.
 */
#ifndef KEB_BASE_NUM_H
#define KEB_BASE_NUM_H

#include "base/slice.h"

#include <stdint.h>

/* Decimal digits only (num_i64: with an optional leading '-'). */
bool num_u64(struct slice text, uint64_t *value);
bool num_i64(struct slice text, int64_t *value);

/* Bytes: "1048576", "64KiB", "16MiB", "1GiB", "1kB", "1MB" (also "64K", "16M", "1G": binary). */
bool num_size(struct slice text, uint64_t *bytes);

/* Milliseconds: a whole number with a unit ("500ms", "30s", "5m", "2h", "1d"); "0" needs none. */
bool num_duration(struct slice text, int64_t *ms);

/* Writes v in decimal, without a NUL; returns the length, at most NUM_U64_MAX. */
#define NUM_U64_MAX 20
size_t num_put_u64(char *to, uint64_t v);

#endif
