/* links: aws http json base pkg:libcrypto pkg:libcurl */
/*
 * A config and a credentials file: parsed, or refused with a reason. The first byte
 * says which; what comes behind a NUL is the second file.
 */
#include "aws/credentials.h"
#include "aws/profile.h"

#include "base/msg.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct profiles *all)
{
	const struct profile *profile = profiles_find(all, PROFILE_PLAIN, "default");
	const char *services = profile_get(profile, "services");
	struct credentials *c;
	struct err err;

	if (services)
		(void)profile_nested(profiles_find(all, PROFILE_SERVICES, services), "eventbridge",
				     "endpoint_url");
	c = credentials_open(&(struct credentials_conf){.chain = {.profile = "default"},
							.profiles = all,
							.profile = profile,
							.region = "us-east-1"},
			     &err);
	if (c && !*credentials_origin(c))
		abort();
	credentials_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profiles *all = profiles_new();
	struct slice text = {(const char *)data, size};
	const char *nul = size ? memchr(text.p, '\0', size) : NULL;
	struct slice first = {text.p, nul ? (size_t)(nul - text.p) : size};
	struct slice second = {first.p + first.n, 0};
	struct err err = {0};

	if (nul)
		second = (struct slice){nul + 1, size - first.n - 1};
	msg_level(MSG_ERROR);
	if (profiles_add(all, PROFILE_CONFIG, first, "config", &err) == 0 &&
	    profiles_add(all, PROFILE_CREDENTIALS, second, "credentials", &err) == 0)
		use(all);
	else if (err.status != EXIT_USAGE || err.text[0] == '\0')
		abort();
	profiles_free(all);
	return 0;
}
