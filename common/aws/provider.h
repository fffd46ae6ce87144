/*
 * A source of keys: the environment, a profile, a role, a metadata service. Each is
 * a module of its own behind this interface. A provider fetches when it is told to,
 * without blocking: over the HTTP client it was given, or through a descriptor that
 * the loop waits for. It keeps no keys: that, and when to fetch, is the work of
 * credentials.h.
 */
#ifndef KEB_AWS_PROVIDER_H
#define KEB_AWS_PROVIDER_H

#include "aws/endpoint.h"
#include "aws/keys.h"
#include "aws/profile.h"
#include "http/client.h"

enum provider_result {
	PROVIDER_KEYS,	 /* keys are there */
	PROVIDER_ABSENT, /* there is no such service here, or it has no keys for us */
	PROVIDER_AGAIN,	 /* not this time: unreachable, throttled, 5xx */
	PROVIDER_FAILED, /* configured, but it will not do */
};

/* `keys` may be taken over (set to zeroes), else they are wiped; err is set but for KEYS. */
typedef void provider_done_fn(void *ctx, enum provider_result result, struct keys *keys,
			      const struct err *err);

struct provider;

struct provider_kind {
	/* Begins to fetch; ends in provider_end, perhaps before it returns. */
	void (*start)(struct provider *p);
	void (*free)(struct provider *p); /* releases all but what provider_free does itself */
	/* For those that wait for something else than HTTP; NULL: there is nothing. */
	int (*fd)(const struct provider *p); /* to be readable; -1: none now */
	void (*step)(struct provider *p);    /* looks at it, and at its deadline */
	/* It may give keys that have expired, which are to be used on: IMDS in trouble. */
	bool stable;
	bool fixed; /* it gives the same keys for ever: when they end, nothing else comes */
};

/* The first member of each provider's own struct. */
struct provider {
	const struct provider_kind *kind;
	char *name; /* "profile 'x'": for messages; owned */
	provider_done_fn *done;
	void *ctx;
};

/* What the providers share; borrowed, and it stays as long as they do. */
struct provider_env {
	struct http *http; /* may be NULL where nothing but static keys is asked for */
	const char *region;
	const char *session_name; /* of roles; NULL: made up */
	const struct profiles *profiles;
	const struct profile *profile; /* that endpoints are configured in; may be NULL */
	bool insecure_http;
};

void provider_start(struct provider *p, provider_done_fn *done, void *ctx);
void provider_end(struct provider *p, enum provider_result result, struct keys *keys,
		  const struct err *err);
/* Cuts a fetch off where it is; the HTTP client must be gone, or no request of it under way. */
void provider_free(struct provider *p);
int provider_fd(const struct provider *p);
void provider_step(struct provider *p);

/* A value of an endpoint's answer that failed, into err: "NAME: cannot reach 'URL': why". */
enum provider_result provider_trouble(const struct provider *p, const struct http_answer *answer,
				      const char *url, struct err *err);

/* Puts "WHAT: " before an error's text: whose file it was that could not be read. Returns -1. */
int provider_within(struct err *err, const char *what);

/* --- the kinds ---------------------------------------------------------------- */

/* AWS_ACCESS_KEY_ID and its fellows. NULL: not set; or half of it, then err->status is set. */
struct provider *provider_environment(struct err *err);

/* Static keys of a profile, read again from the files at each fetch. NULL with err. */
struct provider *provider_static(const struct profile *profile, struct err *err);

struct role_conf {
	const char *role_arn, *external_id, *session_name, *duration; /* NULL where not given */
	const char *from; /* where it was said, for messages: "profile 'x'" */
};
/* AssumeRole with the keys of `source`, which it owns from now on (also on failure). */
struct provider *provider_role(const struct provider_env *env, const struct role_conf *conf,
			       struct provider *source, struct err *err);
/* AssumeRoleWithWebIdentity: the token file is read at each fetch. */
struct provider *provider_web_identity(const struct provider_env *env, const struct role_conf *conf,
				       const char *token_file, struct err *err);

struct provider *provider_sso(const struct provider_env *env, const struct profile *profile,
			      struct err *err);
struct provider *provider_process(const char *command, const char *from);
/* ECS, EKS Pod Identity, Greengrass. NULL with err; err->status 0: not configured. */
struct provider *provider_container(const struct provider_env *env, struct err *err);
/* EC2; NULL with err->status 0 when it is turned off. */
struct provider *provider_imds(const struct provider_env *env, struct err *err);

#endif
