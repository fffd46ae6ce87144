/*
 * Secrets Manager as far as GetSecretValue. Source: its API reference, 2017-10-17.
 */
#ifndef KEB_KEBMOCK_SECRETS_H
#define KEB_KEBMOCK_SECRETS_H

#include "answer.h"
#include "auth.h"
#include "base/err.h"
#include "cli/opt.h"

struct secrets_conf {
	const char *region, *account;
	const struct opt_list *list; /* NAME=TEXT, or NAME=@FILE, which is read at each call */
};

struct secrets;

/* Borrows all. NULL with err (EXIT_USAGE). */
struct secrets *secrets_new(const struct secrets_conf *conf, struct auth *auth, struct err *err);
void secrets_free(struct secrets *s);

/* False when the request is for another service; else the answer is filled and *call set. */
bool secrets_handle(struct secrets *s, const struct request *request, int64_t now_ms,
		    struct answer *answer, const char **call);

#endif
