#include "schema_registry.h"

#include "base/b64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "faults.h"
#include "form.h"
#include "schemas.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdio.h>
#include <stdlib.h>

#define TYPE_JSON "application/vnd.schemaregistry.v1+json"
#define PARTS	  5 /* of a path */
#define MADE	  "made by kebmock on demand"

struct schema_registry {
	struct schema_registry_conf conf;
	struct auth *auth;
	struct faults *faults;
	struct schemas *schemas;
	struct buf authorization[2]; /* each is good; empty: not there */
	struct buf store, text;	     /* of the request at hand */
};

struct schema_registry *schema_registry_new(const struct schema_registry_conf *conf,
					    struct auth *auth, struct err *err)
{
	struct schema_registry *r = mem_alloc(sizeof *r);

	r->conf = *conf;
	r->auth = auth;
	r->faults = faults_new(conf->seed);
	r->schemas = schemas_new();
	if (conf->user) {
		struct buf *to = &r->authorization[0];

		BUF_LIT(to, "Basic ");
		buf_room(to, B64_ENCODED(strlen(conf->user)));
		to->len += b64_encode(to->p + to->len, conf->user, strlen(conf->user));
	}
	if (conf->token)
		buf_addf(&r->authorization[1], "Bearer %s", conf->token);
	for (size_t i = 0; i < conf->schemas.n; i++) {
		if (schemas_add_path(r->schemas, conf->schemas.items[i], err) != 0) {
			schema_registry_free(r);
			return NULL;
		}
	}
	schemas_link(r->schemas);
	return r;
}

void schema_registry_free(struct schema_registry *r)
{
	if (!r)
		return;
	schemas_free(r->schemas);
	faults_free(r->faults);
	for (size_t i = 0; i < 2; i++)
		buf_free(&r->authorization[i]);
	buf_free(&r->store);
	buf_free(&r->text);
	free(r);
}

int schema_registry_set_fault(struct schema_registry *r, struct slice key, struct slice value,
			      struct err *err)
{
	return faults_set(r->faults, key, value, err);
}

void schema_registry_show_faults(const struct schema_registry *r, struct buf *to)
{
	faults_show(r->faults, "registry.", to);
}

/* --- answers -------------------------------------------------------------------------- */

static void error(struct answer *answer, unsigned code, const char *text)
{
	answer->status = code > 999 ? code / 100 : code;
	answer->code = "SchemaRegistryError";
	buf_reset(&answer->body);
	buf_addf(&answer->body, "{\"error_code\":%u,\"message\":", code);
	json_add_string(&answer->body, slice_of(text));
	buf_addc(&answer->body, '}');
}

/* What every answer with a schema has, and the closing brace. */
static void add_schema(struct buf *to, const struct mock_schema *s)
{
	buf_addf(to, "\"guid\":\"%s\",", s->guid);
	if (s->type != SCHEMA_AVRO) /* as the registry: no type is Avro */
		buf_addf(to, "\"schemaType\":\"%s\",", schema_type_name(s->type));
	if (s->references.len) {
		BUF_LIT(to, "\"references\":");
		buf_adds(to, buf_slice(&s->references));
		buf_addc(to, ',');
	}
	if (s->rules.len) {
		BUF_LIT(to, "\"ruleSet\":");
		buf_adds(to, buf_slice(&s->rules));
		buf_addc(to, ',');
	}
	BUF_LIT(to, "\"schema\":");
	json_add_string(to, buf_slice(&s->text));
	buf_addc(to, '}');
}

static void answer_version(struct answer *answer, const struct mock_schema *s)
{
	BUF_LIT(&answer->body, "{\"subject\":");
	json_add_string(&answer->body, buf_slice(&s->subject));
	buf_addf(&answer->body, ",\"version\":%u,\"id\":%u,", s->version, (unsigned)s->id);
	add_schema(&answer->body, s);
}

static void list_schemas(struct schema_registry *r, struct answer *answer)
{
	buf_addc(&answer->body, '[');
	for (size_t i = 0; i < schemas_count(r->schemas); i++) {
		if (i)
			buf_addc(&answer->body, ',');
		answer_version(answer, schemas_at(r->schemas, i));
	}
	buf_addc(&answer->body, ']');
}

/* --- GET ------------------------------------------------------------------------------- */

static void list_subjects(struct schema_registry *r, struct answer *answer)
{
	struct buf *to = &answer->body;

	buf_addc(to, '[');
	for (size_t i = 0; i < schemas_count(r->schemas); i++) {
		const struct mock_schema *s = schemas_at(r->schemas, i);

		if (s->version > 1)
			continue;
		if (to->len > 1)
			buf_addc(to, ',');
		json_add_string(to, buf_slice(&s->subject));
	}
	buf_addc(to, ']');
}

static void list_versions(struct schema_registry *r, struct slice subject, struct answer *answer)
{
	const struct mock_schema *last = schemas_by_version(r->schemas, subject, 0);

	if (!last) {
		error(answer, 40401, "Subject not found.");
		return;
	}
	for (unsigned v = 1; v <= last->version; v++)
		buf_addf(&answer->body, "%c%u", v == 1 ? '[' : ',', v);
	buf_addc(&answer->body, ']');
}

static void get_version(struct schema_registry *r, struct slice subject, struct slice version,
			struct answer *answer)
{
	const struct mock_schema *s;
	uint64_t number = 0;

	if (!schemas_by_version(r->schemas, subject, 0)) {
		error(answer, 40401, "Subject not found.");
	} else if (!slice_is(version, "latest") && !slice_is(version, "-1") &&
		   (!num_u64(version, &number) || number == 0)) {
		error(answer, 42202, "The specified version is not a valid version id.");
	} else {
		s = schemas_by_version(r->schemas, subject, number);
		if (s)
			answer_version(answer, s);
		else
			error(answer, 40402, "Version not found.");
	}
}

static void get_schema(struct schema_registry *r, struct slice kind, struct slice id,
		       struct answer *answer)
{
	const struct mock_schema *s = NULL;
	uint64_t number;
	char text[96];

	if (slice_is(kind, "guids"))
		s = schemas_by_guid(r->schemas, id);
	else if (num_u64(id, &number))
		s = schemas_by_id(r->schemas, number);
	if (s) {
		buf_addc(&answer->body, '{');
		add_schema(&answer->body, s);
		return;
	}
	snprintf(text, sizeof text, "Schema %.*s not found", (int)utf8_cut(id.p, id.n, 60), id.p);
	error(answer, 40403, text);
}

/* --- POST ------------------------------------------------------------------------------ */

struct posted {
	enum schema_type type;
	struct slice text; /* still escaped */
	struct slice references, rules;
	bool good;
};

static bool take_member(void *ctx, const struct json_member *m)
{
	struct posted *p = ctx;

	if (json_is(m->name, SLICE("schema")) && m->type == JSON_STRING)
		p->text = json_raw(m->value);
	else if (json_is(m->name, SLICE("schemaType")) && m->type == JSON_STRING)
		p->good = schema_type_read(json_raw(m->value), &p->type);
	else if (json_is(m->name, SLICE("references")) && m->type == JSON_ARRAY)
		p->references = m->value;
	else if (json_is(m->name, SLICE("ruleSet")) && m->type == JSON_OBJECT)
		p->rules = m->value;
	return true;
}

/* Looks a schema up, or registers it. */
static void post(struct schema_registry *r, struct slice subject, bool add,
		 const struct request *request, struct answer *answer)
{
	struct posted p = {.good = true, .references = SLICE(""), .rules = SLICE("")};
	const struct mock_schema *s;

	if (!json_check_object(request->body, take_member, &p, NULL) || !p.good || !p.text.p) {
		error(answer, 42201, "Either the input schema or one its references is invalid");
		return;
	}
	buf_reset(&r->text);
	json_unescape(p.text, &r->text);
	if (!utf8_valid(r->text.p, r->text.len)) { /* a lone surrogate */
		error(answer, 42201, "The schema is no text");
		return;
	}
	s = add ? schemas_register(r->schemas, subject, p.type, buf_slice(&r->text), p.references,
				   p.rules)
		: schemas_lookup(r->schemas, subject, p.type, buf_slice(&r->text));
	if (s && add)
		buf_addf(&answer->body, "{\"id\":%u,\"version\":%u,\"guid\":\"%s\"}",
			 (unsigned)s->id, s->version, s->guid);
	else if (s)
		answer_version(answer, s);
	else if (schemas_by_version(r->schemas, subject, 0))
		error(answer, 40403, "Schema not found");
	else
		error(answer, 40401, "Subject not found.");
}

/* --- paths ------------------------------------------------------------------------------ */

static bool is_confluent(const struct request *request)
{
	struct slice root = SLICE(SCHEMA_REGISTRY_PATH);

	return slice_starts(request->path, root) &&
	       (request->path.n == root.n || request->path.p[root.n] == '/');
}

/* The parts behind /registry, decoded; those beyond PARTS make it an unknown path. */
static size_t split(struct schema_registry *r, struct slice path, struct slice parts[PARTS])
{
	size_t n = 0, at = sizeof SCHEMA_REGISTRY_PATH - 1;

	buf_reset(&r->store);
	buf_room(&r->store, path.n + 1); /* so that nothing moves */
	while (at < path.n && n < PARTS) {
		const char *from = path.p + at + 1, *end;

		end = memchr(from, '/', path.n - at - 1);
		end = end ? end : path.p + path.n;
		if (end > from)
			parts[n++] =
				form_decode((struct slice){from, (size_t)(end - from)}, &r->store);
		at = (size_t)(end - path.p);
	}
	return at < path.n || !utf8_valid(r->store.p, r->store.len) ? PARTS + 1 : n;
}

static void get(struct schema_registry *r, const struct slice *parts, size_t n,
		struct answer *answer)
{
	bool subjects = n && slice_is(parts[0], "subjects");

	if (n == 0)
		BUF_LIT(&answer->body, "{}");
	else if (n == 1 && slice_is(parts[0], "schemas"))
		list_schemas(r, answer);
	else if (subjects && n == 1)
		list_subjects(r, answer);
	else if (subjects && n == 3 && slice_is(parts[2], "versions"))
		list_versions(r, parts[1], answer);
	else if (subjects && n == 4 && slice_is(parts[2], "versions"))
		get_version(r, parts[1], parts[3], answer);
	else if (n == 3 && slice_is(parts[0], "schemas") &&
		 (slice_is(parts[1], "ids") || slice_is(parts[1], "guids")))
		get_schema(r, parts[1], parts[2], answer);
	else
		error(answer, 404, "HTTP 404 Not Found");
}

static void route(struct schema_registry *r, const struct request *request, struct answer *answer)
{
	struct slice parts[PARTS];
	size_t n = split(r, request->path, parts);
	bool is_post = slice_is(request->method, "POST");

	if (!is_post && slice_is(request->method, "GET"))
		get(r, parts, n, answer);
	else if (is_post && n >= 2 && n <= 3 && slice_is(parts[0], "subjects") &&
		 (n == 2 || slice_is(parts[2], "versions")))
		post(r, parts[1], n == 3, request, answer);
	else
		error(answer, is_post ? 404 : 405,
		      is_post ? "HTTP 404 Not Found" : "HTTP 405 Method Not Allowed");
}

static bool admitted(const struct schema_registry *r, const struct request *request)
{
	struct slice said = request_header(request, "authorization");
	bool asked = false;

	for (size_t i = 0; i < 2; i++) {
		asked = asked || r->authorization[i].len;
		if (r->authorization[i].len && slice_eq(said, buf_slice(&r->authorization[i])))
			return true;
	}
	return !asked;
}

static void serve(struct schema_registry *r, const struct request *request,
		  const struct fault_verdict *fault, struct answer *answer)
{
	switch (fault->kind) {
	case FAULT_HTTP:
		error(answer, fault->status, MADE);
		break;
	case FAULT_THROTTLE:
		error(answer, 429, "HTTP 429 Too Many Requests");
		break;
	case FAULT_DENY:
		error(answer, 40301, "User is denied operation Read on Subject");
		break;
	case FAULT_EXPIRED:
		error(answer, 401, "Unauthorized");
		break;
	default:
		if (admitted(r, request))
			route(r, request, answer);
		else
			error(answer, 401, "Unauthorized");
	}
}

/* --- Glue ------------------------------------------------------------------------------- */

static bool take_version(void *ctx, const struct json_member *m)
{
	if (json_is(m->name, SLICE("SchemaVersionId")) && m->type == JSON_STRING)
		*(struct slice *)ctx = json_raw(m->value);
	return true;
}

static void get_schema_version(struct schema_registry *r, struct slice body, struct answer *answer)
{
	struct slice version = SLICE_NONE;
	const struct mock_schema *s;

	if (!json_check_object(body, take_version, &version, NULL) || !version.p) {
		answer_error(answer, 400, "InvalidInputException", "SchemaVersionId is required.");
		return;
	}
	s = schemas_by_guid(r->schemas, version);
	if (!s) {
		answer_error(answer, 400, "EntityNotFoundException",
			     "Schema version is not found. SchemaVersionId: %.*s",
			     (int)utf8_cut(version.p, version.n, 60), version.p);
		return;
	}
	buf_addf(&answer->body,
		 "{\"SchemaVersionId\":\"%s\",\"DataFormat\":\"%s\",\"VersionNumber\":%u,"
		 "\"Status\":\"AVAILABLE\",\"SchemaArn\":\"arn:aws:glue:%s:%s:"
		 "schema/" SCHEMA_REGISTRY_GLUE "/",
		 s->guid, schema_type_name(s->type), s->version, r->conf.region, r->conf.account);
	json_add_escaped(&answer->body, buf_slice(&s->subject));
	BUF_LIT(&answer->body, "\",\"SchemaDefinition\":");
	json_add_string(&answer->body, buf_slice(&s->text));
	buf_addc(&answer->body, '}');
}

static void serve_glue(struct schema_registry *r, const struct request *request,
		       const struct fault_verdict *fault, struct answer *answer)
{
	switch (fault->kind) {
	case FAULT_HTTP:
		answer_error(answer, fault->status, "InternalServiceException", MADE);
		break;
	case FAULT_THROTTLE:
		answer_error(answer, 400, "ThrottlingException", "Rate exceeded");
		break;
	case FAULT_DENY:
		answer_error(answer, 400, "AccessDeniedException",
			     "User: arn:aws:iam::%s:user/kebmock is not authorized to perform: "
			     "glue:GetSchemaVersion",
			     r->conf.account);
		break;
	case FAULT_EXPIRED:
		answer_error(answer, 400, "ExpiredTokenException",
			     "The security token included in the request is expired");
		break;
	default:
		get_schema_version(r, request->body, answer);
	}
}

/* --- one request -------------------------------------------------------------------------- */

bool schema_registry_handle(struct schema_registry *r, const struct request *request,
			    int64_t now_ms, struct answer *answer, const char **call)
{
	bool confluent = is_confluent(request);
	struct fault_verdict fault;

	if (!confluent &&
	    !slice_is(request_header(request, "x-amz-target"), "AWSGlue.GetSchemaVersion"))
		return false;
	*call = confluent ? "SchemaRegistry" : "GetSchemaVersion";
	if (!confluent && !auth_check(r->auth, request, "glue", now_ms, answer))
		return true;
	fault = faults_request(r->faults, FAULT_CALL_PUT, clock_us());
	answer->delay_us = fault.delay_us;
	if (confluent)
		answer->type = TYPE_JSON;
	if (fault.kind == FAULT_RESET || fault.kind == FAULT_RESET_AFTER)
		answer->how = ANSWER_RESET;
	else if (fault.kind == FAULT_HTML)
		answer_html(answer, fault.status);
	else if (confluent)
		serve(r, request, &fault, answer);
	else
		serve_glue(r, request, &fault, answer);
	if (fault.kind == FAULT_GARBLE)
		answer->body.len /= 2;
	return true;
}
