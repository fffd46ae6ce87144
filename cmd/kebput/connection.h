/*
 * Everything between the options and the first call: session, endpoints, the service
 * and the bus on it.
 */
#ifndef KEB_KEBPUT_CONNECTION_H
#define KEB_KEBPUT_CONNECTION_H

#include "aws/arn.h"
#include "aws/session.h"
#include "remote.h"

struct connection_conf {
	const char *bus;	 /* NULL: --bus was not given */
	const char *endpoint_id; /* of a global endpoint; NULL where not given */
	const struct aws_options *aws;
	unsigned requests; /* at a time */
};

struct connection;

/*
 * NULL with err: EXIT_USAGE for what is missing or contradicts itself; what the source of the
 * keys says when it gives none.
 */
struct connection *connection_new(const struct connection_conf *conf, struct err *err);
void connection_free(struct connection *c);

struct remote *connection_remote(const struct connection *c);
struct http *connection_http(const struct connection *c);
struct sts *connection_sts(const struct connection *c);
struct slice connection_bus(const struct connection *c);

/* What a request may hold in this region, in bytes as PutEvents counts them, less a margin. */
uint64_t connection_max_request(const struct connection *c);
#define MAX_REQUEST_DEFAULT ((UINT64_C(1) << 20) - 1024)

#endif
