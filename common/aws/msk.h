/*
 * IAM for Amazon MSK: the token that a Kafka client presents with SASL/OAUTHBEARER.
 * It is a signed URL in base64url; the broker calls it. Source: aws-msk-iam-sasl-signer.
 */
#ifndef KEB_AWS_MSK_H
#define KEB_AWS_MSK_H

#include "aws/keys.h"
#include "base/buf.h"

#define MSK_TOKEN_MS (900 * 1000) /* how long the broker takes it */

/* Appends the token. False when it cannot be signed. */
bool msk_token(const struct credential_keys *keys, const char *region, const char *user_agent,
	       int64_t now_ms, struct buf *to);

/*
 * The region in the name of an MSK broker, "b-1.x.y.c2.kafka.eu-west-1.amazonaws.com:9098"; absent
 * if the first of the list is none.
 */
struct slice msk_region(struct slice brokers);

#endif
