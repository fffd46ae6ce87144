/*
 * The canonical request of AWS Signature Version 4: the text that signer and
 * verifier must build alike. Source: IAM User Guide, "Create a signed AWS API
 * request", and the vectors of awslabs/aws-c-auth.
 */
#ifndef KEB_AWS_CANONICAL_H
#define KEB_AWS_CANONICAL_H

#include "base/buf.h"

enum canonical_path {
	CANONICAL_PATH,		/* all services but s3: normalised, then encoded once more */
	CANONICAL_PATH_ENCODED, /* encoded once more, not normalised */
	CANONICAL_PATH_AS_IS,	/* s3: the path on the wire is canonical already */
};

#define CANONICAL_HEADERS_MAX 64
#define CANONICAL_QUERY_MAX   64

struct canonical_header {
	struct slice name;  /* in any case */
	struct slice value; /* as sent; blanks are trimmed and folded here */
};

struct canonical_request {
	struct slice method;
	struct slice path; /* of the request target, as sent; empty is "/" */
	enum canonical_path path_rule;
	struct slice query;			/* behind the '?', as sent; may be absent */
	const struct canonical_header *headers; /* exactly those to be signed, in the order sent */
	size_t n_headers;
	struct slice body_hash; /* hex SHA-256 of the body, or UNSIGNED-PAYLOAD */
};

/*
 * Appends the canonical request to `to` and the signed names ("host;x-amz-date") to
 * `names`; `scratch` is overwritten. False when there are more headers or query
 * parameters than the limits above.
 */
bool canonical_add(struct buf *to, struct buf *names, struct buf *scratch,
		   const struct canonical_request *request);

/* RFC 3986: every byte but A-Z a-z 0-9 - . _ ~ (and '/' if keep_slash) as %XX. */
void canonical_encode(struct buf *to, struct slice text, bool keep_slash);

#endif
