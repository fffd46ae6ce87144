#include "identity.h"

#include "aws/keys.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "form.h"
#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>

#define HOUR_MS	   INT64_C(3600000)
#define IMDS_TOKEN "kebmock-imds"
#define IMDS_ROLE  "kebmock-instance"

struct identity {
	struct identity_conf conf;
	struct auth *auth;
	struct keyring *keyring;
	unsigned renewals;
	struct buf text; /* scratch */
};

struct identity *identity_new(const struct identity_conf *conf, struct auth *auth,
			      struct keyring *keyring)
{
	struct identity *id = mem_alloc(sizeof *id);

	id->conf = *conf;
	id->auth = auth;
	id->keyring = keyring;
	return id;
}

void identity_free(struct identity *id)
{
	if (!id)
		return;
	buf_free(&id->text);
	free(id);
}

/* --- STS --------------------------------------------------------------------------- */

static void add_xml(struct buf *to, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '<' || c == '>' || c == '&')
			buf_addf(to, "&#%d;", c);
		else
			buf_addc(to, c);
	}
}

static void sts_error(struct answer *answer, unsigned status, const char *code, const char *text)
{
	answer->status = status;
	answer->code = code;
	answer->type = "text/xml";
	buf_reset(&answer->body);
	buf_addf(&answer->body,
		 "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
		 "<Type>Sender</Type><Code>%s</Code><Message>",
		 code);
	add_xml(&answer->body, slice_of(text));
	buf_addf(&answer->body, "</Message></Error><RequestId>%s</RequestId></ErrorResponse>",
		 answer->id);
}

/* The refusal of a signature as STS words it. */
static void sts_refuse(struct answer *answer)
{
	static const char *const codes[][2] = {
		{"UnrecognizedClientException", "InvalidClientTokenId"},
		{"InvalidSignatureException", "SignatureDoesNotMatch"},
		{"ExpiredTokenException", "ExpiredToken"},
		{"MissingAuthenticationTokenException", "MissingAuthenticationToken"},
		{"IncompleteSignatureException", "IncompleteSignature"},
	};
	char *text = keys_member(buf_slice(&answer->body), "message");
	const char *code = answer->code;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(answer->code, codes[i][0]) == 0)
			code = codes[i][1];
	sts_error(answer, 403, code, text ? text : "");
	free(text);
}

static void sts_keys(struct answer *answer, const char *action, const struct issued *issued)
{
	char date[CLOCK_DATE_LEN];

	clock_put_date(date, issued->expires_ms);
	answer->type = "text/xml";
	buf_addf(&answer->body,
		 "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>"
		 "<AssumedRoleUser><AssumedRoleId>AROA:keb</AssumedRoleId><Arn>%s</Arn>"
		 "</AssumedRoleUser><Credentials><AccessKeyId>%s</AccessKeyId>"
		 "<SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken>"
		 "<Expiration>%.*s</Expiration></Credentials></%sResult><ResponseMetadata>"
		 "<RequestId>%s</RequestId></ResponseMetadata></%sResponse>",
		 action, action, issued->arn, issued->key_id, issued->secret, issued->token,
		 CLOCK_DATE_LEN, date, action, answer->id, action);
}

/* Whether the role is there and the external id is the one that it asks for. */
static bool may_assume(const struct identity *id, struct slice role, struct slice external)
{
	for (size_t i = 0; i < id->conf.roles.n; i++) {
		struct slice entry = slice_of(id->conf.roles.items[i]);
		const char *colon = memchr(entry.p, ':', entry.n);
		struct slice name = {entry.p, colon ? (size_t)(colon - entry.p) : entry.n};

		if (slice_eq(name, role))
			return !colon || slice_is(external, colon + 1);
	}
	return id->conf.roles.n == 0;
}

/* "arn:aws:iam::123456789012:role/path/NAME" */
static struct slice role_name(struct slice arn)
{
	const char *slash = arn.n ? memrchr(arn.p, '/', arn.n) : NULL;

	if (!slash || !memmem(arn.p, arn.n, ":role/", 6))
		return SLICE_NONE;
	return (struct slice){slash + 1, arn.n - (size_t)(slash - arn.p) - 1};
}

static void assume(struct identity *id, const struct form *form, const char *action, int64_t now_ms,
		   struct answer *answer)
{
	struct slice role = role_name(form_get(form, "RoleArn"));
	struct slice session = form_get(form, "RoleSessionName");
	struct slice duration = form_get(form, "DurationSeconds");
	uint64_t seconds = 3600;
	char arn[160], text[512];

	if (!role.n || session.n < 2 || session.n > 64 || slice_starts(session, SLICE(" ")) ||
	    (duration.p && (!num_u64(duration, &seconds) || seconds < 900 || seconds > 43200))) {
		sts_error(answer, 400, "ValidationError",
			  "RoleArn, RoleSessionName or DurationSeconds is not valid");
		return;
	}
	if (!may_assume(id, role, form_get(form, "ExternalId"))) {
		snprintf(text, sizeof text,
			 "User: %s is not authorized to perform: sts:%s on resource: %.*s",
			 auth_who(id->auth), action, (int)form_get(form, "RoleArn").n,
			 form_get(form, "RoleArn").p);
		sts_error(answer, 403, "AccessDenied", text);
		return;
	}
	snprintf(arn, sizeof arn, "arn:aws:sts::%s:assumed-role/%.*s/%.*s", id->conf.account,
		 (int)(role.n > 64 ? 64 : role.n), role.p, SLICE_ARG(session));
	sts_keys(answer, action, keyring_issue(id->keyring, arn, (int64_t)seconds * 1000, now_ms));
}

static void web_identity(struct identity *id, const struct form *form, int64_t now_ms,
			 struct answer *answer)
{
	if (!slice_is(form_get(form, "WebIdentityToken"), IDENTITY_WEB_TOKEN)) {
		sts_error(answer, 400, "InvalidIdentityToken",
			  "No OpenIDConnect provider found in your account for the token");
		return;
	}
	assume(id, form, "AssumeRoleWithWebIdentity", now_ms, answer);
}

static void caller(struct identity *id, struct answer *answer)
{
	answer->type = "text/xml";
	buf_addf(&answer->body,
		 "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
		 "<GetCallerIdentityResult><Arn>%s</Arn><UserId>AIDAKEBMOCK</UserId>"
		 "<Account>%s</Account></GetCallerIdentityResult><ResponseMetadata>"
		 "<RequestId>%s</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
		 auth_who(id->auth), id->conf.account, answer->id);
}

static const char *sts(struct identity *id, const struct request *request, int64_t now_ms,
		       struct answer *answer)
{
	struct form form;
	struct slice action;
	const char *name = "";

	form_read(&form, request->body, &id->text);
	action = form_get(&form, "Action");
	if (slice_is(action, "AssumeRoleWithWebIdentity")) {
		web_identity(id, &form, now_ms, answer);
		return "AssumeRoleWithWebIdentity";
	}
	if (!auth_check(id->auth, request, "sts", now_ms, answer)) {
		sts_refuse(answer);
	} else if (slice_is(action, "AssumeRole")) {
		name = "AssumeRole";
		assume(id, &form, name, now_ms, answer);
	} else if (slice_is(action, "GetCallerIdentity")) {
		name = "GetCallerIdentity";
		caller(id, answer);
	} else {
		sts_error(answer, 400, "InvalidAction", "kebmock knows no such action");
	}
	return name;
}

/* --- an instance, a container ------------------------------------------------------------ */

static void plain_error(struct answer *answer, unsigned status, const char *code)
{
	answer->status = status;
	answer->code = code;
	answer->type = ANSWER_JSON;
	buf_reset(&answer->body);
	buf_addf(&answer->body, "{\"code\":\"%s\",\"message\":\"by kebmock\"}", code);
}

static void json_keys(struct identity *id, const char *role, int64_t now_ms, struct answer *answer)
{
	char arn[160], date[CLOCK_DATE_LEN];
	const struct issued *issued;

	snprintf(arn, sizeof arn, "arn:aws:sts::%s:assumed-role/%s/i-0kebmock", id->conf.account,
		 role);
	issued = keyring_issue(id->keyring, arn, HOUR_MS, now_ms);
	clock_put_date(date, issued->expires_ms);
	answer->type = ANSWER_JSON;
	buf_addf(&answer->body,
		 "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"%s\","
		 "\"SecretAccessKey\":\"%s\",\"Token\":\"%s\",\"Expiration\":\"%.*s\"}",
		 issued->key_id, issued->secret, issued->token, CLOCK_DATE_LEN, date);
}

static void imds(struct identity *id, const struct request *request, int64_t now_ms,
		 struct answer *answer)
{
	static const struct slice list = {"/latest/meta-data/iam/security-credentials/", 43};

	answer->type = "text/plain";
	if (slice_is(request->path, "/latest/api/token")) {
		if (!slice_is(request->method, "PUT") ||
		    !request_header(request, "x-aws-ec2-metadata-token-ttl-seconds").p)
			plain_error(answer, 400, "BadRequest");
		else
			BUF_LIT(&answer->body, IMDS_TOKEN);
	} else if (!slice_is(request_header(request, "x-aws-ec2-metadata-token"), IMDS_TOKEN)) {
		plain_error(answer, 401, "Unauthorized");
	} else if (slice_is(request->path, "/latest/meta-data/placement/region")) {
		buf_adds(&answer->body, slice_of(id->conf.region));
	} else if (slice_eq(request->path, list)) {
		BUF_LIT(&answer->body, IMDS_ROLE "\n");
	} else if (slice_starts(request->path, list)) {
		json_keys(id, IMDS_ROLE, now_ms, answer);
	} else {
		plain_error(answer, 404, "NotFound");
	}
}

static void container(struct identity *id, const struct request *request, int64_t now_ms,
		      struct answer *answer)
{
	if (slice_is(request_header(request, "authorization"), IDENTITY_CONTAINER_TOKEN))
		json_keys(id, "kebmock-container", now_ms, answer);
	else
		plain_error(answer, 401, "Unauthorized");
}

/* --- IAM Identity Center ------------------------------------------------------------- */

static void sso_keys(struct identity *id, const struct request *request, int64_t now_ms,
		     struct answer *answer)
{
	const struct issued *issued;
	struct form form;
	char arn[160];

	form_read(&form, request->query, &id->text);
	if (!slice_starts(request_header(request, "x-amz-sso_bearer_token"),
			  SLICE(IDENTITY_SSO_TOKEN))) {
		plain_error(answer, 401, "UnauthorizedException");
		return;
	}
	snprintf(arn, sizeof arn, "arn:aws:sts::%.12s:assumed-role/AWSReservedSSO_%.*s/kebmock",
		 id->conf.account,
		 (int)(form_get(&form, "role_name").n > 64 ? 64 : form_get(&form, "role_name").n),
		 form_get(&form, "role_name").p ? form_get(&form, "role_name").p : "");
	issued = keyring_issue(id->keyring, arn, HOUR_MS, now_ms);
	answer->type = ANSWER_JSON;
	buf_addf(&answer->body,
		 "{\"roleCredentials\":{\"accessKeyId\":\"%s\",\"secretAccessKey\":\"%s\","
		 "\"sessionToken\":\"%s\",\"expiration\":%lld}}",
		 issued->key_id, issued->secret, issued->token, (long long)issued->expires_ms);
}

static void sso_renew(struct identity *id, const struct request *request, struct answer *answer)
{
	char *refresh = NULL, *grant = NULL;

	answer->type = ANSWER_JSON;
	if (json_check(request->body, NULL) == JSON_OBJECT) {
		refresh = keys_member(request->body, "refreshToken");
		grant = keys_member(request->body, "grantType");
	}
	if (!refresh || !grant || strcmp(grant, "refresh_token") != 0 ||
	    !slice_starts(slice_of(refresh), SLICE(IDENTITY_SSO_REFRESH)))
		plain_error(answer, 400, "InvalidGrantException");
	else
		buf_addf(&answer->body,
			 "{\"accessToken\":\"%s-%u\",\"tokenType\":\"Bearer\",\"expiresIn\":3600,"
			 "\"refreshToken\":\"%s-%u\"}",
			 IDENTITY_SSO_TOKEN, id->renewals + 1, IDENTITY_SSO_REFRESH,
			 id->renewals + 1);
	id->renewals++;
	free(refresh);
	free(grant);
}

/* --- all of them -------------------------------------------------------------------------- */

enum service { NONE, STS, IMDS, CONTAINER, SSO_KEYS, SSO_RENEW };

static enum service service_of(const struct request *request)
{
	bool post = slice_is(request->method, "POST");

	if (slice_starts(request->path, SLICE("/latest/")))
		return IMDS;
	if (slice_is(request->path, "/v1/credentials"))
		return CONTAINER;
	if (slice_is(request->path, "/federation/credentials"))
		return SSO_KEYS;
	if (post && slice_is(request->path, "/token"))
		return SSO_RENEW;
	if (post && slice_is(request->path, "/") && !request_header(request, "x-amz-target").p &&
	    slice_starts(request_header(request, "content-type"),
			 SLICE("application/x-www-form-urlencoded")))
		return STS;
	return NONE;
}

bool identity_handle(struct identity *id, const struct request *request, int64_t now_ms,
		     unsigned status, struct answer *answer, const char **call)
{
	static const char *const calls[] = {
		"", "", "IMDS", "Container", "GetRoleCredentials", "CreateToken"};
	enum service service = service_of(request);

	if (service == NONE)
		return false;
	*call = calls[service];
	if (status) {
		if (service == STS)
			sts_error(answer, status,
				  status >= 500 ? "ServiceUnavailable" : "AccessDenied",
				  "made by kebmock on demand");
		else
			plain_error(answer, status, "Demanded");
	} else if (service == STS) {
		*call = sts(id, request, now_ms, answer);
	} else if (service == IMDS) {
		imds(id, request, now_ms, answer);
	} else if (service == CONTAINER) {
		container(id, request, now_ms, answer);
	} else if (service == SSO_KEYS) {
		sso_keys(id, request, now_ms, answer);
	} else {
		sso_renew(id, request, answer);
	}
	return true;
}
