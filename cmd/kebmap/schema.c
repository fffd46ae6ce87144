#include "schema.h"

#include "base/mem.h"
#include "payload.h"
#include "registry/framing.h"
#include "registry/inflate.h"
#include "schema_plan.h"
#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>

struct schema_decoder {
	struct decoder decoder; /* the first member: it is what others hold */
	struct schema_conf conf;
	struct connect_form form;
	struct registry *registry;
	struct schema_plan *key_plan, *value_plan; /* of files; NULL: records are framed */
	struct proto_reader *reader;
	struct err fate; /* why the run cannot go on */
	struct inflate *inflate;
	struct buf inflated;
	struct buf header, unescaped; /* of the header with the schema's id */
};

/* --- what is wrong with a record ------------------------------------------------ */

static enum decode_result refuse_record(const struct decode_field *field,
					const struct codec_fault *fault, const char *hint,
					struct refusal *why)
{
	refuse_payload(why, field->record, field->is_key, field->bytes, fault, hint);
	return DECODE_REFUSED;
}

/* --- frames ---------------------------------------------------------------------- */

/* The bytes of the last header of that name; absent if there is none or it is null. */
static struct slice find_header(struct schema_decoder *s, const struct record *record,
				struct slice wanted)
{
	struct slice name, raw, last = SLICE_NONE, bytes, base64;
	struct record_headers walk;
	bool null;

	if (!record->headers.p)
		return SLICE_NONE;
	record_headers(&walk, record);
	while (record_next_header(&walk, &name, &raw, &null) > 0) {
		if (json_is(name, wanted))
			last = null ? SLICE_NONE : raw;
	}
	if (!last.p || !payload_decode(last, &s->header, &s->unescaped, &bytes, &base64))
		return SLICE_NONE; /* headers.h refuses what is no base64 */
	return bytes;
}

/* Where nothing looks like a frame, it may be something else. */
static const char *framing_hint(const struct decode_field *field, struct slice header)
{
	if (header.p || framing_begins(field->bytes))
		return "";
	return field->is_key ? " (try --key-format auto, string or base64)"
			     : " (try --value-format auto, json or base64)";
}

static bool inflate_payload(struct schema_decoder *s, struct frame *frame,
			    struct codec_fault *fault)
{
	if (!frame->zlib)
		return true;
	if (!inflate_whole(s->inflate, frame->payload, s->conf.max_payload, &s->inflated, fault))
		return false;
	frame->payload = buf_slice(&s->inflated);
	return true;
}

/* --- schemas ----------------------------------------------------------------------- */

static bool fits(enum decode_format format, enum schema_type type)
{
	return format == DECODE_AUTO || type == (format == DECODE_AVRO	     ? SCHEMA_AVRO
						 : format == DECODE_PROTOBUF ? SCHEMA_PROTOBUF
									     : SCHEMA_JSON);
}

static void *make_plan(void *ctx, const struct schema_id *id, const struct schema_text *text,
		       struct codec_fault *fault)
{
	struct schema_decoder *s = ctx;
	struct connect_form form = s->form;

	form.profile = id->kind == SCHEMA_VERSION ? CONNECT_GLUE : CONNECT_CONFLUENT;
	return schema_plan_new(text, &form, fault);
}

/* A fault of the schema as a whole: its id is what the reader wants to know. */
static enum decode_result refuse_schema(const struct decode_field *field,
					const struct schema_id *id, const struct codec_fault *fault,
					struct refusal *why)
{
	struct codec_fault named = {.code = fault->code};
	char text[SCHEMA_ID_TEXT];
	const char *hint = "";

	schema_id_put(text, id);
	codec_fail(&named, fault->code, "%s %s: %s", schema_id_what(id), text, fault->text);
	if (fault->code == CODEC_UNKNOWN_SCHEMA)
		hint = id->kind == SCHEMA_VERSION ? " (check --region and the credentials)"
						  : " (check --registry)";
	return refuse_record(field, &named, hint, why);
}

static enum decode_result refuse_format(const struct decode_field *field, enum schema_type type,
					struct refusal *why)
{
	struct codec_fault fault;

	codec_fail(&fault, CODEC_SCHEMA, "its schema is %s", schema_type_title(type));
	return refuse_record(
		field, &fault,
		field->is_key ? " (try --key-format auto)" : " (try --value-format auto)", why);
}

static enum decode_result fail(struct schema_decoder *s, struct refusal *why)
{
	refuse(why, REJECT_DECODE, "the schema cannot be had");
	why->fatal = &s->fate;
	return DECODE_REFUSED;
}

/* No registry that gives such ids was named. */
static enum decode_result refuse_registry(const struct decode_field *field,
					  const struct schema_id *id, struct refusal *why)
{
	bool glue = id->kind == SCHEMA_VERSION;
	struct codec_fault fault;

	codec_fail(&fault, CODEC_FRAMING, "it is framed with a %s, and no such registry is given",
		   glue ? "schema version of Glue" : "schema id of Confluent's kind");
	return refuse_record(field, &fault, glue ? " (--registry glue:)" : " (--registry URL)",
			     why);
}

static enum decode_result add_framed(struct schema_decoder *s, const struct decode_field *field,
				     const struct frame *frame, struct buf *to, struct slice *bare,
				     struct refusal *why)
{
	struct registry_schema schema;
	struct codec_fault fault;

	*bare = frame->payload;
	if (!registry_serves(s->registry, frame->id.kind))
		return field->format == DECODE_JSON_SCHEMA
			       ? DECODE_JSON
			       : refuse_registry(field, &frame->id, why);
	switch (registry_get(s->registry, &frame->id, &schema, &fault, &s->fate)) {
	case REGISTRY_FOUND:
		break;
	case REGISTRY_REFUSED:
		return refuse_schema(field, &frame->id, &fault, why);
	case REGISTRY_FAILED:
		return fail(s, why);
	}
	if (!fits(field->format, schema.type))
		return refuse_format(field, schema.type, why);
	if (schema.type == SCHEMA_JSON)
		return DECODE_JSON;
	return schema_plan_add(schema.plan, frame, s->reader, to, &fault)
		       ? DECODE_TEXT
		       : refuse_record(field, &fault, "", why);
}

static enum decode_result add(struct decoder *self, const struct decode_field *field,
			      struct buf *to, struct slice *bare, struct refusal *why)
{
	struct schema_decoder *s = (struct schema_decoder *)self;
	struct schema_plan *plan = field->is_key ? s->key_plan : s->value_plan;
	const char *name = field->is_key ? FRAMING_KEY_HEADER : FRAMING_VALUE_HEADER;
	struct codec_fault fault;
	struct slice header;
	struct frame frame;

	if (plan)
		return schema_plan_add_bare(plan, field->bytes, s->reader, to, &fault)
			       ? DECODE_TEXT
			       : refuse_record(field, &fault, "", why);
	header = find_header(s, field->record, slice_of(name));
	if (field->format == DECODE_AUTO && !header.p && !framing_begins(field->bytes))
		return DECODE_BARE;
	if (!framing_read(field->bytes, header, &frame, &fault))
		return refuse_record(field, &fault, framing_hint(field, header), why);
	if (!inflate_payload(s, &frame, &fault))
		return refuse_record(field, &fault, "", why);
	return add_framed(s, field, &frame, to, bare, why);
}

/* --- options ------------------------------------------------------------------------- */

static void free_secret(const char **secret)
{
	mem_free_secret((char *)*secret);
}

void schema_options_free(struct schema_options *o)
{
	free_secret(&o->registry.user);
	free_secret(&o->registry.token);
	free_secret(&o->registry.key_password);
	free(o->registry.registries.items);
}

int schema_options_unused(const struct schema_options *o, struct err *err)
{
	if (!o->registry.registries.n && !o->schema && !o->key_schema)
		return 0;
	return err_set(err, EXIT_USAGE,
		       "%s has no use: neither --value-format nor --key-format needs a schema "
		       "(avro, protobuf, json-schema, auto)",
		       o->registry.registries.n ? "--registry"
		       : o->schema		? "--schema"
						: "--key-schema");
}

/* --- the decoder --------------------------------------------------------------------- */

/* The plan of a file for keys or values: -1 with err; none is NULL. */
static int load(struct schema_decoder *s, int format, const char *path, const char *message,
		bool is_key, struct schema_plan **plan, struct err *err)
{
	const char *option = is_key ? "--key-schema" : "--schema";
	const char *of = is_key ? "--key-format" : "--value-format";

	if (message && !path)
		return err_set(err, EXIT_USAGE, "%s-message needs %s FILE", is_key ? "--key" : "-",
			       option);
	if (path && format != DECODE_AVRO && format != DECODE_PROTOBUF)
		return err_set(err, EXIT_USAGE,
			       "%s is for %s avro or protobuf without a registry's frame", option,
			       of);
	if (!path && (format == DECODE_AVRO || format == DECODE_PROTOBUF) &&
	    !registry_serves(s->registry, SCHEMA_NUMBER) &&
	    !registry_serves(s->registry, SCHEMA_VERSION))
		return err_set(err, EXIT_USAGE,
			       "%s %s needs a schema: --registry URL, --registry glue:NAME, or %s "
			       "FILE for data without a frame",
			       of, format == DECODE_AVRO ? "avro" : "protobuf", option);
	if (!path)
		return 0;
	*plan = schema_plan_of_file(format == DECODE_AVRO ? SCHEMA_AVRO : SCHEMA_PROTOBUF, path,
				    message, &s->form, err);
	return *plan ? 0 : -1;
}

static int set_up(struct schema_decoder *s, const struct schema_conf *conf, struct err *err)
{
	const struct schema_options *o = conf->options;
	struct registry_conf registry = {
		.options = &conf->options->registry,
		.for_ever = conf->for_ever,
		.user_agent = "kebmap/" KEB_VERSION,
		.stop_fd = conf->stop_fd,
		.wait = conf->wait,
		.make = make_plan,
		.release = schema_plan_free,
		.ctx = s,
	};

	s->form = (struct connect_form){.decimal = (enum connect_decimal)o->decimal,
					.union_form = (enum connect_union)o->union_form,
					.oneof = (enum connect_oneof)o->oneof};
	s->registry = registry_new(&registry, err);
	if (!s->registry)
		return -1;
	if (load(s, conf->value_format, o->schema, o->message, false, &s->value_plan, err) != 0)
		return -1;
	return load(s, conf->key_format, o->key_schema, o->key_message, true, &s->key_plan, err);
}

struct schema_decoder *schema_decoder_new(const struct schema_conf *conf, struct err *err)
{
	struct schema_decoder *s = mem_alloc(sizeof *s);

	s->decoder.add = add;
	s->conf = *conf;
	s->inflate = inflate_open();
	s->reader = proto_reader_new(conf->max_payload);
	if (set_up(s, conf, err) == 0)
		return s;
	schema_decoder_free(s);
	return NULL;
}

void schema_decoder_free(struct schema_decoder *s)
{
	if (!s)
		return;
	schema_plan_free(s->key_plan);
	schema_plan_free(s->value_plan);
	registry_free(s->registry);
	proto_reader_free(s->reader);
	inflate_free(s->inflate);
	buf_free(&s->inflated);
	buf_free(&s->header);
	buf_free(&s->unescaped);
	free(s);
}

struct decoder *schema_decoder(struct schema_decoder *s)
{
	return &s->decoder;
}
