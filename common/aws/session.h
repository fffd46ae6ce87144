/*
 * Who calls, and from where: profile, region, keys and the HTTP client, opened
 * together and in the order in which they need each other.
 */
#ifndef KEB_AWS_SESSION_H
#define KEB_AWS_SESSION_H

#include "aws/credentials.h"
#include "aws/endpoint.h"

struct session_conf {
	struct chain_conf chain;
	const char *region; /* the option, or NULL */
	bool insecure_http;
	unsigned requests; /* at a time, beside those for keys */
	const char *user_agent;
	int stop_fd; /* ends the wait for the first keys; -1: none */
};

struct session {
	struct profiles *profiles;
	const struct profile *profile; /* NULL: there is none */
	char region[64];
	struct http *http;
	struct credentials *credentials;
};

/* Waits for the first keys. 0, or -1 with err; session_close in both cases. */
int session_open(struct session *s, const struct session_conf *conf, struct err *err);
void session_close(struct session *s);

#endif
