/*
 * The AWS endpoint without its transport: one request in, one answer out. It puts
 * signature, faults and the bus in their order and keeps the books.
 */
#ifndef KEB_KEBMOCK_ENDPOINT_H
#define KEB_KEBMOCK_ENDPOINT_H

#include "answer.h"
#include "base/err.h"
#include "broker.h"
#include "cli/opt.h"
#include "request.h"

struct endpoint_conf {
	const char *region;
	const char *account;
	const char *events_file; /* NULL: none */
	const char *log_file;	 /* NULL: none */
	struct opt_list buckets; /* of S3: NAME[:REGION] */
	struct opt_list buses;	 /* besides "default" */
	struct opt_list rules;	 /* NAME=PATTERN: see targets.h */
	uint64_t max_request;
	uint64_t seed;
	struct opt_list schemas;		    /* [ID=]FILE or a folder: see schemas.h */
	const char *registry_user, *registry_token; /* NULL: the registry asks nobody */
	struct opt_list secrets;		    /* NAME=TEXT: see secrets.h */
	struct opt_list clusters;		    /* NAME[:KIND,...]: see clusters.h */
	struct opt_list roles; /* NAME[:EXTERNAL-ID]; none: all may be assumed */
	int64_t keys_live_ms;  /* of keys that are given out; 0: as long as was asked for */
};

struct endpoint;

/* Borrows conf and the broker. NULL with err when a file cannot be opened. */
struct endpoint *endpoint_new(const struct endpoint_conf *conf, struct broker *broker,
			      struct err *err);
void endpoint_free(struct endpoint *e);

/* Sets one fault of the endpoint or of the brokers, in its text form. */
int endpoint_set_fault(struct endpoint *e, struct slice key, struct slice value, struct err *err);

/* Fills the answer. 0, or -1 with err when a file cannot be written any more. */
int endpoint_handle(struct endpoint *e, const struct request *request, struct answer *answer,
		    struct err *err);

#endif
