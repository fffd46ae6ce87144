/*
 * The cache of `aws sso login`: a file for each login, with its token, as botocore and
 * aws-c-auth read and write it.
 */
#ifndef KEB_AWS_SSO_CACHE_H
#define KEB_AWS_SSO_CACHE_H

#include "base/slice.h"

#include <stdint.h>

/* The path of the file; key: the name of the session, else its start URL. The caller frees it. */
char *sso_cache_path(const char *key);

/* A date of the file; very old ones say UTC where others say Z. False if it is not there. */
bool sso_cache_date(struct slice file, const char *name, int64_t *ms);

/*
 * Replaces the file: as it was, but for the token, when that expires and, unless it is NULL,
 * what renews it. A failure is a warning: the token serves this run.
 */
void sso_cache_renew(const char *path, struct slice old, const char *token, const char *refresh,
		     int64_t expires_ms);

#endif
