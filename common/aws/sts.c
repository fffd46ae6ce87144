#include "aws/sts.h"

#include "aws/canonical.h"
#include "aws/retry.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MAX ((size_t)64 << 10)
#define TIME_MS	   10000

struct sts {
	struct endpoint endpoint;
	struct aws_service *service;
	struct http *http;
	struct buf body;
	struct buf text; /* scratch of answers */
};

struct sts *sts_new(const struct provider_env *env, struct err *err)
{
	struct endpoint_conf endpoint = {
		.service = "sts",
		.id = "sts",
		.region = env->region,
		.insecure_http = env->insecure_http,
		.profiles = env->profiles,
		.profile = env->profile,
	};
	struct sts *sts = mem_alloc(sizeof(*sts));
	struct aws_service_conf service = {
		.name = "sts",
		.endpoint = &sts->endpoint,
		.region = env->region,
		.http = env->http,
	};

	if (endpoint_choose(&sts->endpoint, &endpoint, err) != 0) {
		free(sts);
		return NULL;
	}
	sts->http = env->http;
	sts->service = aws_service_new(&service);
	return sts;
}

void sts_free(struct sts *sts)
{
	if (!sts)
		return;
	aws_service_free(sts->service);
	buf_wipe(&sts->body); /* the token of a web identity */
	buf_free(&sts->text);
	free(sts);
}

const struct endpoint *sts_endpoint(const struct sts *sts)
{
	return &sts->endpoint;
}

void sts_begin(struct sts *sts, const char *action)
{
	buf_reset(&sts->body);
	buf_addf(&sts->body, "Action=%s&Version=2011-06-15", action);
}

void sts_add(struct sts *sts, const char *name, struct slice value)
{
	buf_room(&sts->body, 3 * value.n + strlen(name) + 2);
	buf_addf(&sts->body, "&%s=", name);
	canonical_encode(&sts->body, value, false);
}

int sts_send(struct sts *sts, const struct credential_keys *keys, http_done_fn *done, void *ctx,
	     struct err *err)
{
	struct http_header form = {SLICE("Content-Type"),
				   SLICE("application/x-www-form-urlencoded; charset=utf-8")};
	struct aws_request request = {
		.headers = &form,
		.n_headers = 1,
		.body = buf_slice(&sts->body),
		.total_ms = TIME_MS,
		.max_answer = ANSWER_MAX,
		.secret = true,
		.keys = keys,
	};
	struct http_request plain = {
		.method = "POST",
		.url = sts->endpoint.url,
		.headers = &form,
		.n_headers = 1,
		.body = request.body,
		.total_ms = TIME_MS,
		.max_answer = ANSWER_MAX,
		.secret = true,
		.plain = sts->endpoint.plain,
		.direct = sts->endpoint.loopback,
		.done = done,
		.ctx = ctx,
	};

	return keys ? aws_send(sts->service, &request, done, ctx, err)
		    : http_start(sts->http, &plain, err);
}

static bool is_any(struct slice code, const char *const *codes)
{
	for (; *codes; codes++) {
		if (slice_is(code, *codes))
			return true;
	}
	return false;
}

/* The code at the front of sts->text, "Code: message" in all; absent if it is no error of STS. */
static struct slice read_error(struct sts *sts, struct slice body)
{
	size_t n;

	buf_reset(&sts->text);
	if (xml_text(body, "ErrorResponse/Error/Code", &sts->text) != 1)
		return SLICE_NONE;
	n = sts->text.len;
	BUF_LIT(&sts->text, ": ");
	xml_text(body, "ErrorResponse/Error/Message", &sts->text);
	return (struct slice){buf_text(&sts->text), n};
}

enum provider_result sts_outcome(struct sts *sts, const struct http_answer *answer,
				 const char *what, bool *skewed, struct err *err)
{
	static const char *const clock[] = {
		"RequestExpired",	 "RequestInTheFuture",	      "RequestTimeTooSkewed",
		"SignatureDoesNotMatch", "InvalidSignatureException", NULL};
	/* The provider of a web identity may be slow, and its token have changed just now. */
	static const char *const again[] = {"IDPCommunicationError", "InvalidIdentityToken", NULL};
	struct slice code;
	bool later;

	*skewed = false;
	if (answer->failure != HTTP_ANSWERED) {
		later = answer->failure != HTTP_UNTRUSTED;
		err_set(err, later ? EXIT_UNREACHABLE : EXIT_REFUSED, "%s: cannot reach '%s': %s",
			what, sts->endpoint.url, answer->why);
		return later ? PROVIDER_AGAIN : PROVIDER_FAILED;
	}
	if (answer->status == 200)
		return PROVIDER_KEYS;
	code = read_error(sts, answer->body);
	if (!code.n) {
		later = retry_status(answer->status) != RETRY_NEVER;
		err_set(err, later ? EXIT_UNREACHABLE : EXIT_REFUSED,
			"%s: '%s' answered %d and no error of STS (check AWS_ENDPOINT_URL)", what,
			sts->endpoint.url, answer->status);
		return later ? PROVIDER_AGAIN : PROVIDER_FAILED;
	}
	if (is_any(code, clock))
		*skewed = aws_service_learn_clock(sts->service, answer->date);
	later = retry_code(code) != RETRY_NEVER || is_any(code, again) ||
		retry_status(answer->status) != RETRY_NEVER;
	err_set(err, later ? EXIT_UNREACHABLE : EXIT_REFUSED, "%s refused: %.600s", what,
		buf_text(&sts->text));
	return later ? PROVIDER_AGAIN : PROVIDER_FAILED;
}

/* The text of .../Credentials/NAME as a string of its own. */
static char *credential(struct slice body, const char *action, const char *name)
{
	struct buf text = {0};
	char path[128];

	snprintf(path, sizeof(path), "%sResponse/%sResult/Credentials/%s", action, action, name);
	buf_room(&text, body.n + 1);
	if (xml_text(body, path, &text) == 1 && text.len &&
	    !memchr(buf_text(&text), '\0', text.len))
		return text.p;
	buf_wipe(&text);
	return NULL;
}

int sts_keys(const struct http_answer *answer, const char *action, struct keys *keys,
	     struct err *err)
{
	char *expires = credential(answer->body, action, "Expiration");

	keys_wipe(keys);
	keys->key_id = credential(answer->body, action, "AccessKeyId");
	keys->secret = credential(answer->body, action, "SecretAccessKey");
	keys->token = credential(answer->body, action, "SessionToken");
	if (keys->key_id && keys->secret && keys->token && expires &&
	    clock_parse_date(slice_of(expires), &keys->expires_ms)) {
		free(expires);
		return 0;
	}
	free(expires);
	keys_wipe(keys);
	return err_set(err, EXIT_REFUSED, "%s answered without keys (check AWS_ENDPOINT_URL)",
		       action);
}
