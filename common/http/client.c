#include "http/client.h"

#include "base/buf.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define FDS_MAX	     8
#define CONNECT_MS   3100L /* the SDKs' "standard" defaults mode */
#define IDLE_S	     20L   /* endpoints drop idle connections; see the head of client.h */
#define LIFETIME_S   300L  /* so that a change of DNS is followed */
#define TOTAL_MS     30000
#define MAX_ANSWER   ((size_t)1 << 20)
#define HEADERS_KEPT ((size_t)16 << 10) /* of an answer: "Name: value" LF */

/* One easy handle and all that belongs to the request on it; reused for the next one. */
struct transfer {
	struct http *http;
	struct transfer *next; /* in the list of idle ones */
	CURL *easy;
	struct buf url, method;
	struct buf headers; /* "Name: value" NUL ... */
	struct curl_slist nodes[HTTP_HEADERS_MAX + 2];
	struct buf body;
	struct buf kept; /* headers of the answer */
	size_t max_answer;
	bool had_body;
	bool too_large;
	bool secret;
	char why[CURL_ERROR_SIZE];
	http_done_fn *done;
	void *ctx;
};

struct http {
	CURLM *multi;
	struct http_conf conf;
	struct transfer *transfers;
	struct transfer *idle;
	unsigned under_way;
};

const char *http_library(void)
{
	static char text[128];
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	snprintf(text, sizeof(text), "libcurl %s (%s)", info->version,
		 info->ssl_version ? info->ssl_version : "no TLS");
	return text;
}

bool http_parse_date(struct slice text, int64_t *real_ms)
{
	char copy[64];
	time_t seconds;

	if (text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	seconds = curl_getdate(copy, NULL);
	*real_ms = (int64_t)seconds * 1000;
	return seconds >= 0;
}

/* --- what libcurl calls ---------------------------------------------------- */

static size_t take_body(char *p, size_t size, size_t n, void *to)
{
	struct transfer *t = to;

	n *= size;
	if (n > t->max_answer - t->body.len) {
		t->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	buf_add(&t->body, p, n);
	return n;
}

/* A status line begins the headers anew: those of a 100 Continue or of a proxy do not count. */
static size_t take_header(char *p, size_t size, size_t n, void *to)
{
	struct transfer *t = to;
	size_t end = n * size;

	if (end >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		buf_reset(&t->kept);
		return n * size;
	}
	while (end > 0 && (p[end - 1] == '\r' || p[end - 1] == '\n' || p[end - 1] == ' '))
		end--;
	if (end > 0 && end < HEADERS_KEPT - t->kept.len) {
		buf_add(&t->kept, p, end);
		buf_addc(&t->kept, '\n');
	}
	return n * size;
}

struct slice http_answer_header(const struct http_answer *answer, const char *name)
{
	struct slice rest = answer->headers;
	size_t n = strlen(name);

	while (rest.n) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		struct slice line = {rest.p, lf ? (size_t)(lf - rest.p) : rest.n};

		rest = (struct slice){rest.p + line.n + (lf != NULL),
				      rest.n - line.n - (lf != NULL)};
		if (line.n <= n || line.p[n] != ':' || strncasecmp(line.p, name, n) != 0)
			continue;
		line = (struct slice){line.p + n + 1, line.n - n - 1};
		while (line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
			line = (struct slice){line.p + 1, line.n - 1};
		return line;
	}
	return SLICE_NONE;
}

/* --- handles --------------------------------------------------------------- */

/* What never changes from one request to the next. */
static void set_always(struct transfer *t)
{
	const struct http_conf *conf = &t->http->conf;
	CURL *easy = t->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (conf->ca_bundle)
		curl_easy_setopt(easy, CURLOPT_CAINFO, conf->ca_bundle);
	if (conf->cert)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, conf->cert);
	if (conf->key)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, conf->key);
	if (conf->key_password)
		curl_easy_setopt(easy, CURLOPT_KEYPASSWD, conf->key_password);
	if (conf->user_agent)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, conf->user_agent);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_DNS_SHUFFLE_ADDRESSES, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, conf->idle_s ? (long)conf->idle_s : IDLE_S);
	curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, LIFETIME_S);
}

static int check_file(const char *what, const char *path, struct err *err)
{
	if (!path || access(path, R_OK) == 0)
		return 0;
	return err_errno(err, EXIT_USAGE, "cannot read %s '%s'", what, path);
}

struct http *http_new(const struct http_conf *conf, struct err *err)
{
	struct http *http;

	if (check_file("CA bundle", conf->ca_bundle, err) != 0 ||
	    check_file("certificate", conf->cert, err) != 0 ||
	    check_file("key", conf->key, err) != 0)
		return NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(err, EXIT_LOCAL, "libcurl does not start");
		return NULL;
	}
	http = mem_alloc(sizeof(*http));
	http->conf = *conf;
	http->conf.ca_bundle = mem_dup(conf->ca_bundle);
	http->conf.cert = mem_dup(conf->cert);
	http->conf.key = mem_dup(conf->key);
	http->conf.key_password = mem_dup(conf->key_password);
	http->conf.user_agent = mem_dup(conf->user_agent);
	if (!http->conf.total_ms)
		http->conf.total_ms = TOTAL_MS;
	if (!http->conf.max_answer)
		http->conf.max_answer = MAX_ANSWER;
	http->multi = curl_multi_init();
	http->transfers = mem_array(conf->width, sizeof(*http->transfers));
	for (unsigned i = conf->width; http->multi && i-- > 0;) {
		struct transfer *t = &http->transfers[i];

		t->http = http;
		t->next = http->idle;
		http->idle = t;
	}
	if (!http->multi) {
		http_free(http);
		err_set(err, EXIT_LOCAL, "libcurl has no memory");
		return NULL;
	}
	curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)conf->width);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)conf->width);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)conf->width);
	return http;
}

static void free_transfer(struct transfer *t)
{
	if (t->easy) {
		curl_multi_remove_handle(t->http->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	buf_wipe(&t->headers); /* Authorization, session token */
	buf_free(&t->url);
	buf_free(&t->method);
	buf_wipe(&t->body); /* it may have been keys */
	buf_free(&t->kept);
}

void http_free(struct http *http)
{
	if (!http)
		return;
	for (unsigned i = 0; i < http->conf.width; i++)
		free_transfer(&http->transfers[i]);
	free(http->transfers);
	free((char *)http->conf.ca_bundle);
	free((char *)http->conf.cert);
	free((char *)http->conf.key);
	mem_free_secret((char *)http->conf.key_password);
	free((char *)http->conf.user_agent);
	if (http->multi)
		curl_multi_cleanup(http->multi);
	free(http);
	curl_global_cleanup();
}

unsigned http_under_way(const struct http *http)
{
	return http->under_way;
}

/* --- starting a request ---------------------------------------------------- */

/* CR or LF would end the header and begin another one. */
static bool clean(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\r' || text.p[i] == '\n' || text.p[i] == '\0')
			return false;
	}
	return true;
}

static void add_header(struct buf *to, struct slice name, struct slice value)
{
	buf_adds(to, name);
	/* libcurl sends an empty header for "Name;" and leaves one out for "Name:". */
	if (value.n) {
		BUF_LIT(to, ": ");
		buf_adds(to, value);
	} else {
		buf_addc(to, ';');
	}
	buf_addc(to, '\0');
}

/* libcurl only reads the list, so its nodes are ours and nothing is allocated for it. */
static void link_headers(struct transfer *t, size_t n)
{
	char *at = t->headers.p;

	for (size_t i = 0; i < n; i++) {
		t->nodes[i] = (struct curl_slist){at, i + 1 < n ? &t->nodes[i + 1] : NULL};
		at += strlen(at) + 1;
	}
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->nodes);
}

static int set_headers(struct transfer *t, const struct http_request *request, struct err *err)
{
	if (request->n_headers > HTTP_HEADERS_MAX)
		return err_set(err, EXIT_USAGE, "a request has more than %d headers",
			       HTTP_HEADERS_MAX);
	buf_reset(&t->headers);
	for (size_t i = 0; i < request->n_headers; i++) {
		const struct http_header *h = &request->headers[i];

		if (!clean(h->name) || !clean(h->value))
			return err_set(err, EXIT_USAGE,
				       "header '%.*s' holds a line break or a NUL (check the "
				       "credentials and the endpoint)",
				       SLICE_ARG(h->name));
		add_header(&t->headers, h->name, h->value);
	}
	BUF_LIT(&t->headers, "Accept:\0");
	if (!request->expect)
		BUF_LIT(&t->headers, "Expect:\0"); /* it could cost a second over 1 MB */
	link_headers(t, request->n_headers + 1 + !request->expect);
	return 0;
}

static bool changed(struct buf *kept, const char *text)
{
	size_t n = strlen(text) + 1;

	if (slice_eq(buf_slice(kept), (struct slice){text, n}))
		return false;
	buf_reset(kept);
	buf_add(kept, text, n);
	return true;
}

/* The kind of request, where it is another one than the last on this handle. */
static void set_method(struct transfer *t, const struct http_request *request)
{
	bool body = request->body.p != NULL, head = strcmp(request->method, "HEAD") == 0;
	bool post = strcmp(request->method, "POST") == 0;

	if (!changed(&t->method, request->method) && t->had_body == body)
		return;
	t->had_body = body;
	curl_easy_setopt(t->easy, CURLOPT_NOBODY, 0L);
	if (head)
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else if (body)
		curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
	else
		curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, post && body ? NULL : t->method.p);
}

static void set_target(struct transfer *t, const struct http_request *request)
{
	const struct http_conf *conf = &t->http->conf;
	bool plain = conf->plain || request->plain, direct = conf->direct || request->direct;
	int64_t total_ms = request->total_ms ? request->total_ms : conf->total_ms;

	if (changed(&t->url, request->url))
		curl_easy_setopt(t->easy, CURLOPT_URL, t->url.p);
	set_method(t, request);
	if (request->body.p) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, request->body.p);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
	}
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https");
	curl_easy_setopt(t->easy, CURLOPT_PROXY, direct ? "" : NULL);
	curl_easy_setopt(t->easy, CURLOPT_NOPROXY, direct ? "*" : NULL);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)total_ms);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
			 total_ms < CONNECT_MS ? (long)total_ms : CONNECT_MS);
	t->max_answer = request->max_answer ? request->max_answer : conf->max_answer;
}

static bool ready(struct transfer *t)
{
	if (t->easy)
		return true;
	t->easy = curl_easy_init();
	if (!t->easy)
		return false;
	set_always(t);
	return true;
}

int http_start(struct http *http, const struct http_request *request, struct err *err)
{
	struct transfer *t = http->idle;

	if (!t)
		return err_set(err, EXIT_LOCAL, "more than %u requests at a time",
			       http->conf.width);
	if (!ready(t))
		return err_set(err, EXIT_LOCAL, "libcurl has no memory");
	if (set_headers(t, request, err) != 0)
		return -1;
	set_target(t, request);
	buf_reset(&t->body);
	buf_reset(&t->kept);
	t->why[0] = '\0';
	t->too_large = false;
	t->secret = request->secret;
	if (t->secret) /* growing would leave copies behind */
		buf_room(&t->body, t->max_answer);
	t->done = request->done;
	t->ctx = request->ctx;
	if (curl_multi_add_handle(http->multi, t->easy) != CURLM_OK)
		return err_set(err, EXIT_LOCAL, "libcurl does not take a request");
	http->idle = t->next;
	http->under_way++;
	return 0;
}

/* --- the end of a request -------------------------------------------------- */

static enum http_failure failure_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CIPHER:
		return HTTP_UNTRUSTED;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WRITE_ERROR:
		return HTTP_BROKEN;
	default:
		return HTTP_UNREACHABLE;
	}
}

static const char *why(const struct transfer *t, CURLcode code)
{
	if (t->too_large)
		return "the answer is too long";
	return t->why[0] ? t->why : curl_easy_strerror(code);
}

/* Without a connection, and without the handshakes of proxy and TLS, nothing went out. */
static bool was_sent(const struct transfer *t)
{
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
	return us > 0;
}

static void end(struct transfer *t, CURLcode code)
{
	struct http *http = t->http;
	struct http_answer answer = {.failure = failure_of(code)};
	long status = 0;

	curl_multi_remove_handle(http->multi, t->easy);
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	answer.status = (int)status;
	answer.body = buf_slice(&t->body);
	answer.headers = buf_slice(&t->kept);
	answer.error_type = http_answer_header(&answer, "x-amzn-errortype");
	answer.date = http_answer_header(&answer, "date");
	answer.retry_after = http_answer_header(&answer, "x-amz-retry-after");
	answer.too_large = t->too_large;
	if (code != CURLE_OK) {
		answer.why = why(t, code);
		answer.sent = was_sent(t);
	}
	http->under_way--;
	t->done(t->ctx, &answer);
	if (t->secret)
		mem_wipe(t->body.p, t->body.len);
	t->next = http->idle;
	http->idle = t;
}

static unsigned end_all(struct http *http)
{
	unsigned ended = 0;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(http->multi, &left))) {
		struct transfer *t = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		end(t, msg->data.result);
		ended++;
	}
	return ended;
}

/* As poll(2), those below zero are left out. */
static unsigned add_fds(struct curl_waitfd *extra, struct pollfd *fds, size_t n)
{
	unsigned used = 0;

	for (size_t i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		extra[used++] = (struct curl_waitfd){
			.fd = fds[i].fd,
			.events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
					  (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0)),
		};
	}
	return used;
}

/* libcurl shows POLLHUP as readable and POLLERR as both, whatever was asked for. */
static void take_fds(const struct curl_waitfd *extra, struct pollfd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i].fd < 0)
			continue;
		fds[i].revents = (short)((extra->revents & CURL_WAIT_POLLIN ? POLLIN : 0) |
					 (extra->revents & CURL_WAIT_POLLOUT ? POLLOUT : 0));
		extra++;
	}
}

int http_wait(struct http *http, struct pollfd *fds, size_t n_fds, int timeout_ms, struct err *err)
{
	struct curl_waitfd extra[FDS_MAX];
	CURLMcode code;
	unsigned used;
	int running;

	if (n_fds > FDS_MAX)
		return err_set(err, EXIT_LOCAL, "more than %d descriptors to wait for", FDS_MAX);
	used = add_fds(extra, fds, n_fds);
	code = curl_multi_perform(http->multi, &running);
	if (code == CURLM_OK && end_all(http))
		timeout_ms = 0;
	if (code == CURLM_OK)
		code = curl_multi_poll(http->multi, extra, used, timeout_ms, NULL);
	if (code != CURLM_OK)
		return err_set(err, EXIT_LOCAL, "libcurl: %s", curl_multi_strerror(code));
	take_fds(extra, fds, n_fds);
	return 0;
}
