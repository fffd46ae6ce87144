/*
 * One question to a service, waited for: for what a program has to know before it
 * begins. Tried again as retry.h says, with keys renewed and the clock corrected on
 * the way.
 */
#ifndef KEB_AWS_ASK_H
#define KEB_AWS_ASK_H

#include "aws/call.h"
#include "aws/session.h"
#include "base/buf.h"

struct ask {
	struct session *session;
	const struct aws_options *options;
	const char *service; /* "kafka": host and signature */
	const char *id;	     /* "kafka": as struct endpoint_conf has it */
	const char *region;
	const char *call; /* "GetBootstrapBrokers": for messages and the name of the permission */
	const char *subject; /* "cluster 'x'": for messages */
	int64_t limit_ms;    /* for all tries together */
	int stop_fd;	     /* ends it when readable; -1: none */
};

/*
 * Appends what the service answers to `answer`: the caller wipes what is secret. 0, or -1 with err:
 * EXIT_REFUSED when the service says no, EXIT_UNREACHABLE when there was no answer in time.
 * After -1 the session is good for nothing but to be closed.
 */
int ask_service(const struct ask *ask, const struct aws_request *request, struct buf *answer,
		struct err *err);

#endif
