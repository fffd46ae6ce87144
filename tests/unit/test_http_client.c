/* links: http base pkg:libcurl */
#include "http/client.h"

#include "base/buf.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* --- a server whose every step is known ----------------------------------------------- */

/* What it has seen, by the path of the request. */
static struct {
	int listener;
	uint16_t port;
	int connections;
	int dropped, redirected, found; /* requests for /drop, /redirect, /found */
	size_t refused_body;		/* bytes of the body that came for /refuse */
} server;

static void say(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

/* Reads up to the blank line, then the body unless the client waits to be asked for it. */
static bool read_request(int fd, char *head, size_t size)
{
	size_t n = 0, body = 0;
	char *end = NULL, *length, waste[65536];

	while (!end) {
		ssize_t got = n + 1 < size ? read(fd, head + n, 1) : -1;

		if (got <= 0)
			return false;
		n += (size_t)got;
		head[n] = '\0';
		end = strstr(head, "\r\n\r\n");
	}
	length = strcasestr(head, "content-length:");
	body = length && !strcasestr(head, "expect:") ? strtoul(length + 15, NULL, 10) : 0;
	while (body > 0) {
		ssize_t got = read(fd, waste, body < sizeof(waste) ? body : sizeof(waste));

		if (got <= 0)
			return false;
		body -= (size_t)got;
	}
	return true;
}

static void answer_number(int fd, int number)
{
	char text[160];

	snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n%3d", number);
	say(fd, text);
}

/* False: the connection is to be closed. */
static bool answer(int fd, const char *head, int nth)
{
	char waste[4096];

	if (strstr(head, " /drop ")) {
		server.dropped++;
		if (nth > 1)
			return false; /* it was read, and nothing is said */
	} else if (strstr(head, " /redirect ")) {
		server.redirected++;
		say(fd, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /found\r\n"
			"Content-Length: 0\r\n\r\n");
		return true;
	} else if (strstr(head, " /found ")) {
		server.found++;
	} else if (strstr(head, " /chunks ")) {
		say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
		while (write(fd, "5\r\nabcde\r\n", 10) == 10)
			;
		return false;
	} else if (strstr(head, " /refuse ")) {
		ssize_t got;

		say(fd, "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
		shutdown(fd, SHUT_WR);
		while ((got = read(fd, waste, sizeof(waste))) > 0)
			server.refused_body += (size_t)got;
		return false;
	} else if (strstr(head, " /expects ")) {
		answer_number(fd, strcasestr(head, "expect: 100-continue") != NULL);
		return !strcasestr(head, "expect:");
	}
	answer_number(fd, server.connections);
	return true;
}

static void *serve(void *unused)
{
	char head[8192];
	int fd;

	(void)unused;
	while ((fd = accept(server.listener, NULL, NULL)) >= 0) {
		int nth = 1;

		server.connections++;
		while (read_request(fd, head, sizeof(head)) && answer(fd, head, nth))
			nth++;
		close(fd);
	}
	return NULL;
}

static int start_server(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	pthread_t thread;

	(void)state;
	server.listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(server.listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(server.listener, 16) != 0 ||
	    getsockname(server.listener, (struct sockaddr *)&at, &n) != 0)
		return -1;
	server.port = ntohs(at.sin_port);
	return pthread_create(&thread, NULL, serve, NULL) || pthread_detach(thread);
}

/* --- the client -------------------------------------------------------------------------- */

static struct {
	int ended;
	enum http_failure failure;
	int status;
	char body[16], why[128];
} last;

static void on_answer(void *ctx, const struct http_answer *a)
{
	(void)ctx;
	last.ended++;
	last.failure = a->failure;
	last.status = a->status;
	snprintf(last.body, sizeof(last.body), "%.*s", SLICE_ARG(a->body));
	snprintf(last.why, sizeof(last.why), "%s", a->why ? a->why : "");
}

static struct http *client(unsigned idle_s)
{
	struct http_conf conf = {.width = 2, .plain = true, .direct = true, .idle_s = idle_s};
	struct err err;
	struct http *http = http_new(&conf, &err);

	assert_non_null(http);
	return http;
}

static void call_with(struct http *http, const char *path, struct http_request request)
{
	char url[64];
	struct err err;
	int64_t end = clock_ms() + 10000;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", server.port, path);
	request.method = "POST";
	request.url = url;
	request.done = on_answer;
	last.ended = 0;
	assert_int_equal(http_start(http, &request, &err), 0);
	while (!last.ended && clock_ms() < end)
		assert_int_equal(http_wait(http, NULL, 0, 100, &err), 0);
	assert_int_equal(last.ended, 1);
}

static void call(struct http *http, const char *path)
{
	call_with(http, path, (struct http_request){.body = SLICE("{}")});
}

/*
 * libcurl's own: a kept connection that dies before the first byte of an answer is replaced and the
 * request repeated, though the server had read it. One answer here, two requests there: that is why
 * delivery is at least once.
 */
static void test_silent_repeat(void **state)
{
	struct http *http = client(0);

	(void)state;
	server.dropped = 0;
	call(http, "/ok");
	call(http, "/drop");
	assert_int_equal(last.failure, HTTP_ANSWERED);
	assert_int_equal(last.status, 200);
	assert_int_equal(server.dropped, 2);
	http_free(http);
}

static void test_kept_connection(void **state)
{
	struct http *http = client(0);
	int before;

	(void)state;
	call(http, "/ok");
	before = server.connections;
	for (int i = 0; i < 5; i++)
		call(http, "/ok");
	assert_int_equal(server.connections, before);
	http_free(http);
}

/* One that was idle too long is not used again: the other end may have dropped it by now. */
static void test_idle_connection(void **state)
{
	struct http *http = client(1);
	struct err err;
	int64_t end;
	int before;

	(void)state;
	call(http, "/ok");
	before = server.connections;
	for (end = clock_ms() + 2100; clock_ms() < end;)
		assert_int_equal(http_wait(http, NULL, 0, 100, &err), 0);
	call(http, "/ok");
	assert_int_equal(server.connections, before + 1);
	http_free(http);
}

static void test_endless_answer(void **state)
{
	struct http *http = client(0);

	(void)state;
	call_with(http, "/chunks",
		  (struct http_request){.body = SLICE("{}"), .max_answer = 100000});
	assert_int_equal(last.failure, HTTP_BROKEN);
	assert_string_equal(last.why, "the answer is too long");
	http_free(http);
}

static void test_redirect(void **state)
{
	struct http_header token = {SLICE("X-Amz-Security-Token"), SLICE("secret")};
	struct http *http = client(0);

	(void)state;
	server.redirected = server.found = 0;
	call_with(http, "/redirect",
		  (struct http_request){.body = SLICE("{}"), .headers = &token, .n_headers = 1});
	assert_int_equal(last.status, 307);
	assert_int_equal(server.redirected, 1);
	assert_int_equal(server.found, 0);
	http_free(http);
}

/* Over 1 MB libcurl would wait for a 100 Continue by itself; only who asks for it gets it. */
static void test_expect(void **state)
{
	struct buf body = {0};
	struct http *http = client(0);

	(void)state;
	buf_room(&body, 2 << 20);
	memset(body.p, 'x', 2 << 20);
	body.len = 2 << 20;
	call_with(http, "/expects", (struct http_request){.body = buf_slice(&body)});
	assert_string_equal(last.body, "  0");
	call_with(http, "/expects",
		  (struct http_request){.body = buf_slice(&body), .expect = true});
	assert_string_equal(last.body, "  1");
	server.refused_body = 0;
	call_with(http, "/refuse", (struct http_request){.body = buf_slice(&body), .expect = true});
	assert_int_equal(last.status, 503);
	assert_int_equal(server.refused_body, 0);
	http_free(http);
	buf_free(&body);
}

static void test_line_breaks(void **state)
{
	static const char *const bad[] = {"a\r\nX: y", "a\nb", "a\rb"};
	struct http *http = client(0);
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct http_header header = {SLICE("X-Amz-Security-Token"), slice_of(bad[i])};
		struct http_request request = {.method = "POST",
					       .url = "http://127.0.0.1:1/",
					       .headers = &header,
					       .n_headers = 1,
					       .done = on_answer};

		assert_int_equal(http_start(http, &request, &err), -1);
		assert_null(strstr(err.text, bad[i]));
	}
	http_free(http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_repeat),	cmocka_unit_test(test_kept_connection),
		cmocka_unit_test(test_idle_connection), cmocka_unit_test(test_endless_answer),
		cmocka_unit_test(test_redirect),	cmocka_unit_test(test_expect),
		cmocka_unit_test(test_line_breaks),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("http_client", tests, start_server, NULL);
}
