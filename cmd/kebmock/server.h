/*
 * HTTP on a loopback port: libmicrohttpd driven from the caller's poll loop, and the
 * clock for answers that are to wait. One thread; a waiting answer holds a connection
 * and nothing else.
 */
#ifndef KEB_KEBMOCK_SERVER_H
#define KEB_KEBMOCK_SERVER_H

#include "answer.h"
#include "base/err.h"
#include "request.h"

#include <stdint.h>

struct server;

const char *server_library(void); /* "libmicrohttpd 0.9.75" */

/* Fills the answer of one request; called once for each. */
typedef void server_fn(void *ctx, const struct request *request, struct answer *answer);

/*
 * Listens on 127.0.0.1; port 0: the kernel chooses. A body over max_body is read and
 * thrown away, and the request has body_too_large set. NULL with err on failure.
 */
struct server *server_new(uint16_t port, size_t max_body, server_fn *handle, void *ctx,
			  struct err *err);
void server_free(struct server *s);

uint16_t server_port(const struct server *s);
int server_fd(const struct server *s);	  /* poll it for POLLIN ... */
int64_t server_wait_us(struct server *s); /* ... at most that long; -1: for ever ... */
void server_run(struct server *s);	  /* ... and then call this */

#endif
