/*
 * Which of the broker lists of an MSK cluster fits: those of GetBootstrapBrokers, one
 * for each way to authenticate and each way to get there. Source: Amazon MSK API
 * reference, "Clusters clusterArn bootstrap-brokers".
 */
#ifndef KEB_MSK_BROKERS_H
#define KEB_MSK_BROKERS_H

#include "base/buf.h"
#include "base/err.h"

enum brokers_kind {
	BROKERS_PLAIN, /* no TLS, nobody asks who it is */
	BROKERS_TLS,   /* TLS, with or without a certificate of the client */
	BROKERS_SCRAM, /* SASL/SCRAM over TLS */
	BROKERS_IAM,   /* IAM over TLS */
};

enum brokers_access {
	BROKERS_PRIVATE, /* from inside the cluster's network */
	BROKERS_PUBLIC,
	BROKERS_VPC, /* multi-VPC private connectivity */
};

/* "SASL/SCRAM": for messages. */
const char *brokers_kind_name(enum brokers_kind kind);

/*
 * Appends the list of that kind and access to `to`. -1 with err (EXIT_USAGE) that says what the
 * cluster offers instead, EXIT_UNREACHABLE when the answer is none.
 */
int brokers_pick(struct slice answer, const char *cluster, enum brokers_kind kind,
		 enum brokers_access access, struct buf *to, struct err *err);

#endif
