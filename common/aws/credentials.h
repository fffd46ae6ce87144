/*
 * Who signs: access key, secret and session token. A source is chosen once, at the
 * start, and stays; only what it gives is renewed. A source that is configured but
 * fails, or is of a kind that is not known here, is an error that names it: the next
 * one in line would be another identity.
 *
 * In this order: the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 * AWS_SESSION_TOKEN) unless a profile is named, then the profile's static keys.
 */
#ifndef KEB_AWS_CREDENTIALS_H
#define KEB_AWS_CREDENTIALS_H

#include "aws/profile.h"

#include <stdint.h>

struct credentials;

/* One snapshot: all of it belongs together. Lives until the next credentials_renew. */
struct credential_keys {
	struct slice key_id;
	struct slice secret;
	struct slice token; /* absent if there is none */
};

/*
 * profile: what --profile says, or NULL; all: what profiles_read gave. NULL with err (EXIT_USAGE)
 * when there are no credentials, or they cannot be used.
 */
struct credentials *credentials_open(const char *profile, const struct profiles *all,
				     struct err *err);
void credentials_free(struct credentials *c); /* wipes */

const struct credential_keys *credentials_keys(const struct credentials *c);

/* "the environment", "profile 'x'": for messages. */
const char *credentials_origin(const struct credentials *c);

/*
 * Asks the source again, after the remote said that the keys are expired or unknown. 1: the keys
 * are others now; 0: they are the same; -1 with err: the source has none any more.
 */
int credentials_renew(struct credentials *c, struct err *err);

#endif
