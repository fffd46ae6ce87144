/*
 * Tokens for MSK brokers that authenticate with IAM, made with a session's keys.
 */
#ifndef KEB_MSK_IAM_H
#define KEB_MSK_IAM_H

#include "aws/session.h"
#include "kafka/oauth.h"

struct iam;

/* NULL with err. Borrows the session; user_agent is borrowed too. */
struct iam *iam_new(struct session *session, const char *user_agent, struct err *err);
/* Not before the clients have gone. NULL is fine. */
void iam_free(struct iam *iam);

/* Made by `iam`, on whatever thread calls; waits some seconds for keys at most. */
const struct kafka_oauth *iam_oauth(const struct iam *iam);

#endif
