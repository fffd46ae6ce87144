/*
 * Verifies the Signature Version 4 of a request as the JSON services of AWS do:
 * every part of it, version 4A too, and each refusal with the code and message of the
 * service. The clock is the caller's.
 */
#ifndef KEB_KEBMOCK_AUTH_H
#define KEB_KEBMOCK_AUTH_H

#include "answer.h"
#include "keyring.h"
#include "request.h"

#include <stdint.h>

#define AUTH_SKEW_MS (5 * 60 * 1000) /* how far x-amz-date may be off, either way */

struct auth;

struct auth *auth_new(const char *region, struct keyring *keyring); /* borrows both */
void auth_free(struct auth *auth);

/* True if the request is signed for that service; else false and the answer is the refusal. */
bool auth_check(struct auth *auth, const struct request *request, const char *service,
		int64_t now_ms, struct answer *answer);
/* Who signed the last request that was found good: an ARN. */
const char *auth_who(const struct auth *auth);

#endif
