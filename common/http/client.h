/*
 * The one HTTP client: many requests at a time over kept connections, on libcurl's
 * multi interface. HTTP/1.1, no redirects, no cookies, no compression, TLS 1.2 or
 * later with peer and name verified, answers bounded here (libcurl's own limit does
 * not stop a chunked one), proxies as libcurl reads them from the environment.
 *
 * libcurl repeats a request by itself when a kept connection turns out dead before
 * the first byte of an answer, even where the server has read it all: so a request
 * may arrive twice without anybody here knowing. Idle connections are dropped early
 * to make that rare; at-least-once is what callers must build on.
 */
#ifndef KEB_HTTP_CLIENT_H
#define KEB_HTTP_CLIENT_H

#include "base/err.h"
#include "base/slice.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define HTTP_HEADERS_MAX 18

struct http;

struct http_conf {
	unsigned width;		/* requests at a time, and connections to a host */
	const char *ca_bundle;	/* file that replaces the system's; NULL: the system's; copied */
	const char *cert, *key; /* PEM files of the client's own certificate (the key may be in the
				   same file); NULL: none; copied */
	const char *key_password; /* NULL: none; copied, wiped */
	int64_t total_ms;	  /* for one request in all; 0: 30 s */
	size_t max_answer;	  /* bytes of a body; 0: 1 MiB */
	unsigned idle_s;	  /* a connection idle for longer is not used again; 0: 20 */
	bool plain;		  /* http:// is allowed (the caller has checked the host) */
	bool direct;		  /* no proxy, whatever the environment says */
	const char *user_agent;	  /* copied */
};

/* Why there is no answer. */
enum http_failure {
	HTTP_ANSWERED,	  /* there is one, of any status */
	HTTP_UNREACHABLE, /* no address, refused, reset, timed out */
	HTTP_UNTRUSTED,	  /* TLS: certificate or handshake */
	HTTP_BROKEN,	  /* what came is no HTTP, or larger than max_answer */
};

struct http_header {
	struct slice name;
	struct slice value; /* no CR, LF or NUL in either */
};

struct http_answer {
	enum http_failure failure;
	const char *why; /* text for a failure, without a secret */
	bool too_large;	 /* ... which is that it has more than max_answer */
	bool sent;	 /* with a failure: the server may have got the request, or some of it */
	int status;
	struct slice body;
	struct slice error_type;  /* x-amzn-errortype */
	struct slice date;	  /* Date */
	struct slice retry_after; /* x-amz-retry-after, milliseconds */
	struct slice headers;	  /* all of them, for http_answer_header */
};

/* The value of a header of the answer, its name in any case; absent if it did not come. */
struct slice http_answer_header(const struct http_answer *answer, const char *name);

/* The answer lives until the function returns; it may start further requests. */
typedef void http_done_fn(void *ctx, const struct http_answer *answer);

struct http_request {
	const char *method;		   /* "GET", "POST", "PUT", ... */
	const char *url;		   /* ASCII, fully encoded; copied */
	const struct http_header *headers; /* copied; Host among them if it was signed */
	size_t n_headers;
	struct slice body; /* must stay until done is called; absent: none */
	int64_t total_ms;  /* for this one; 0: what http_conf says */
	size_t max_answer; /* the same */
	bool plain;	   /* this one may be http:// (the caller has checked the host) */
	bool direct;	   /* no proxy for this one */
	bool secret;	   /* the answer holds keys: it is wiped after `done`, no copy stays */
	bool expect;	   /* wait for 100-continue before a large body: S3 refuses before it */
	http_done_fn *done;
	void *ctx;
};

/* NULL with err (EXIT_USAGE) when one of the files cannot be read, (EXIT_LOCAL) when libcurl fails.
 */
struct http *http_new(const struct http_conf *conf, struct err *err);
/* Requests under way are cut off and done is not called for them. */
void http_free(struct http *http);

/* 0; -1 with err when a header holds what none may (EXIT_USAGE) or `width` are under way already.
 */
int http_start(struct http *http, const struct http_request *request, struct err *err);

unsigned http_under_way(const struct http *http);

/*
 * Moves everything that can move, calls done for what ended, then waits until
 * something happens on a connection or on `fds`, or timeout_ms is over; returns at
 * once if a request ended. fds as for poll(2), those below zero are left out; of
 * revents only POLLIN and POLLOUT are set, both when the other end has gone. A signal
 * does not end the wait: give stop_fd. 0, or -1 with err (EXIT_LOCAL).
 */
int http_wait(struct http *http, struct pollfd *fds, size_t n_fds, int timeout_ms, struct err *err);

/* A Date header (RFC 9110, any of its three forms) as milliseconds since the epoch. */
bool http_parse_date(struct slice text, int64_t *real_ms);

/* "libcurl 7.88.1 (OpenSSL/3.0.22)", for --version. */
const char *http_library(void);

#endif
