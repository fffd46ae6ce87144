#include "reply.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>
#include <strings.h>

void schema_reply_free(struct schema_reply *reply)
{
	buf_free(&reply->content);
	buf_free(&reply->name);
	buf_free(&reply->registry);
	buf_free(&reply->rule);
	for (size_t i = 0; i < reply->n_refs; i++) {
		buf_free(&reply->refs[i].name);
		buf_free(&reply->refs[i].subject);
	}
	free(reply->refs);
	*reply = (struct schema_reply){0};
}

static bool take_text(const struct json_member *m, struct buf *to)
{
	buf_reset(to);
	if (m->type != JSON_STRING)
		return false;
	json_unescape(json_raw(m->value), to);
	return true;
}

/* A string member that is compared only, never kept. */
static bool is_one_of(const struct json_member *m, const char *const *names)
{
	for (; *names; names++) {
		if (m->type == JSON_STRING && json_is(json_raw(m->value), slice_of(*names)))
			return true;
	}
	return false;
}

/* --- references --------------------------------------------------------------- */

static bool take_reference(struct schema_reply *reply, struct slice object)
{
	struct reply_reference *ref;
	struct json_member m;
	struct json_walk walk;
	bool version = false;

	reply->refs = mem_resize(reply->refs, reply->n_refs + 1, sizeof(*reply->refs));
	ref = &reply->refs[reply->n_refs++];
	*ref = (struct reply_reference){0};
	for (json_walk(&walk, object); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("name")))
			take_text(&m, &ref->name);
		else if (json_is(m.name, SLICE("subject")))
			take_text(&m, &ref->subject);
		else if (json_is(m.name, SLICE("version")))
			version = m.type == JSON_NUMBER && num_i64(m.value, &ref->version);
	}
	return version && ref->name.len && ref->subject.len;
}

static bool take_references(struct schema_reply *reply, const struct json_member *list)
{
	struct json_member m;
	struct json_walk walk;

	if (list->type == JSON_NULL)
		return true;
	if (list->type != JSON_ARRAY)
		return false;
	for (json_walk(&walk, list->value); json_next(&walk, &m);) {
		if (m.type != JSON_OBJECT || reply->n_refs == REPLY_REFERENCES_MAX ||
		    !take_reference(reply, m.value))
			return false;
	}
	return true;
}

/* --- data contracts ------------------------------------------------------------- */

/* Whether a reader would have to execute the rule; then `to` gets its name and type. */
static bool rule_binds(struct slice object, struct buf *to)
{
	static const char *const modes[] = {"READ", "WRITEREAD", NULL};
	struct buf name = {0}, type = {0};
	bool binds = false, disabled = false;
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, object); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("mode")))
			binds = is_one_of(&m, modes);
		else if (json_is(m.name, SLICE("disabled")))
			disabled = m.type == JSON_TRUE;
		else if (json_is(m.name, SLICE("name")))
			take_text(&m, &name);
		else if (json_is(m.name, SLICE("type")))
			take_text(&m, &type);
	}
	binds = binds && !disabled;
	if (binds)
		buf_addf(to, "'%.*s' (%.*s)", (int)utf8_cut(name.p, name.len, 60), name.p,
			 (int)utf8_cut(type.p, type.len, 30), type.p);
	buf_free(&name);
	buf_free(&type);
	return binds;
}

static void take_rules(struct schema_reply *reply, const struct json_member *list)
{
	struct json_member m;
	struct json_walk walk;

	if (list->type != JSON_ARRAY || reply->rule.len)
		return;
	for (json_walk(&walk, list->value); json_next(&walk, &m);) {
		if (m.type == JSON_OBJECT && rule_binds(m.value, &reply->rule))
			return;
	}
}

/* migrationRules are between versions, and no version is asked for here. */
static void take_rule_set(struct schema_reply *reply, const struct json_member *set)
{
	struct json_member m;
	struct json_walk walk;

	if (set->type != JSON_OBJECT)
		return;
	for (json_walk(&walk, set->value); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("domainRules")) ||
		    json_is(m.name, SLICE("encodingRules")))
			take_rules(reply, &m);
	}
}

/* --- whole replies ---------------------------------------------------------------- */

static bool any_member(void *ctx, const struct json_member *member)
{
	(void)ctx;
	(void)member;
	return true;
}

bool reply_is_object(struct slice body)
{
	return json_check_object(body, any_member, NULL, NULL);
}

/* A null type is none. */
static bool take_type(const struct json_member *m, enum schema_type *type)
{
	struct buf name = {0};
	bool known = m->type == JSON_NULL ||
		     (take_text(m, &name) && schema_type_read(buf_slice(&name), type));

	buf_free(&name);
	return known;
}

const char *schema_reply_read(struct schema_reply *reply, struct slice body)
{
	bool schema = false;
	struct json_member m;
	struct json_walk walk;

	if (!reply_is_object(body))
		return "is no JSON object";
	for (json_walk(&walk, json_trim(body)); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("schema")))
			schema = take_text(&m, &reply->content);
		else if (json_is(m.name, SLICE("schemaType")) && !take_type(&m, &reply->type))
			return "has a schemaType other than AVRO, PROTOBUF and JSON";
		else if (json_is(m.name, SLICE("references")) && !take_references(reply, &m))
			return "has references without name, subject and version";
		else if (json_is(m.name, SLICE("ruleSet")))
			take_rule_set(reply, &m);
	}
	return schema ? NULL : "has no schema";
}

/* "arn:aws:glue:eu-west-1:123456789012:schema/registry/name" */
static void take_names(struct schema_reply *reply, const struct json_member *member)
{
	struct buf *arn = &reply->name;
	const char *name, *registry;

	if (!take_text(member, arn) || !arn->len)
		return;
	name = memrchr(arn->p, '/', arn->len);
	if (!name)
		return;
	registry = memrchr(arn->p, '/', (size_t)(name - arn->p));
	buf_reset(&reply->registry);
	if (registry)
		buf_add(&reply->registry, registry + 1, (size_t)(name - registry - 1));
	buf_drop(arn, (size_t)(name + 1 - arn->p));
}

const char *schema_reply_read_glue(struct schema_reply *reply, struct slice body)
{
	bool schema = false, type = false;
	struct json_member m;
	struct json_walk walk;

	if (!reply_is_object(body))
		return "is no JSON object";
	for (json_walk(&walk, json_trim(body)); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("SchemaDefinition")))
			schema = take_text(&m, &reply->content);
		else if (json_is(m.name, SLICE("DataFormat")))
			type = m.type == JSON_STRING && take_type(&m, &reply->type);
		else if (json_is(m.name, SLICE("SchemaArn")))
			take_names(reply, &m);
	}
	if (!schema)
		return "has no SchemaDefinition";
	return type ? NULL : "has a DataFormat other than AVRO, PROTOBUF and JSON";
}

void reply_error_read(struct reply_error *error, struct slice body)
{
	struct buf text = {0};
	struct json_member m;
	struct json_walk walk;

	*error = (struct reply_error){0};
	if (!reply_is_object(body))
		return;
	for (json_walk(&walk, json_trim(body)); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("error_code")) && !num_i64(m.value, &error->code))
			error->code = 0;
		else if (json_is(m.name, SLICE("message")))
			take_text(&m, &text);
	}
	text.len = utf8_cut(text.p, text.len, sizeof(error->message) - 1);
	for (size_t i = 0; i < text.len; i++)
		error->message[i] = text.p[i] ? text.p[i] : ' ';
	utf8_mend(error->message, text.len);
	buf_free(&text);
}

bool reply_is_html(struct slice body)
{
	struct slice text = json_trim(body);

	return text.n && text.p[0] == '<';
}
