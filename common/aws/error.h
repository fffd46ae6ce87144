/*
 * What a service of the JSON 1.1 protocol says when a call failed: AWS JSON 1.1
 * protocol, "Operation error serialization".
 */
#ifndef KEB_AWS_ERROR_H
#define KEB_AWS_ERROR_H

#include "base/slice.h"

struct aws_error {
	struct slice code;    /* "ValidationException"; absent if the answer names none */
	struct slice message; /* still escaped; absent if there is none */
};

/*
 * body: the answer, of any content; header: x-amzn-errortype, absent if it did not come. Slices
 * of either. "com.x#Code:http..." is cut to "Code".
 */
void aws_error_parse(struct aws_error *error, struct slice body, struct slice header);

#endif
