/*
 * A client of Amazon MSK: who it is, where the brokers are, and what it shows them.
 *
 *	--msk-iam		tokens of IAM
 *	--msk-cluster ARN	the brokers that fit how the client authenticates
 *	--secret ARN|FILE	user and password, or certificate and key
 *
 * A program puts MSK_OPTS into its option table and calls msk_open between parsing and
 * kafka_conf_new, which then asks for brokers and secrets by itself.
 */
#ifndef KEB_MSK_MSK_H
#define KEB_MSK_MSK_H

#include "aws/session.h"
#include "kafka/conf.h"

struct msk_options {
	struct aws_options aws;
	bool iam;
	const char *cluster, *secret; /* NULL where not given */
	int access;		      /* enum brokers_access */
};

/* The rows of the option table; `o` is a struct msk_options *. */
#define MSK_OPTS(o)                                                                                \
	OPT_GROUP("Amazon MSK"), OPT_FLAG(0, "msk-iam", &(o)->iam, "authenticate with IAM"),       \
		OPT_TEXT(0, "msk-cluster", &(o)->cluster, "ARN", "ask the cluster for brokers"),   \
		OPT_CHOICE(0, "msk-access", &(o)->access, "private|public|vpc",                    \
			   "which of its brokers: by where they are reached from [private]"),      \
		OPT_TEXT(0, "secret", &(o)->secret, "ARN|FILE",                                    \
			 "user and password, or certificate and key, as MSK keeps them"),          \
		AWS_OPT_REGION(&(o)->aws, "the ARN's, the broker's name, "),                       \
		AWS_OPTS_WHO(&(o)->aws)

struct msk;

/*
 * Checks the options, gets the first keys where any are needed, and makes `kafka` ask here. Both
 * stay as long as the result; user_agent is borrowed. Without an option of MSK there is nothing
 * behind it. NULL with err.
 */
struct msk *msk_open(const struct msk_options *options, struct kafka_options *kafka,
		     const char *user_agent, struct err *err);
/* Not before the clients have gone. NULL is fine. */
void msk_free(struct msk *msk);

#endif
