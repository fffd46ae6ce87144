/*
 * Java properties, as java.util.Properties.load reads them: a backslash at the end of a
 * line continues it, without the blanks that the next one begins with; # and ! begin a
 * comment; the name ends at =, : or a blank; \t, \n, \r, \f and \uXXXX are characters,
 * and a backslash before any other one is dropped. The file is UTF-8.
 */
#ifndef KEB_KEBRUN_PROPERTIES_H
#define KEB_KEBRUN_PROPERTIES_H

#include "base/err.h"

#include <stddef.h>

typedef void property_fn(void *ctx, const char *name, const char *value);

/*
 * Calls each() for each property, in order. 0, or -1 with err (EXIT_USAGE) naming the
 * line; `name` stands for the file.
 */
int properties_parse(const char *text, size_t n, const char *name, property_fn *each, void *ctx,
		     struct err *err);

#endif
