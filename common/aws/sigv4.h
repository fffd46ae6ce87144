/*
 * AWS Signature Version 4: signing, and what a verifier needs to compute the same
 * signature again. Source: IAM User Guide, "Create a signed AWS API request".
 *
 * Header form:  sign the request with host, x-amz-date, x-amz-security-token (if
 * any), every other x-amz-* and content-type among its headers, then send
 * sigv4_authorization as Authorization.
 * Query form:   put X-Amz-Algorithm, -Credential, -Date, -Expires, -SignedHeaders and
 * -Security-Token into the query, sign, append X-Amz-Signature.
 * s3:           CANONICAL_PATH_AS_IS, and x-amz-content-sha256 among the headers.
 *
 * Version 4A:   scope.asymmetric, and x-amz-region-set among the headers (in the query
 *               form X-Amz-Region-Set): the region then is no part of the scope. What
 *               signs is a key pair (ecdsa.h), so a signature is another each time.
 *
 * The derived key is cached until key, day, region or service change.
 */
#ifndef KEB_AWS_SIGV4_H
#define KEB_AWS_SIGV4_H

#include "aws/canonical.h"
#include "aws/digest.h"

#include <stdint.h>

#define SIGV4_ALGORITHM	 "AWS4-HMAC-SHA256"
#define SIGV4A_ALGORITHM "AWS4-ECDSA-P256-SHA256"
#define SIGV4_DATE_LEN	 16 /* "20150830T123600Z" */
#define SIGV4_DAY_LEN	 8
#define SIGV4_HEX	 DIGEST_HEX

struct sigv4;

struct sigv4 *sigv4_new(void);
void sigv4_free(struct sigv4 *s); /* wipes */

/* Who signs, when and where. The slices are only read during the call. */
struct sigv4_scope {
	struct slice key_id;
	struct slice secret;
	struct slice region;
	struct slice service;
	struct slice date; /* SIGV4_DATE_LEN bytes, what x-amz-date says */
	bool asymmetric;   /* version 4A; region is not used */
};

/* X-Amz-Date of a time of CLOCK_REALTIME, without a NUL. */
void sigv4_put_date(char to[SIGV4_DATE_LEN], int64_t real_ms);
/* The way back; false when the text is no such date. */
bool sigv4_parse_date(struct slice text, int64_t *real_ms);

/* The payload hash of a request: hex, no NUL. */
void sigv4_hash(struct sigv4 *s, struct slice body, char to[SIGV4_HEX]);

/*
 * The signature of version 4 as hex, no NUL; scope must not be asymmetric. False when the request
 * has more headers or query parameters than canonical.h allows, or the date is not SIGV4_DATE_LEN
 * long.
 */
bool sigv4_sign(struct sigv4 *s, const struct sigv4_scope *scope,
		const struct canonical_request *request, char to[SIGV4_HEX]);

/* Signs and appends the value of the Authorization header, of either version. False as sigv4_sign.
 */
bool sigv4_authorization(struct sigv4 *s, const struct sigv4_scope *scope,
			 const struct canonical_request *request, struct buf *to);

/* Signs a URL, query form: appends only the signature's hex. False as sigv4_sign. */
bool sigv4_signature(struct sigv4 *s, const struct sigv4_scope *scope,
		     const struct canonical_request *request, struct buf *to);

/* Appends "20150830/us-east-1/events/aws4_request", in version 4A without the region. */
void sigv4_add_scope(struct buf *to, const struct sigv4_scope *scope);

/* What the last signature was made of, for tests and for messages of a verifier; no secret in it.
 */
struct slice sigv4_last_canonical(const struct sigv4 *s);
struct slice sigv4_last_string(const struct sigv4 *s);

/* --- verifying -------------------------------------------------------------- */

/* The parts of an Authorization header, as slices of it. */
struct sigv4_parts {
	struct slice key_id, day, region, service; /* region is absent in version 4A */
	bool asymmetric;
	struct slice names; /* "host;x-amz-date" */
	struct slice signature;
};

/* False when the value is no well-formed Authorization header of SigV4 or SigV4A. */
bool sigv4_parse(struct slice authorization, struct sigv4_parts *parts);

/* Whether it is what scope's secret makes of the request; false too where sigv4_sign is. */
bool sigv4_verify(struct sigv4 *s, const struct sigv4_scope *scope,
		  const struct canonical_request *request, struct slice signature);

/* Takes the next name off a list "a;b;c"; false at its end. */
bool sigv4_next_name(struct slice *names, struct slice *name);

/* In constant time. */
bool sigv4_equal(struct slice signature, const char computed[SIGV4_HEX]);

#endif
