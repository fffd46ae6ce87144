/*
 * Confluent's registry as an HTTP server: where it is, who asks, one GET at a time,
 * tried again for as long as the answer may yet come.
 */
#ifndef KEB_REGISTRY_CONFLUENT_HTTP_H
#define KEB_REGISTRY_CONFLUENT_HTTP_H

#include "exchange.h"

struct confluent_conf {
	const char *urls; /* one registry's, apart by commas; may hold user:password@ */
	/* Each NULL where not given; these two as in cli/secret.h, borrowed. */
	const char *user, *token;
	const char *ca, *cert, *key;
	const char *key_password; /* as in cli/secret.h */
	bool insecure_http;
	const char *user_agent;
	const struct registry_wait *wait; /* borrowed */
	struct outage *outage;		  /* borrowed */
};

struct confluent_http;

/* Sends nothing. NULL with err (EXIT_USAGE). */
struct confluent_http *confluent_http_new(const struct confluent_conf *conf, struct err *err);
void confluent_http_free(struct confluent_http *c); /* NULL is fine */

/* Host, port and path of the first URL: which registry it is, for a folder's name. */
struct slice confluent_http_place(const struct confluent_http *c);

enum confluent_answer {
	CONFLUENT_GOOD,	   /* 200, and no page for people */
	CONFLUENT_UNKNOWN, /* the registry has no such schema, subject or version */
	CONFLUENT_OTHER,   /* it does not take the request; err says what a failure would */
	CONFLUENT_FAILED,  /* err; its text is empty where the run is over */
};

/* `path` begins with '/', encoded. */
enum confluent_answer confluent_http_get(struct confluent_http *c, struct slice path,
					 struct err *err);
/* Of the last answer, until the next call. */
struct slice confluent_http_body(const struct confluent_http *c);

#endif
