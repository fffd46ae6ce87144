/*
 * One signed call of a JSON 1.1 service: POST with X-Amz-Target. It brings endpoint,
 * credentials, signature and the HTTP client together; retries are the caller's.
 */
#ifndef KEB_AWS_CALL_H
#define KEB_AWS_CALL_H

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "http/client.h"

struct aws_service;

struct aws_service_conf {
	const char *name; /* what is signed: "events" */
	const struct endpoint *endpoint;
	const char *region;
	struct credentials *credentials;
	struct http *http;
};

/* Borrows everything in conf, and endpoint and region as long as it lives. */
struct aws_service *aws_service_new(const struct aws_service_conf *conf);
void aws_service_free(struct aws_service *s);

/*
 * target: "AWSEvents.PutEvents". body must stay until done is called, as in http_start. 0, or -1
 * with err.
 */
int aws_call(struct aws_service *s, const char *target, struct slice body, http_done_fn *done,
	     void *ctx, struct err *err);

/*
 * To be asked about an answer that refuses the signature or its date: compares the answer's Date
 * with the clock here, and from then on signs with the difference if it is four minutes or more and
 * was not known yet. True when it is worth to call again at once. Never over plain http to another
 * machine, where anybody could have written the date.
 */
bool aws_service_learn_clock(struct aws_service *s, struct slice date);

#endif
