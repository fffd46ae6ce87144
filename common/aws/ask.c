#include "aws/ask.h"

#include "aws/error.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "json/text.h"

#define TIME_MS 10000

struct asking {
	const struct ask *ask;
	const struct endpoint *endpoint;
	struct aws_service *service;
	struct retry_chance chance;
	struct retry_quota quota;
	struct buf *answer;
	unsigned failures, version;
	bool answered, done, refused;
	int64_t due_ms;
	struct err err; /* of the last try */
};

static bool is_any(struct slice code, const char *const *codes)
{
	while (*codes && !slice_is(code, *codes))
		codes++;
	return *codes != NULL;
}

/* Other keys or another clock: then it is worth to ask again at once. */
static bool mend(struct asking *a, struct slice code, const struct http_answer *answer)
{
	static const char *const expired[] = {"ExpiredTokenException", "ExpiredToken",
					      "UnrecognizedClientException", "InvalidClientTokenId",
					      NULL};
	static const char *const clock[] = {
		"InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired",
		"RequestTimeTooSkewed",	     "RequestInTheFuture",    NULL};

	if (is_any(code, expired))
		return credentials_refused(a->ask->session->credentials, a->version);
	return is_any(code, clock) && aws_service_learn_clock(a->service, answer->date);
}

static void again(struct asking *a, enum retry kind, const struct http_answer *answer)
{
	a->due_ms = clock_ms() +
		    retry_wait_ms(&a->quota, kind, ++a->failures, answer->retry_after, &a->chance);
}

static void explain(struct asking *a, const struct http_answer *answer,
		    const struct aws_error *error)
{
	struct buf text = {0};

	json_unescape(error->message.p ? error->message : SLICE(""), &text);
	err_set(&a->err, EXIT_REFUSED,
		"%s of %s refused by '%s': %d %.*s: %.*s (check the ARN, the credentials, which "
		"come from %s, and their permission %s:%s)",
		a->ask->call, a->ask->subject, a->endpoint->url, answer->status,
		error->code.p ? (int)error->code.n : 0, error->code.p ? error->code.p : "",
		(int)(text.len > 300 ? 300 : text.len), buf_text(&text),
		credentials_origin(a->ask->session->credentials), a->ask->service, a->ask->call);
	buf_free(&text);
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct asking *a = ctx;
	struct aws_error error;
	enum retry kind;

	a->answered = true;
	if (answer->failure != HTTP_ANSWERED) {
		err_set(&a->err, EXIT_UNREACHABLE, "%s of %s: cannot reach '%s': %s", a->ask->call,
			a->ask->subject, a->endpoint->url, answer->why);
		a->refused = answer->failure == HTTP_UNTRUSTED;
		again(a, RETRY_TRANSIENT, answer);
		return;
	}
	if (answer->status == 200) {
		a->done = true;
		buf_adds(a->answer, answer->body);
		return;
	}
	aws_error_parse(&error, answer->body, answer->error_type);
	explain(a, answer, &error);
	kind = retry_code(error.code);
	if (kind == RETRY_NEVER)
		kind = retry_status(answer->status);
	if (kind == RETRY_NEVER) {
		a->refused = !mend(a, error.code, answer);
		return;
	}
	a->err.status = EXIT_UNREACHABLE;
	again(a, kind, answer);
}

/* One try, when its time has come. 0, or -1 with err. */
static int attempt(struct asking *a, const struct aws_request *request, int64_t end_ms,
		   struct err *err)
{
	struct pollfd stop = {.fd = a->ask->stop_fd, .events = POLLIN};
	struct http *http = a->ask->session->http;
	bool sent = false;

	a->answered = false;
	while (!a->answered) {
		int64_t now = clock_ms(), wait = a->due_ms > now ? a->due_ms - now : 0;

		if (now >= end_ms) {
			a->refused = true;
			return 0;
		}
		if (!sent && !wait) {
			if (aws_send(a->service, request, on_answer, a, err) != 0)
				return -1;
			sent = true;
		}
		if (http_wait(http, &stop, 1, sent || wait > 500 ? 500 : (int)wait, err) != 0)
			return -1;
		if (stop.revents)
			return err_set(err, EXIT_UNREACHABLE, "stopped while waiting for %s of %s",
				       a->ask->call, a->ask->subject);
	}
	return 0;
}

static int keep_asking(struct asking *a, const struct aws_request *request, struct err *err)
{
	struct credentials *credentials = a->ask->session->credentials;
	int64_t end_ms = clock_ms() + a->ask->limit_ms;

	while (!a->done && !a->refused) {
		if (credentials_wait(credentials, a->ask->stop_fd, err) != 0)
			return -1;
		a->version = credentials_version(credentials);
		if (attempt(a, request, end_ms, err) != 0)
			return -1;
	}
	if (a->done)
		return 0;
	*err = a->err;
	return -1;
}

int ask_service(const struct ask *ask, const struct aws_request *request, struct buf *answer,
		struct err *err)
{
	struct endpoint endpoint;
	struct endpoint_conf conf = {
		.service = ask->service,
		.id = ask->id,
		.region = ask->region,
		.insecure_http = ask->options->insecure_http,
		.profiles = ask->session->profiles,
		.profile = ask->session->profile,
	};
	struct aws_service_conf service = {
		.name = ask->service,
		.endpoint = &endpoint,
		.region = ask->region,
		.credentials = ask->session->credentials,
		.http = ask->session->http,
	};
	struct aws_request timed = *request;
	struct asking a = {.ask = ask, .endpoint = &endpoint, .answer = answer};
	int result;

	if (endpoint_choose(&endpoint, &conf, err) != 0)
		return -1;
	err_set(&a.err, EXIT_UNREACHABLE, "%s of %s: no answer from '%s'", ask->call, ask->subject,
		endpoint.url);
	timed.total_ms = timed.total_ms ? timed.total_ms : TIME_MS;
	retry_seed(&a.chance);
	a.service = aws_service_new(&service);
	result = keep_asking(&a, &timed, err);
	aws_service_free(a.service);
	return result;
}
