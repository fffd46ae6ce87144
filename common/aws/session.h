/*
 * Who calls, and from where: profile, region, keys and the HTTP client, opened
 * together and in the order in which they need each other.
 *
 * A program puts the rows that it has a use for into its option table:
 *
 *	AWS_OPT_REGION(&o->aws, "the ARN's, "),
 *	AWS_OPT_ENDPOINT(&o->aws, "EVENTBRIDGE"),
 *	AWS_OPTS_WHO(&o->aws),
 */
#ifndef KEB_AWS_SESSION_H
#define KEB_AWS_SESSION_H

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "cli/opt.h"

/* NULL where not given. */
struct aws_options {
	const char *region, *endpoint_url;
	const char *profile, *role_arn, *external_id, *session_name;
	bool insecure_http;
};

/* `first`: where the region comes from before the environment: "the ARN's, ", or "". */
#define AWS_OPT_REGION(o, first)                                                                   \
	OPT_TEXT(0, "region", &(o)->region, "REGION",                                              \
		 "region [" first                                                                  \
		 "AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance's]")
#define AWS_OPT_ENDPOINT(o, variable)                                                              \
	OPT_TEXT(0, "endpoint-url", &(o)->endpoint_url, "URL",                                     \
		 "endpoint [AWS_ENDPOINT_URL_" variable ", AWS_ENDPOINT_URL, the region's]")
#define AWS_OPT_INSECURE(o)                                                                        \
	OPT_FLAG(0, "insecure-http", &(o)->insecure_http, "allow plain http to another machine")
#define AWS_OPTS_WHO(o)                                                                            \
	OPT_TEXT(0, "profile", &(o)->profile, "NAME",                                              \
		 "profile for keys, region and endpoint [AWS_PROFILE]"),                           \
		OPT_TEXT(0, "role-arn", &(o)->role_arn, "ARN",                                     \
			 "role to assume with the keys found"),                                    \
		OPT_TEXT(0, "external-id", &(o)->external_id, "ID",                                \
			 "external id that the role asks for"),                                    \
		OPT_TEXT(0, "role-session-name", &(o)->session_name, "NAME",                       \
			 "name of the role's session [made from process and time]")

struct session_conf {
	const struct aws_options *options;
	struct slice region; /* that of an ARN; absent if none was given */
	unsigned requests;   /* at a time, beside those for keys */
	const char *user_agent;
	int stop_fd; /* ends the wait for the first keys; -1: none */
};

/* Not to be moved once it is open. */
struct session {
	struct profiles *profiles;     /* only until session_forget */
	const struct profile *profile; /* NULL: there is none */
	char region[64];
	struct http *http;
	struct credentials *credentials;
};

/*
 * Profile and region: enough to choose endpoints. Where nothing says a region, the instance
 * metadata service is asked, which takes a second where there is none. `s` is zero before, `conf`
 * the same in both calls. 0, or -1 with err; session_close in both cases.
 */
int session_prepare(struct session *s, const struct session_conf *conf, struct err *err);
/* Opens the HTTP client and waits for the first keys. 0, or -1 with err. */
int session_open(struct session *s, const struct session_conf *conf, struct err *err);
/* Drops all requests under way: what they point to may go then. */
void session_cut(struct session *s);
void session_close(struct session *s); /* one that is zero is fine */
/* Wipes the profiles, which may hold other keys, once every endpoint has been chosen. */
void session_forget(struct session *s);

/* What sources of keys and STS share. Borrows from the session. */
struct provider_env session_env(const struct session *s, const struct aws_options *options);

#endif
