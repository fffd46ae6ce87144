/*
 * One signed call of a service. It brings endpoint, credentials, signature and the
 * HTTP client together; retries are the caller's.
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
	struct credentials *credentials; /* may be NULL: then each call brings its keys */
	struct http *http;
	const char *region_set; /* "*": signed with version 4A for these regions; NULL: version 4 */
};

/* Borrows everything in conf, and endpoint and region as long as it lives. */
struct aws_service *aws_service_new(const struct aws_service_conf *conf);
void aws_service_free(struct aws_service *s);

/*
 * target: "AWSEvents.PutEvents". body must stay until done is called, as in http_start. total_ms: 0
 * for the client's. 0, or -1 with err.
 */
int aws_call(struct aws_service *s, const char *target, struct slice body, int64_t total_ms,
	     http_done_fn *done, void *ctx, struct err *err);

/* A call of another kind than JSON 1.1. What is left zero is as said. */
struct aws_request {
	const char *method;		   /* NULL: POST */
	struct slice path, query;	   /* encoded; absent: the endpoint's own, and none */
	bool path_as_is;		   /* s3: the path is canonical as it is */
	bool hash_header;		   /* s3: send x-amz-content-sha256 */
	const struct http_header *headers; /* all of them signed; Host, dates and keys come here */
	size_t n_headers;		   /* at most AWS_HEADERS_MAX */
	struct slice body;
	const char *body_hash; /* hex SHA-256 of the body if it is known; NULL: computed */
	bool expect, secret;   /* as in struct http_request */
	size_t max_answer;     /* 0: as the client */
	int64_t total_ms;
	const struct credential_keys *keys; /* NULL: those of the service's credentials */
};
#define AWS_HEADERS_MAX 10

/* As aws_call. */
int aws_send(struct aws_service *s, const struct aws_request *request, http_done_fn *done,
	     void *ctx, struct err *err);

/*
 * To be asked about an answer that refuses the signature or its date: compares the answer's Date
 * with the clock here, and from then on signs with the difference if it is four minutes or more and
 * was not known yet. True when it is worth to call again at once. Never over plain http to another
 * machine, where anybody could have written the date.
 */
bool aws_service_learn_clock(struct aws_service *s, struct slice date);

#endif
