/*
 * All mock services together, and how they are told to others: names and values of
 * environment variables.
 */
#ifndef KEB_KEBMOCK_SERVICES_H
#define KEB_KEBMOCK_SERVICES_H

#include "base/buf.h"
#include "base/err.h"
#include "endpoint.h"
#include "server.h"

struct services_conf {
	uint64_t brokers;
	struct opt_list topics; /* NAME[:PARTITIONS] */
	struct opt_list faults; /* KEY=VALUE[,KEY=VALUE] */
	uint64_t port;
	uint64_t max_body;
	struct endpoint_conf endpoint;
};

struct services;

/* Borrows conf. NULL with err on failure. */
struct services *services_start(const struct services_conf *conf, struct err *err);
void services_end(struct services *s);

struct server *services_server(struct services *s);
/* NULL, or why they cannot go on (a file that cannot be written). */
const struct err *services_failure(const struct services *s);

/* Appends "NAME=value" lines for eval in a shell. */
void services_tell(const struct services *s, struct buf *to);
/* Sets the same in this process's environment, and unsets what would override it. */
void services_setenv(const struct services *s);

#endif
