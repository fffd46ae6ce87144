/*
 * The control plane of Amazon MSK as far as GetBootstrapBrokers: every list that a
 * cluster offers names the brokers of kebmock, which speak plaintext only. Source:
 * Amazon MSK API reference.
 */
#ifndef KEB_KEBMOCK_CLUSTERS_H
#define KEB_KEBMOCK_CLUSTERS_H

#include "answer.h"
#include "auth.h"
#include "base/err.h"
#include "cli/opt.h"

struct clusters_conf {
	const char *region, *account, *brokers;
	const struct opt_list *list; /* NAME, or NAME:KIND,KIND: "plain", "scram", "public-iam" */
};

struct clusters;

/* Borrows all. NULL with err (EXIT_USAGE). */
struct clusters *clusters_new(const struct clusters_conf *conf, struct auth *auth, struct err *err);
void clusters_free(struct clusters *c);

/* False when the request is for another service; else the answer is filled and *call set. */
bool clusters_handle(struct clusters *c, const struct request *request, int64_t now_ms,
		     struct answer *answer, const char **call);

#endif
