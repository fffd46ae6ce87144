/*
 * The instance metadata service of EC2, version 2: first a session token, then what is
 * asked for with it. Version 1 is not spoken. Source: AWS SDKs and Tools Reference
 * Guide, "IMDS credential provider".
 */
#ifndef KEB_AWS_IMDS_H
#define KEB_AWS_IMDS_H

#include "aws/profile.h"
#include "http/client.h"

struct imds;

/*
 * Where it is and how long it may take: AWS_EC2_METADATA_SERVICE_ENDPOINT and its fellows, or the
 * profile (may be NULL). NULL with err (EXIT_USAGE) when these are wrong, with err->status 0 when
 * AWS_EC2_METADATA_DISABLED is true. http is borrowed.
 */
struct imds *imds_new(const struct profile *profile, struct http *http, struct err *err);
void imds_free(struct imds *p); /* no request may be under way; wipes the token */

void imds_renew(struct imds *p); /* the next request is with a token of its own */

/* GETs path and name. done is called once with the answer, or with that to a token's request. */
void imds_get(struct imds *p, const char *path, struct slice name, http_done_fn *done, void *ctx);

/* Whether it has given a token: where it has not been reached, there may be none at all. */
bool imds_there(const struct imds *p);
const char *imds_url(const struct imds *p);

#endif
