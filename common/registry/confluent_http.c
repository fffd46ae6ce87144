#include "confluent_http.h"

#include "aws/endpoint.h"
#include "base/b64.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/msg.h"
#include "cli/secret.h"
#include "exchange.h"
#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define URLS_MAX   16
#define ANSWER_MAX (16u << 20)

struct confluent_http {
	struct exchange exchange;
	struct endpoint urls[URLS_MAX];
	size_t n_urls, at;
	struct buf user; /* user:password */
	struct buf token;
	const char *token_from; /* the option's value: read again when the token is refused */
	struct buf authorization;
	struct buf url;
	bool known; /* it has answered as a registry does */
};

/* --- options -------------------------------------------------------------------- */

/* RFC 3986, %XX. */
static void add_decoded(struct buf *to, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		int byte = hex_percent(text.p + i, text.n - i);

		buf_addc(to, byte >= 0 ? (char)byte : text.p[i]);
		if (byte >= 0)
			i += 2;
	}
}

/* Takes user:password@ out of the URL, which is then in `clean`. */
static void split_user(struct confluent_http *c, struct slice url, struct buf *clean)
{
	const char *slashes = memmem(url.p, url.n, "//", 2);
	const char *from = slashes ? slashes + 2 : url.p, *end = url.p + url.n;
	const char *slash = memchr(from, '/', (size_t)(end - from));
	const char *at = memrchr(from, '@', (size_t)((slash ? slash : end) - from));

	buf_reset(clean);
	if (!at) {
		buf_adds(clean, url);
		return;
	}
	buf_reset(&c->user);
	add_decoded(&c->user, (struct slice){from, (size_t)(at - from)});
	buf_add(clean, url.p, (size_t)(from - url.p));
	buf_add(clean, at + 1, (size_t)(end - at - 1));
}

static int add_url(struct confluent_http *c, struct slice url, bool insecure_http, struct err *err)
{
	struct endpoint *e = &c->urls[c->n_urls];
	struct buf clean = {0};
	int result;
	size_t n;

	if (c->n_urls == URLS_MAX)
		return err_set(err, EXIT_USAGE, "--registry has more than %d URLs", URLS_MAX);
	split_user(c, url, &clean);
	result = endpoint_parse(e, buf_slice(&clean), "--registry", err);
	buf_free(&clean);
	if (result != 0)
		return -1;
	if (e->plain && !e->loopback && !insecure_http)
		return err_set(err, EXIT_USAGE,
			       "registry '%s' is plain http to another machine (use https, or "
			       "--insecure-http)",
			       e->url);
	n = strlen(e->url);
	while (n && e->url[n - 1] == '/')
		e->url[--n] = '\0';
	c->n_urls++;
	return 0;
}

static int add_urls(struct confluent_http *c, struct slice urls, bool insecure_http,
		    struct err *err)
{
	while (urls.n) {
		const char *comma = memchr(urls.p, ',', urls.n);
		struct slice one = {urls.p, comma ? (size_t)(comma - urls.p) : urls.n};

		if (one.n && add_url(c, one, insecure_http, err) != 0)
			return -1;
		urls.p += one.n + (comma != NULL);
		urls.n -= one.n + (comma != NULL);
	}
	return c->n_urls ? 0 : err_set(err, EXIT_USAGE, "--registry is empty");
}

static void make_authorization(struct confluent_http *c)
{
	struct buf *to = &c->authorization;

	buf_wipe(to);
	if (c->token.len) {
		BUF_LIT(to, "Bearer ");
		buf_adds(to, buf_slice(&c->token));
	} else if (c->user.len) {
		BUF_LIT(to, "Basic ");
		buf_room(to, B64_ENCODED(c->user.len));
		to->len += b64_encode(to->p + to->len, c->user.p, c->user.len);
	}
}

static int read_secrets(struct confluent_http *c, const struct confluent_conf *conf,
			struct err *err)
{
	int user = 0, token = 0;

	if (conf->user && conf->token)
		return err_set(err, EXIT_USAGE,
			       "--registry-user and --registry-token exclude each other");
	if (conf->user)
		user = secret_read(conf->user, "--registry-user ", &c->user, err);
	if (conf->token)
		token = secret_read(conf->token, "--registry-token ", &c->token, err);
	if (user < 0 || token < 0)
		return -1;
	if (user > 0 || token > 0)
		msg_warning("--registry-%s on the command line can be seen by others: use @FILE "
			    "or env:NAME",
			    user > 0 ? "user" : "token");
	if (c->user.len && c->token.len)
		return err_set(err, EXIT_USAGE,
			       "a user in --registry and --registry-token exclude each other");
	if (c->user.len && !memchr(c->user.p, ':', c->user.len))
		return err_set(err, EXIT_USAGE, "--registry-user is not of the form USER:PASSWORD");
	make_authorization(c);
	return 0;
}

static int set_up(struct confluent_http *c, const struct confluent_conf *conf, struct err *err)
{
	struct http_conf http = {.width = 1,
				 .ca_bundle = conf->ca,
				 .cert = conf->cert,
				 .key = conf->key,
				 .max_answer = ANSWER_MAX,
				 .user_agent = conf->user_agent};
	struct buf password = {0};

	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core would hold secrets */
	if (add_urls(c, slice_of(conf->urls), conf->insecure_http, err) != 0 ||
	    read_secrets(c, conf, err) != 0)
		return -1;
	if (conf->key_password &&
	    secret_read(conf->key_password, "--registry-key-password ", &password, err) < 0)
		return -1;
	http.key_password = conf->key_password ? password.p : NULL;
	c->exchange.http = http_new(&http, err);
	buf_wipe(&password);
	return c->exchange.http ? 0 : -1;
}

struct confluent_http *confluent_http_new(const struct confluent_conf *conf, struct err *err)
{
	struct confluent_http *c = mem_alloc(sizeof(*c));

	c->exchange.wait = conf->wait;
	c->exchange.outage = conf->outage;
	c->token_from = conf->token;
	retry_seed(&c->exchange.chance);
	if (set_up(c, conf, err) == 0)
		return c;
	confluent_http_free(c);
	return NULL;
}

void confluent_http_free(struct confluent_http *c)
{
	if (!c)
		return;
	http_free(c->exchange.http);
	exchange_free(&c->exchange);
	buf_wipe(&c->user);
	buf_wipe(&c->token);
	buf_wipe(&c->authorization);
	buf_free(&c->url);
	free(c);
}

struct slice confluent_http_place(const struct confluent_http *c)
{
	return slice_of(strstr(c->urls[0].url, "//") + 2);
}

/* --- one request ------------------------------------------------------------------ */

static int send(struct confluent_http *c, struct slice path, struct err *err)
{
	const struct endpoint *e = &c->urls[c->at];
	struct http_header headers[] = {
		{SLICE("Content-Type"), SLICE("application/vnd.schemaregistry.v1+json")},
		{SLICE("Authorization"), buf_slice(&c->authorization)},
	};
	struct http_request request = {
		.method = "GET",
		.headers = headers,
		.n_headers = c->authorization.len ? 2 : 1,
		.plain = e->plain,
		.direct = e->loopback,
		.done = exchange_done,
		.ctx = &c->exchange,
	};

	buf_reset(&c->url);
	buf_adds(&c->url, slice_of(e->url));
	buf_adds(&c->url, path);
	request.url = buf_text(&c->url);
	msg_debug("GET %s", request.url);
	return http_start(c->exchange.http, &request, err);
}

/* Whether another try makes sense, and then why there was none. */
static bool transient(const struct confluent_http *c, char why[256])
{
	const struct exchange *x = &c->exchange;
	const char *url = c->urls[c->at].url;
	bool html = reply_is_html(buf_slice(&x->body));

	if (x->failure == HTTP_UNTRUSTED)
		snprintf(why, 256, "no trust in registry '%.100s': %.100s (check --registry-ca)",
			 url, x->why);
	else if (x->failure != HTTP_ANSWERED)
		snprintf(why, 256, "cannot reach registry '%.100s': %.100s", url, x->why);
	else if (x->status == 200 && !html && !reply_is_object(buf_slice(&x->body)))
		snprintf(why, 256, "registry '%.100s' answered with what is no JSON", url);
	else if (x->status == 408 || x->status == 429 || x->status >= 500)
		snprintf(why, 256, "registry '%.100s' answered %d%s", url, x->status,
			 html ? " with HTML, so it may be a proxy that answered" : "");
	else
		return false;
	return true;
}

/* A token that was replaced in its file or, hardly, the environment. */
static bool renew_token(struct confluent_http *c)
{
	struct buf fresh = {0};
	struct err err;
	bool other;

	if (!c->token_from)
		return false;
	other = secret_read(c->token_from, "", &fresh, &err) == 0 &&
		!slice_eq(buf_slice(&fresh), buf_slice(&c->token));
	if (other) {
		buf_wipe(&c->token);
		c->token = fresh;
		make_authorization(c);
		return true;
	}
	buf_wipe(&fresh);
	return false;
}

static enum confluent_answer deny(const struct confluent_http *c, const struct reply_error *said,
				  struct err *err)
{
	const struct exchange *x = &c->exchange;
	const char *next = x->status == 401 ? "check --registry-user or --registry-token"
			   : x->status == 403
				   ? "it knows who asks, and does not allow it to read schemas"
			   : x->status == 407 ? "a proxy wants credentials: check HTTPS_PROXY"
					      : "check the URL of --registry";

	if (reply_is_html(buf_slice(&x->body)))
		err_set(err, EXIT_REFUSED,
			"'%s' answered %d with HTML, not as a schema registry does: a proxy or "
			"another server (%s)",
			c->urls[c->at].url, x->status, next);
	else
		err_set(err, EXIT_REFUSED, "registry '%s' answered %d%s%s (%s)", c->urls[c->at].url,
			x->status, *said->message ? ": " : "", said->message, next);
	return CONFLUENT_FAILED;
}

/*
 * A 404 may also be that of a server that is no registry, or of a wrong path; then no
 * record is at fault. 40401 subject, 40402 version, 40403 schema.
 */
static bool says_unknown(const struct confluent_http *c, const struct reply_error *said)
{
	return (said->code >= 40400 && said->code < 40500) || (c->known && said->code == 404);
}

static enum confluent_answer judge(struct confluent_http *c, struct err *err)
{
	const struct exchange *x = &c->exchange;
	struct slice body = buf_slice(&x->body);
	struct reply_error said;

	reply_error_read(&said, body);
	if (x->status == 200 && !reply_is_html(body)) {
		c->known = true;
		return CONFLUENT_GOOD;
	}
	if (x->status == 404 && says_unknown(c, &said))
		return CONFLUENT_UNKNOWN;
	if ((x->status == 400 || x->status == 422) && !reply_is_html(body)) {
		deny(c, &said, err);
		return CONFLUENT_OTHER;
	}
	return deny(c, &said, err);
}

enum confluent_answer confluent_http_get(struct confluent_http *c, struct slice path,
					 struct err *err)
{
	bool renewed = false;
	enum confluent_answer answer;
	size_t tried = 0;
	char why[256];

	for (;;) {
		if (send(c, path, err) != 0 || exchange_await(&c->exchange, err) != 0)
			return CONFLUENT_FAILED;
		if (transient(c, why)) {
			c->at = (c->at + 1) % c->n_urls;
			if (++tried % c->n_urls == 0 &&
			    exchange_again(&c->exchange, retry_status(c->exchange.status), why,
					   err) != 0)
				return CONFLUENT_FAILED;
			continue;
		}
		answer = judge(c, err);
		if (answer == CONFLUENT_FAILED && c->exchange.status == 401 && !renewed &&
		    renew_token(c)) {
			renewed = true;
			continue;
		}
		if (answer != CONFLUENT_FAILED)
			exchange_good(&c->exchange);
		return answer;
	}
}

struct slice confluent_http_body(const struct confluent_http *c)
{
	return buf_slice(&c->exchange.body);
}
