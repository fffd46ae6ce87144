/*
 * EventBridge as this program sees it: the two calls it makes, and what to do when a
 * call is refused that is worth another try with other keys or another clock.
 */
#ifndef KEB_KEBPUT_REMOTE_H
#define KEB_KEBPUT_REMOTE_H

#include "aws/call.h"
#include "aws/retry.h"
#include "outcome.h"

#define REMOTE_TIME_MS 30000 /* for a call, where nothing else limits it */

struct remote_conf {
	struct aws_service *service;
	struct aws_service *put_service; /* the same, or that of a global endpoint */
	struct credentials *credentials;
	const struct endpoint *endpoint;
	struct slice bus;	  /* absent: the account's default bus */
	struct slice endpoint_id; /* of the global endpoint; absent: none */
};

struct remote;

struct remote *remote_new(const struct remote_conf *conf);
void remote_free(struct remote *remote);
struct retry_quota *remote_quota(struct remote *remote); /* of both calls */
struct slice remote_bus(const struct remote *remote);

/*
 * Calls PutEvents or DescribeEventBus, which may take total_ms (0: as the client says). *epoch gets
 * what remote_recover wants back with the answer. 0, or -1 with err.
 */
int remote_put(struct remote *remote, struct slice body, int64_t total_ms, http_done_fn *done,
	       void *ctx, unsigned *epoch, struct err *err);
int remote_describe(struct remote *remote, int64_t total_ms, http_done_fn *done, void *ctx,
		    unsigned *epoch, struct err *err);

struct slice remote_endpoint_id(const struct remote *remote);
struct credentials *remote_credentials(const struct remote *remote);

/*
 * For CALL_EXPIRED and CALL_CLOCK: true when the call may be made again at once, because keys or
 * clock are others now than at `epoch`.
 */
bool remote_recover(struct remote *remote, const struct call_outcome *outcome,
		    const struct http_answer *answer, unsigned epoch);

/* "cannot reach 'https://...': connection refused" or what the answer said: for messages. */
void remote_explain(const struct remote *remote, char *to, size_t n, const char *call,
		    const struct call_outcome *outcome, const struct http_answer *answer);
/* The error that ends the run (EXIT_REFUSED), with what to check. */
void remote_denied(const struct remote *remote, struct err *err, const char *call,
		   struct slice code, struct slice raw_message, int status);

#endif
