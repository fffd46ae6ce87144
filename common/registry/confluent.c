#include "confluent.h"

#include "aws/canonical.h"
#include "base/b64.h"
#include "reply.h"

#include <stdio.h>

#define TEXT_MAX   (16u << 20) /* of a schema with all that it refers to */
#define NESTED_MAX 64

static void put_path(const struct schema_id *id, char to[64])
{
	char text[SCHEMA_ID_TEXT];

	schema_id_put(text, id);
	snprintf(to, 64, "/schemas/%s/%s", id->kind == SCHEMA_NUMBER ? "ids" : "guids", text);
}

static enum registry_result refuse(struct codec_fault *fault, enum codec_code code,
				   const char *what, const char *why)
{
	codec_fail(fault, code, "the registry's answer for %.100s %s", what, why);
	return REGISTRY_REFUSED;
}

/* A descriptor comes in base64, which no .proto text can be; else the text stays. */
static void decode_descriptor(struct buf *content)
{
	struct buf bytes = {0};
	ssize_t n;

	buf_room(&bytes, B64_DECODED(content->len) + 1);
	n = b64_decode(bytes.p, content->p, content->len);
	if (n <= 0) {
		buf_free(&bytes);
		return;
	}
	bytes.len = (size_t)n;
	buf_free(content);
	*content = bytes;
}

/* What the same schema is as a descriptor; if it cannot be had, the text is as good. */
static enum registry_result fetch_descriptor(struct confluent_http *c, const char *path,
					     struct schema_reply *reply, struct err *err)
{
	struct schema_reply other = {0};
	char serialized[96];
	enum confluent_answer answer;

	snprintf(serialized, sizeof(serialized), "%s?format=serialized", path);
	answer = confluent_http_get(c, slice_of(serialized), err);
	if (answer == CONFLUENT_FAILED)
		return REGISTRY_FAILED;
	if (answer == CONFLUENT_GOOD && !schema_reply_read(&other, confluent_http_body(c)) &&
	    other.type == SCHEMA_PROTOBUF) {
		struct buf content = reply->content;

		reply->content = other.content;
		other.content = content;
		decode_descriptor(&reply->content);
	}
	schema_reply_free(&other);
	return REGISTRY_FOUND;
}

static enum registry_result fetch_references(struct confluent_http *c,
					     const struct schema_reply *reply,
					     struct schema_text *text, unsigned depth,
					     struct codec_fault *fault, struct err *err);

static void put_reference_path(const struct reply_reference *ref, bool serialized, struct buf *to)
{
	buf_reset(to);
	BUF_LIT(to, "/subjects/");
	canonical_encode(to, buf_slice(&ref->subject), false);
	BUF_LIT(to, "/versions/");
	if (ref->version == -1)
		BUF_LIT(to, "latest");
	else
		buf_add_i64(to, ref->version);
	BUF_LIT(to, "?deleted=true");
	if (serialized)
		BUF_LIT(to, "&format=serialized");
}

static enum confluent_answer ask_reference(struct confluent_http *c,
					   const struct reply_reference *ref, enum schema_type type,
					   struct err *err)
{
	struct buf path = {0};
	enum confluent_answer answer;

	put_reference_path(ref, type == SCHEMA_PROTOBUF, &path);
	answer = confluent_http_get(c, buf_slice(&path), err);
	if (answer == CONFLUENT_OTHER && type == SCHEMA_PROTOBUF) {
		put_reference_path(ref, false, &path);
		answer = confluent_http_get(c, buf_slice(&path), err);
	}
	buf_free(&path);
	return answer;
}

/* What it refers to itself comes before it. */
static enum registry_result add_reference(struct confluent_http *c,
					  const struct reply_reference *ref,
					  struct schema_reply *reply, struct schema_text *text,
					  unsigned depth, struct codec_fault *fault,
					  struct err *err)
{
	enum registry_result result = fetch_references(c, reply, text, depth, fault, err);
	struct schema_part *part;

	if (result != REGISTRY_FOUND || schema_text_has(text, buf_slice(&ref->name)))
		return result;
	if (reply->type == SCHEMA_PROTOBUF)
		decode_descriptor(&reply->content);
	part = schema_text_add(text);
	buf_adds(&part->name, buf_slice(&ref->name));
	part->content = reply->content;
	reply->content = (struct buf){0};
	if (text->n_refs <= REPLY_REFERENCES_MAX && schema_text_size(text) <= TEXT_MAX)
		return REGISTRY_FOUND;
	codec_fail(fault, CODEC_SCHEMA, "the schema refers to too much");
	return REGISTRY_REFUSED;
}

static enum registry_result fetch_reference(struct confluent_http *c,
					    const struct reply_reference *ref,
					    struct schema_text *text, unsigned depth,
					    struct codec_fault *fault, struct err *err)
{
	struct schema_reply reply = {0};
	enum registry_result result;
	const char *why;
	char what[160];

	snprintf(what, sizeof(what), "subject '%.*s', version %lld", (int)ref->subject.len,
		 ref->subject.p, (long long)ref->version);
	switch (ask_reference(c, ref, text->type, err)) {
	case CONFLUENT_GOOD:
		break;
	case CONFLUENT_UNKNOWN:
		codec_fail(fault, CODEC_SCHEMA,
			   "the schema refers to %s, which the registry does not have", what);
		return REGISTRY_REFUSED;
	default:
		return REGISTRY_FAILED;
	}
	why = schema_reply_read(&reply, confluent_http_body(c));
	result = why ? refuse(fault, CODEC_SCHEMA, what, why)
		     : add_reference(c, ref, &reply, text, depth + 1, fault, err);
	schema_reply_free(&reply);
	return result;
}

static enum registry_result fetch_references(struct confluent_http *c,
					     const struct schema_reply *reply,
					     struct schema_text *text, unsigned depth,
					     struct codec_fault *fault, struct err *err)
{
	if (depth > NESTED_MAX) {
		codec_fail(fault, CODEC_SCHEMA, "the schema's references nest too deeply");
		return REGISTRY_REFUSED;
	}
	for (size_t i = 0; i < reply->n_refs; i++) {
		const struct reply_reference *ref = &reply->refs[i];
		enum registry_result result;

		if (schema_text_has(text, buf_slice(&ref->name)))
			continue;
		result = fetch_reference(c, ref, text, depth, fault, err);
		if (result != REGISTRY_FOUND)
			return result;
	}
	return REGISTRY_FOUND;
}

enum registry_result confluent_fetch(struct confluent_http *c, const struct schema_id *id,
				     struct schema_text *text, struct codec_fault *fault,
				     struct err *err)
{
	struct schema_reply reply = {0};
	enum registry_result result;
	const char *why;
	char path[64];

	put_path(id, path);
	switch (confluent_http_get(c, slice_of(path), err)) {
	case CONFLUENT_GOOD:
		break;
	case CONFLUENT_UNKNOWN:
		codec_fail(fault, CODEC_UNKNOWN_SCHEMA, "the registry has no such schema");
		return REGISTRY_REFUSED;
	default:
		return REGISTRY_FAILED;
	}
	why = schema_reply_read(&reply, confluent_http_body(c));
	result = why ? refuse(fault, CODEC_SCHEMA, path, why) : REGISTRY_FOUND;
	if (result == REGISTRY_FOUND && reply.type == SCHEMA_PROTOBUF)
		result = fetch_descriptor(c, path, &reply, err);
	text->type = reply.type;
	if (result == REGISTRY_FOUND && reply.type != SCHEMA_JSON)
		result = fetch_references(c, &reply, text, 0, fault, err);
	text->own.content = reply.content;
	text->rule = reply.rule;
	reply.content = reply.rule = (struct buf){0};
	schema_reply_free(&reply);
	return result;
}
