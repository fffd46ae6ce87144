/*
 * Who signs: access key, secret and session token. A source is chosen once, at the
 * start (chain.h), and stays; only what it gives is renewed: ahead of its expiry,
 * one fetch at a time, without blocking. Until the new keys are there the old ones
 * serve, as long as they are valid. A source that is configured but fails is an
 * error that names it.
 *
 * A loop calls credentials_step before it looks at the state, waits for
 * credentials_fd to be readable and not longer than credentials_due says.
 */
#ifndef KEB_AWS_CREDENTIALS_H
#define KEB_AWS_CREDENTIALS_H

#include "aws/chain.h"

struct credentials;

struct credentials_conf {
	struct chain_conf chain;
	const struct profiles *profiles; /* only during credentials_open */
	const struct profile *profile;	 /* the one that endpoints are configured in; or NULL */
	const char *region;		 /* of STS; borrowed */
	struct http *http; /* borrowed; NULL: for static keys only; with room for two requests */
	bool insecure_http;
};

/*
 * Chooses the source; nothing is sent. NULL with err (EXIT_USAGE) when there is none or it cannot
 * be used. Static keys are there after the first step.
 */
struct credentials *credentials_open(const struct credentials_conf *conf, struct err *err);
/* Wipes. The HTTP client must be gone by then, or no request of it under way; NULL is fine. */
void credentials_free(struct credentials *c);

void credentials_step(struct credentials *c);
int credentials_fd(const struct credentials *c);      /* -1: nothing to wait for */
int64_t credentials_due(const struct credentials *c); /* clock_ms() of the next step; -1: none */

struct outage;
/*
 * For a loop that signs: steps, and says whether a call can be signed. 1; 0: the keys are being
 * fetched; -1 with err: there are none any more. That their source is away is an outage like any.
 */
int credentials_ready(struct credentials *c, struct outage *outage, int64_t now_ms,
		      struct err *err);

/* Steps until READY; -1 with err when FAILED, or when stop_fd (-1: none) is readable. */
int credentials_wait(struct credentials *c, int stop_fd, struct err *err);

/*
 * Why keys cannot be had just now though the last ones have expired; NULL when all is well. It is
 * tried again for ever.
 */
const char *credentials_trouble(const struct credentials *c);

/* One snapshot: all of it belongs together. Lives until the next credentials_step. */
const struct credential_keys *credentials_keys(const struct credentials *c);
int64_t credentials_expire_ms(const struct credentials *c); /* since the epoch; 0: never */
/* Counts the changes of keys. */
unsigned credentials_version(const struct credentials *c);

/* "the environment", "profile 'x'": for messages. */
const char *credentials_origin(const struct credentials *c);

/*
 * The remote says that the keys of `version` are expired or unknown. True when it is worth to call
 * again once the state is READY: others are there already, or are being fetched (at most once a
 * minute). False: these are what there is.
 */
bool credentials_refused(struct credentials *c, unsigned version);

#endif
