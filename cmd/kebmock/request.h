/*
 * One HTTP request as the services see it: slices of memory that lives until it is
 * answered. Nothing is decoded: signatures are made over what was on the wire.
 */
#ifndef KEB_KEBMOCK_REQUEST_H
#define KEB_KEBMOCK_REQUEST_H

#include "aws/canonical.h"

#include <strings.h>

struct request {
	struct slice method;
	struct slice path;  /* up to the '?' */
	struct slice query; /* behind it; absent if there is none */
	const struct canonical_header *headers;
	size_t n_headers;
	struct slice body;
	bool body_too_large; /* over the hard limit: dropped, body is empty */
};

/* The value of the first header of that name (in any case); absent if there is none. */
static inline struct slice request_header(const struct request *request, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < request->n_headers; i++)
		if (request->headers[i].name.n == n &&
		    strncasecmp(request->headers[i].name.p, name, n) == 0)
			return request->headers[i].value;
	return SLICE_NONE;
}

#endif
