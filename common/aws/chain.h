/*
 * Which source of keys is the one: in the order of the Java SDK, which users of the
 * connector have. The environment, a web identity, the profile, the container, the
 * instance. What is configured but cannot be used is an error: the next one in line
 * would be another identity.
 */
#ifndef KEB_AWS_CHAIN_H
#define KEB_AWS_CHAIN_H

#include "aws/provider.h"

struct chain_conf {
	const char *profile;  /* --profile: then nothing but it is looked at; or NULL */
	const char *role_arn; /* --role-arn: assumed with the keys of what was found; or NULL */
	const char *external_id;
	const char *session_name;
};

/* NULL with err (EXIT_USAGE). *last: nothing was configured, and this one may not be there. */
struct provider *chain_choose(const struct provider_env *env, const struct chain_conf *conf,
			      bool *last, struct err *err);

#endif
