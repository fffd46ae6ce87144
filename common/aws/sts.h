/*
 * Calls of the Security Token Service: a form is posted, XML comes back. Source: AWS
 * STS API reference, 2011-06-15.
 */
#ifndef KEB_AWS_STS_H
#define KEB_AWS_STS_H

#include "aws/call.h"
#include "aws/provider.h"

struct sts;

/* Borrows env as providers do. NULL with err when the endpoint cannot be chosen. */
struct sts *sts_new(const struct provider_env *env, struct err *err);
void sts_free(struct sts *sts); /* wipes; NULL is fine */

/* One call at a time: its action, its parameters, then off it goes. */
void sts_begin(struct sts *sts, const char *action);
void sts_add(struct sts *sts, const char *name, struct slice value);
/* keys: NULL: unsigned. 0, or -1 with err. */
int sts_send(struct sts *sts, const struct credential_keys *keys, http_done_fn *done, void *ctx,
	     struct err *err);

/*
 * What the answer means: KEYS when the call succeeded; AGAIN or FAILED with err, which begins with
 * `what`. *skewed: the clock here is wrong, by what has been learnt now: call again at once.
 */
enum provider_result sts_outcome(struct sts *sts, const struct http_answer *answer,
				 const char *what, bool *skewed, struct err *err);

/* Takes the keys out of an answer that succeeded. -1 with err if they are not there. */
int sts_keys(const struct http_answer *answer, const char *action, struct keys *keys,
	     struct err *err);

const struct endpoint *sts_endpoint(const struct sts *sts);

#endif
