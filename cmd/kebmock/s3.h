/*
 * S3 as far as PutObject, GetObject, HeadObject and HeadBucket, path style and with the
 * bucket in the host, whatever host that is: buckets with a region each, objects in memory.
 * Signatures, regions and checksums are verified as S3 does; errors are its XML. Source: S3 API
 * reference, "Error responses".
 */
#ifndef KEB_KEBMOCK_S3_H
#define KEB_KEBMOCK_S3_H

#include "answer.h"
#include "base/err.h"
#include "cli/opt.h"
#include "faults.h"
#include "keyring.h"
#include "request.h"

struct s3;

/* buckets: NAME[:REGION]. Borrows all. NULL with err (EXIT_USAGE). */
struct s3 *s3_new(const struct opt_list *buckets, const char *region, const char *account,
		  struct keyring *keyring, struct err *err);
void s3_free(struct s3 *s);

/* Whether the request is one for S3: no POST, and the name of a bucket in its path. */
bool s3_takes(const struct request *request);

/* Fills the answer; the name of the call. `code`: the error that objects answer with; or NULL. */
const char *s3_handle(struct s3 *s, const struct request *request, int64_t now_ms,
		      const struct fault_verdict *fault, const char *code, struct answer *answer);

#endif
