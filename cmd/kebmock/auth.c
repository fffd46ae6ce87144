#include "auth.h"

#include "aws/sigv4.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

struct auth {
	struct sigv4 *sigv4;
	const char *region;
	struct keyring *keyring;
	const struct issued *signer; /* of the request at hand */
	struct canonical_header signed_headers[CANONICAL_HEADERS_MAX];
	size_t n_signed;
};

#define MISMATCH                                                                                   \
	"The request signature we calculated does not match the signature you provided. Check "    \
	"your AWS Secret Access Key and signing method. Consult the service documentation for "    \
	"details."

struct auth *auth_new(const char *region, struct keyring *keyring)
{
	struct auth *a = mem_alloc(sizeof *a);

	a->sigv4 = sigv4_new();
	a->region = region;
	a->keyring = keyring;
	return a;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	sigv4_free(a->sigv4);
	free(a);
}

static bool refuse(struct answer *answer, const char *code, const char *text)
{
	answer_error(answer, 400, code, "%s", text);
	return false;
}

static bool same_name(struct slice a, struct slice b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Whether the list "host;x-amz-date" holds the name. */
static bool listed(struct slice names, struct slice wanted)
{
	struct slice name;

	while (sigv4_next_name(&names, &name))
		if (same_name(name, wanted))
			return true;
	return false;
}

/* host and every x-amz-* that is there must be signed, and every name that is signed be there. */
static bool covered(const struct request *request, struct slice names, struct answer *answer)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		struct slice name = request->headers[i].name;
		bool needed = same_name(name, SLICE("host")) ||
			      (name.n > 6 && strncasecmp(name.p, "x-amz-", 6) == 0);

		if (needed && !listed(names, name)) {
			answer_error(answer, 400, "InvalidSignatureException",
				     "'%.*s' must be a 'SignedHeader' in the AWS Authorization "
				     "header.",
				     SLICE_ARG(name));
			return false;
		}
	}
	if (!listed(names, SLICE("host")))
		return refuse(answer, "InvalidSignatureException",
			      "'Host' must be a 'SignedHeader' in the AWS Authorization header.");
	return true;
}

/* The headers that were signed, in the order of the request. */
static bool collect(struct auth *a, const struct request *request, struct slice names)
{
	a->n_signed = 0;
	for (size_t i = 0; i < request->n_headers; i++) {
		if (!listed(names, request->headers[i].name))
			continue;
		if (a->n_signed == CANONICAL_HEADERS_MAX)
			return false;
		a->signed_headers[a->n_signed++] = request->headers[i];
	}
	return true;
}

/* The service's words: what time it was, and what it would have taken. */
static bool check_date(struct slice date, int64_t now_ms, struct answer *answer)
{
	char now[SIGV4_DATE_LEN], bound[SIGV4_DATE_LEN];
	int64_t at;
	bool early;

	if (!sigv4_parse_date(date, &at))
		return refuse(answer, "IncompleteSignatureException",
			      "Date must be in ISO-8601 'basic format'.");
	if (at >= now_ms - AUTH_SKEW_MS && at <= now_ms + AUTH_SKEW_MS)
		return true;
	early = at < now_ms;
	sigv4_put_date(now, now_ms);
	sigv4_put_date(bound, early ? now_ms - AUTH_SKEW_MS : now_ms + AUTH_SKEW_MS);
	answer_error(answer, 400, "InvalidSignatureException",
		     "Signature %s: %.*s is %s than %.*s (%.*s %c 5 min.)",
		     early ? "expired" : "not yet current", SLICE_ARG(date),
		     early ? "now earlier" : "still later", SIGV4_DATE_LEN, bound, SIGV4_DATE_LEN,
		     now, early ? '-' : '+');
	return false;
}

const char *auth_who(const struct auth *a)
{
	return a->signer ? a->signer->arn : "";
}

/* The key, and the session token that belongs to it. */
static bool check_keys(struct auth *a, const struct request *request, struct slice key_id,
		       int64_t now_ms, struct answer *answer)
{
	struct slice token = request_header(request, "x-amz-security-token");

	a->signer = keyring_find(a->keyring, key_id);
	if (!a->signer || !slice_is(token, a->signer->token))
		return refuse(answer, "UnrecognizedClientException",
			      "The security token included in the request is invalid.");
	if (a->signer->expires_ms && now_ms >= a->signer->expires_ms)
		return refuse(answer, "ExpiredTokenException",
			      "The security token included in the request is expired");
	return true;
}

/* "*", or a list that names the region. */
static bool check_regions(struct auth *a, const struct request *request, struct answer *answer)
{
	struct slice rest = request_header(request, "x-amz-region-set");

	while (rest.n) {
		const char *comma = memchr(rest.p, ',', rest.n);
		struct slice one = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};

		if (slice_is(one, "*") || slice_is(one, a->region))
			return true;
		rest.p += one.n + (comma != NULL);
		rest.n -= one.n + (comma != NULL);
	}
	return refuse(answer, "InvalidSignatureException",
		      "Credential should be scoped to a valid region.");
}

static bool check_scope(struct auth *a, const struct request *request,
			const struct sigv4_parts *parts, struct slice date, const char *service,
			struct answer *answer)
{
	if (!slice_eq(parts->day, (struct slice){date.p, SIGV4_DAY_LEN}))
		return refuse(answer, "InvalidSignatureException",
			      "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
			      "version of date from HTTP.");
	if (parts->asymmetric && !check_regions(a, request, answer))
		return false;
	if (!parts->asymmetric && !slice_is(parts->region, a->region))
		return refuse(answer, "InvalidSignatureException",
			      "Credential should be scoped to a valid region.");
	if (!slice_is(parts->service, service)) {
		answer_error(answer, 400, "InvalidSignatureException",
			     "Credential should be scoped to correct service: '%s'.", service);
		return false;
	}
	return true;
}

static bool check_signature(struct auth *a, const struct request *request,
			    const struct sigv4_parts *parts, struct slice date,
			    struct answer *answer)
{
	char hash[SIGV4_HEX];
	struct slice said = request_header(request, "x-amz-content-sha256");
	struct sigv4_scope scope = {.key_id = parts->key_id,
				    .secret = slice_of(a->signer->secret),
				    .region = parts->region,
				    .service = parts->service,
				    .date = date,
				    .asymmetric = parts->asymmetric};
	struct canonical_request canonical = {.method = request->method,
					      .path = request->path,
					      .query = request->query,
					      .headers = a->signed_headers,
					      .n_headers = a->n_signed,
					      .body_hash = {hash, sizeof hash}};

	sigv4_hash(a->sigv4, request->body, hash);
	if (slice_is(parts->service, "s3"))
		canonical.path_rule = CANONICAL_PATH_AS_IS;
	if (said.p && !slice_eq(said, canonical.body_hash))
		return refuse(answer, "InvalidSignatureException", MISMATCH);
	if (sigv4_verify(a->sigv4, &scope, &canonical, parts->signature))
		return true;
	if (msg_shows(MSG_DEBUG))
		msg_debug("signature refused; the canonical request is here: %.*s",
			  SLICE_ARG(sigv4_last_canonical(a->sigv4)));
	return refuse(answer, "InvalidSignatureException", MISMATCH);
}

bool auth_check(struct auth *a, const struct request *request, const char *service, int64_t now_ms,
		struct answer *answer)
{
	struct slice authorization = request_header(request, "authorization");
	struct slice date = request_header(request, "x-amz-date");
	struct sigv4_parts parts;

	if (!authorization.p)
		return refuse(answer, "MissingAuthenticationTokenException",
			      "Missing Authentication Token");
	if (!sigv4_parse(authorization, &parts))
		return refuse(answer, "IncompleteSignatureException",
			      "Authorization header requires 'Credential' parameter, "
			      "'SignedHeaders' parameter and 'Signature' parameter.");
	if (!date.p)
		return refuse(answer, "IncompleteSignatureException",
			      "Authorization header requires existence of either a 'X-Amz-Date' "
			      "or a 'Date' header.");
	if (!check_keys(a, request, parts.key_id, now_ms, answer) ||
	    !check_date(date, now_ms, answer) ||
	    !check_scope(a, request, &parts, date, service, answer) ||
	    !covered(request, parts.names, answer))
		return false;
	if (!collect(a, request, parts.names))
		return refuse(answer, "InvalidSignatureException", MISMATCH);
	return check_signature(a, request, &parts, date, answer);
}
