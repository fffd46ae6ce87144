#include "aws/imds.h"

#include "aws/endpoint.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>
#include <strings.h>

#define ANSWER_MAX ((size_t)64 << 10)

struct imds {
	struct http *http;
	struct endpoint endpoint;
	int64_t time_ms;
	unsigned attempts, tried;
	struct buf token, path, url;
	bool there; /* it has given a token */
	bool again; /* once for a token that was refused */
	http_done_fn *done;
	void *ctx;
};

static const char *setting(const struct profile *profile, const char *name, const char *key)
{
	const char *value = env_text(name);

	if (!value)
		value = profile_get(profile, key);
	return value && *value ? value : NULL;
}

static void get_token(struct imds *p);

static void start(struct imds *p, struct http_request *request, const char *path)
{
	struct err err;

	buf_reset(&p->url);
	buf_addf(&p->url, "%s%s", p->endpoint.url, path);
	request->url = buf_text(&p->url);
	request->total_ms = p->time_ms;
	request->max_answer = ANSWER_MAX;
	request->secret = request->plain = request->direct = true;
	request->ctx = p;
	if (http_start(p->http, request, &err) != 0)
		p->done(p->ctx, &(struct http_answer){.failure = HTTP_BROKEN, .why = err.text});
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct imds *p = ctx;

	if (answer->failure == HTTP_ANSWERED && answer->status == 401 && !p->again) {
		p->again = true;
		get_token(p);
	} else {
		p->done(p->ctx, answer);
	}
}

static void get_path(struct imds *p)
{
	struct http_header header = {SLICE("x-aws-ec2-metadata-token"), buf_slice(&p->token)};
	struct http_request request = {
		.method = "GET", .headers = &header, .n_headers = 1, .done = on_answer};

	start(p, &request, buf_text(&p->path));
}

static void on_token(void *ctx, const struct http_answer *answer)
{
	struct imds *p = ctx;

	if (answer->failure == HTTP_UNREACHABLE && ++p->tried < p->attempts) {
		get_token(p);
		return;
	}
	if (answer->failure != HTTP_ANSWERED || answer->status != 200) {
		on_answer(p, answer);
		return;
	}
	p->there = true;
	buf_reset(&p->token);
	buf_adds(&p->token, answer->body);
	get_path(p);
}

static void get_token(struct imds *p)
{
	struct http_header headers[] = {
		{SLICE("x-aws-ec2-metadata-token-ttl-seconds"), SLICE("21600")},
		{SLICE("Content-Type"), SLICE("text/plain")},
	};
	struct http_request request = {.method = "PUT",
				       .headers = headers,
				       .n_headers = 2,
				       .body = SLICE(""),
				       .done = on_token};

	start(p, &request, "latest/api/token");
}

void imds_renew(struct imds *p)
{
	p->tried = 0;
	p->again = p->there = false;
}

void imds_get(struct imds *p, const char *path, struct slice name, http_done_fn *done, void *ctx)
{
	buf_reset(&p->path);
	buf_addf(&p->path, "%s%.*s", path, SLICE_ARG(name));
	p->done = done;
	p->ctx = ctx;
	if (p->there)
		get_path(p);
	else
		get_token(p);
}

bool imds_there(const struct imds *p)
{
	return p->there;
}

const char *imds_url(const struct imds *p)
{
	return p->endpoint.url;
}

/* --- making one ------------------------------------------------------------ */

static int choose(struct imds *p, const struct profile *profile, struct err *err)
{
	const char *mode = setting(profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
				   "ec2_metadata_service_endpoint_mode");
	const char *url = setting(profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
				  "ec2_metadata_service_endpoint");
	struct buf text = {0};
	int result;

	if (!url && mode && strcasecmp(mode, "IPv4") != 0 && strcasecmp(mode, "IPv6") != 0)
		return err_set(err, EXIT_USAGE,
			       "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE '%s' is neither IPv4 nor "
			       "IPv6",
			       mode);
	if (!url)
		url = mode && strcasecmp(mode, "IPv6") == 0 ? "http://[fd00:ec2::254]"
							    : "http://169.254.169.254";
	buf_adds(&text, slice_of(url));
	if (!slice_ends(buf_slice(&text), SLICE("/")))
		buf_addc(&text, '/');
	result = endpoint_parse(&p->endpoint, buf_slice(&text), "AWS_EC2_METADATA_SERVICE_ENDPOINT",
				err);
	buf_free(&text);
	return result;
}

static int limits(struct imds *p, const struct profile *profile, struct err *err)
{
	const char *time =
		setting(profile, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
	const char *tries = setting(profile, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
				    "metadata_service_num_attempts");
	uint64_t seconds = 1, attempts = 1;

	if (time && (!num_u64(slice_of(time), &seconds) || seconds < 1 || seconds > 60))
		return err_set(err, EXIT_USAGE,
			       "AWS_METADATA_SERVICE_TIMEOUT '%s' is not from 1 to 60 seconds",
			       time);
	if (tries && (!num_u64(slice_of(tries), &attempts) || attempts < 1 || attempts > 100))
		return err_set(err, EXIT_USAGE,
			       "AWS_METADATA_SERVICE_NUM_ATTEMPTS '%s' is not from 1 to 100",
			       tries);
	p->time_ms = (int64_t)seconds * 1000;
	p->attempts = (unsigned)attempts;
	return 0;
}

struct imds *imds_new(const struct profile *profile, struct http *http, struct err *err)
{
	const char *off = getenv("AWS_EC2_METADATA_DISABLED");
	struct imds *p;

	err->status = EXIT_OK;
	if (off && strcasecmp(off, "true") == 0)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->http = http;
	if (choose(p, profile, err) == 0 && limits(p, profile, err) == 0)
		return p;
	imds_free(p);
	return NULL;
}

void imds_free(struct imds *p)
{
	if (!p)
		return;
	buf_wipe(&p->token);
	buf_free(&p->path);
	buf_free(&p->url);
	free(p);
}
