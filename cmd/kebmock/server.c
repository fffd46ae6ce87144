#include "server.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTION_MEMORY (128u << 10) /* a request of ten common entries in one read */
#define BACKLOG		  1024

/* One request and its answer. They are reused: a busy endpoint allocates nothing. */
struct exchange {
	struct exchange *next; /* in the list of free ones */
	struct MHD_Connection *connection;
	struct buf target; /* as on the wire */
	struct buf body;
	bool started;	/* its headers have been seen */
	bool too_large; /* its body was thrown away */
	bool handled;	/* the answer is there */
	struct answer answer;
	int64_t due_us;
};

struct server {
	struct MHD_Daemon *daemon;
	server_fn *handle;
	void *ctx;
	size_t max_body;
	uint16_t port;
	struct exchange *free;
	struct exchange **waiting; /* a heap: the first is due first */
	size_t n_waiting, cap_waiting;
	bool ending;
	struct canonical_header headers[CANONICAL_HEADERS_MAX * 2]; /* of the request at hand */
	size_t n_headers;
};

/* --- answers that wait ---------------------------------------------------------------- */

static void swap(struct exchange **a, struct exchange **b)
{
	struct exchange *x = *a;

	*a = *b;
	*b = x;
}

static void wait_for(struct server *s, struct exchange *x)
{
	size_t i = s->n_waiting++;

	if (s->n_waiting > s->cap_waiting) {
		s->cap_waiting = s->cap_waiting ? 2 * s->cap_waiting : 64;
		s->waiting = mem_resize(s->waiting, s->cap_waiting, sizeof *s->waiting);
	}
	s->waiting[i] = x;
	for (; i && s->waiting[(i - 1) / 2]->due_us > s->waiting[i]->due_us; i = (i - 1) / 2)
		swap(&s->waiting[(i - 1) / 2], &s->waiting[i]);
}

static struct exchange *take_first(struct server *s)
{
	struct exchange *first = s->waiting[0];
	size_t i = 0, n = --s->n_waiting;

	s->waiting[0] = s->waiting[n];
	for (;;) {
		size_t least = i, left = 2 * i + 1;

		for (size_t c = left; c < n && c <= left + 1; c++)
			if (s->waiting[c]->due_us < s->waiting[least]->due_us)
				least = c;
		if (least == i)
			return first;
		swap(&s->waiting[i], &s->waiting[least]);
		i = least;
	}
}

static void resume_due(struct server *s)
{
	int64_t now = s->n_waiting ? clock_us() : 0;

	while (s->n_waiting && (s->ending || s->waiting[0]->due_us <= now))
		MHD_resume_connection(take_first(s)->connection);
}

/* --- one exchange ----------------------------------------------------------------------- */

static struct exchange *exchange_new(struct server *s)
{
	struct exchange *x = s->free;

	if (x)
		s->free = x->next;
	else
		x = mem_alloc(sizeof *x);
	buf_reset(&x->target);
	buf_reset(&x->body);
	x->started = x->too_large = x->handled = false;
	return x;
}

static void *on_target(void *ctx, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = exchange_new(ctx);

	x->connection = connection;
	buf_adds(&x->target, slice_of(target));
	return x;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode why)
{
	struct server *s = ctx;
	struct exchange *x = *state;

	(void)connection;
	(void)why;
	if (!x)
		return;
	x->next = s->free;
	s->free = x;
	*state = NULL;
}

static void take_body(struct server *s, struct exchange *x, const char *p, size_t n)
{
	if (x->body.len + n > s->max_body)
		x->too_large = true;
	if (!x->too_large)
		buf_add(&x->body, p, n);
}

static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind, const char *name,
				 size_t name_n, const char *value, size_t value_n)
{
	struct server *s = ctx;

	(void)kind;
	if (s->n_headers == sizeof s->headers / sizeof *s->headers)
		return MHD_NO;
	s->headers[s->n_headers++] = (struct canonical_header){
		{name, name_n},
		{value ? value : "", value_n},
	};
	return MHD_YES;
}

static void handle(struct server *s, struct exchange *x, const char *method)
{
	struct slice target = buf_slice(&x->target);
	const char *mark = target.n ? memchr(target.p, '?', target.n) : NULL;
	struct request r = {.method = slice_of(method),
			    .path = target,
			    .body = x->too_large ? SLICE("") : buf_slice(&x->body),
			    .body_too_large = x->too_large};

	if (mark) {
		r.path.n = (size_t)(mark - target.p);
		r.query = (struct slice){mark + 1, target.n - r.path.n - 1};
	}
	s->n_headers = 0;
	MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, on_header, s);
	r.headers = s->headers;
	r.n_headers = s->n_headers;
	s->handle(s->ctx, &r, &x->answer);
	x->handled = true;
}

/* The peer sees a reset (RST), not an orderly end, as from a machine that died. */
static enum MHD_Result reset(struct exchange *x)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	if (info) {
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
		(void)!connect(info->connect_fd, &none, sizeof none); /* drops it at once */
	}
	return MHD_NO;
}

/* Cuts "Name: value" LF ... into strings. */
static void add_headers(struct MHD_Response *response, struct buf *lines)
{
	char *line = buf_text(lines), *lf, *colon;

	for (; (lf = strchr(line, '\n')); line = lf + 1) {
		*lf = '\0';
		colon = strchr(line, ':');
		*colon = '\0';
		MHD_add_response_header(response, line, colon + 2);
	}
}

static enum MHD_Result send_answer(struct exchange *x)
{
	struct answer *a = &x->answer;
	struct MHD_Response *response;
	enum MHD_Result done;

	/* the bytes belong to the exchange, which lives until the answer is out */
	response = MHD_create_response_from_buffer(a->body.len, buf_text(&a->body),
						   MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	if (a->type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	if (a->id[0])
		MHD_add_response_header(response, "x-amzn-RequestId", a->id);
	add_headers(response, &a->headers);
	if (a->how == ANSWER_SEND_AND_CLOSE)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	done = MHD_queue_response(x->connection, a->status, response);
	MHD_destroy_response(response);
	return done;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_n, void **state)
{
	struct server *s = ctx;
	struct exchange *x = *state;

	(void)url;
	(void)version;
	if (s->ending || !x)
		return MHD_NO;
	if (*upload_n) {
		take_body(s, x, upload, *upload_n);
		*upload_n = 0;
		return MHD_YES;
	}
	if (!x->started) {
		x->started = true;
		return MHD_YES;
	}
	if (!x->handled) {
		handle(s, x, method);
		if (x->answer.delay_us > 0) {
			x->due_us = clock_us() + x->answer.delay_us;
			wait_for(s, x);
			MHD_suspend_connection(connection);
			return MHD_YES;
		}
	}
	return x->answer.how == ANSWER_RESET ? reset(x) : send_answer(x);
}

const char *server_library(void)
{
	static char text[64];

	snprintf(text, sizeof text, "libmicrohttpd %s", MHD_get_version());
	return text;
}

/* --- the daemon -------------------------------------------------------------------------- */

static __attribute__((format(printf, 2, 0))) void on_log(void *ctx, const char *format, va_list ap)
{
	char text[512];

	(void)ctx;
	vsnprintf(text, sizeof text, format, ap);
	text[strcspn(text, "\n")] = '\0';
	msg_debug("libmicrohttpd: %s", text);
}

struct server *server_new(uint16_t port, size_t max_body, server_fn *handle_fn, void *ctx,
			  struct err *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct server *s = mem_alloc(sizeof *s);
	const union MHD_DaemonInfo *info;

	s->handle = handle_fn;
	s->ctx = ctx;
	s->max_body = max_body;
	s->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, port, NULL, NULL,
		on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, s, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG,
		MHD_OPTION_END);
	if (!s->daemon) {
		err_errno(err, EXIT_LOCAL, "cannot listen on 127.0.0.1:%u", (unsigned)port);
		free(s);
		return NULL;
	}
	info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info ? info->port : port;
	return s;
}

void server_free(struct server *s)
{
	if (!s)
		return;
	s->ending = true;
	resume_due(s);
	MHD_run(s->daemon);
	MHD_stop_daemon(s->daemon);
	for (struct exchange *x = s->free; x;) {
		struct exchange *next = x->next;

		buf_free(&x->target);
		buf_free(&x->body);
		answer_free(&x->answer);
		free(x);
		x = next;
	}
	free(s->waiting);
	free(s);
}

uint16_t server_port(const struct server *s)
{
	return s->port;
}

int server_fd(const struct server *s)
{
	return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int64_t server_wait_us(struct server *s)
{
	int64_t wait = -1, due;
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(s->daemon, &ms) == MHD_YES)
		wait = (int64_t)ms * 1000;
	if (s->n_waiting) {
		due = s->waiting[0]->due_us - clock_us();
		if (due < 0)
			due = 0;
		if (wait < 0 || due < wait)
			wait = due;
	}
	return wait;
}

void server_run(struct server *s)
{
	resume_due(s);
	MHD_run(s->daemon);
}
