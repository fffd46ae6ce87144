/*
 * Events inside other JSON: the elements of an array (--each), an object or a string
 * that holds one (--field), or the field of each element.
 */
#ifndef KEB_KEBFILTER_UNWRAP_H
#define KEB_KEBFILTER_UNWRAP_H

#include "base/err.h"
#include "json/scan.h"

#include <stdint.h>

struct unwrap;

/* The paths' texts; either may be NULL. NULL with err if one is no definite path. */
struct unwrap *unwrap_new(const char *each, const char *field, struct err *err);
void unwrap_free(struct unwrap *u);

/* An event, checked. False to end the run. */
typedef bool unwrap_fn(void *ctx, struct slice event);

/*
 * Hands out the events in a line. 1; 0 if fn said so; -1 with fault if the line is no
 * JSON object. *none: how many places held no event.
 */
int unwrap_line(struct unwrap *u, struct slice line, unwrap_fn *fn, void *ctx, uint64_t *none,
		struct json_fault *fault);

#endif
