/*
 * The services that give out keys: STS, the metadata service of an instance, the
 * credential endpoint of a container, and IAM Identity Center.
 */
#ifndef KEB_KEBMOCK_IDENTITY_H
#define KEB_KEBMOCK_IDENTITY_H

#include "answer.h"
#include "auth.h"
#include "cli/opt.h"

#define IDENTITY_CONTAINER_TOKEN "kebmock-container" /* Authorization of the container endpoint */
#define IDENTITY_SSO_TOKEN	 "kebmock-sso"	     /* the first one; renewed ones are numbered */
#define IDENTITY_SSO_REFRESH	 "kebmock-refresh"
#define IDENTITY_WEB_TOKEN	 "kebmock-web-identity"

struct identity_conf {
	const char *account, *region;
	struct opt_list roles; /* NAME[:EXTERNAL-ID]; none: every role may be assumed */
};

struct identity;

/* Borrows conf, auth and keyring. */
struct identity *identity_new(const struct identity_conf *conf, struct auth *auth,
			      struct keyring *keyring);
void identity_free(struct identity *id);

/*
 * False when the request is for another service. *call gets the name of the call. `status`: if not
 * 0, each answers it.
 */
bool identity_handle(struct identity *id, const struct request *request, int64_t now_ms,
		     unsigned status, struct answer *answer, const char **call);

#endif
