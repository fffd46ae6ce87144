/*
 * A secret as MSK, EventBridge Pipes and Lambda keep it in Secrets Manager: a user of
 * SASL/SCRAM or SASL/PLAIN, or a client's certificate.
 *
 *	{"username":"reader","password":"..."}
 *	{"certificate":"-----BEGIN ...","privateKey":"-----BEGIN ...","privateKeyPassword":"..."}
 */
#ifndef KEB_MSK_SECRET_H
#define KEB_MSK_SECRET_H

#include "base/buf.h"
#include "kafka/conf.h"

#define SECRET_MAX ((size_t)64 << 10) /* Secrets Manager's limit */

/*
 * Sets the properties of the client, and security.protocol and sasl.mechanisms (SCRAM-SHA-512)
 * where nobody did. `from` names the secret in messages. -1 with err (EXIT_USAGE), which never
 * holds any of it.
 */
int secret_apply(struct slice json, const char *from, struct kafka_conf *conf, struct err *err);

/* Appends the secret's text out of the answer to GetSecretValue. -1 with err. */
int secret_of_answer(struct slice answer, const char *from, struct buf *to, struct err *err);

#endif
