/*
 * --msk-iam: who reads, and the tokens that say so to an MSK broker.
 */
#ifndef KEB_KEBREAD_IAM_H
#define KEB_KEBREAD_IAM_H

#include "kafka/oauth.h"

struct iam_conf {
	const char *region;  /* --region; NULL: the broker's name, the environment, the profile */
	const char *brokers; /* may be NULL */
	const char *profile, *role_arn, *external_id; /* options; NULL where not given */
};

struct iam;

/* Gets the first keys: NULL with err when there are none. */
struct iam *iam_new(const struct iam_conf *conf, struct err *err);
/* Not before the client has gone. NULL is fine. */
void iam_free(struct iam *iam);

/* Made by `iam`, on whatever one thread calls; waits some seconds for keys at most. */
const struct kafka_oauth *iam_oauth(const struct iam *iam);

#endif
