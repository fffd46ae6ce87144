#include "connector.h"

#include "base/fd.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "cli/shell.h"
#include "kafka/file.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

#define FILE_MAX (1u << 20)
#define PREFIX	 "aws.eventbridge."
#define OVERRIDE "consumer.override."

struct property {
	char *name, *value;
	bool used;
};

struct config {
	const char *file;
	LIST_OF(struct property) all;
	struct buf *out;
	struct err *err;
};

/* --- reading ------------------------------------------------------------------ */

static int add(void *ctx, const char *name, const char *value, struct err *err)
{
	struct config *c = ctx;
	struct property property = {mem_text(name, strlen(name)), mem_text(value, strlen(value)),
				    false};

	(void)err;
	list_add(&c->all, property);
	return 0;
}

static void add_member(struct config *c, const struct json_member *m)
{
	struct buf name = {0}, value = {0};

	json_unescape(m->name, &name);
	if (m->type == JSON_STRING)
		json_unescape(json_raw(m->value), &value);
	else
		buf_adds(&value, m->value);
	add(c, buf_text(&name), buf_text(&value), NULL);
	buf_free(&name);
	buf_free(&value);
}

static void add_members(struct config *c, struct slice object)
{
	struct json_member m;
	struct json_walk w;

	for (json_walk(&w, object); json_next(&w, &m);) {
		if (m.type == JSON_OBJECT && json_is(m.name, SLICE("config")))
			add_members(c, m.value);
		else if (m.type != JSON_NULL)
			add_member(c, &m);
	}
}

static int parse(struct config *c, char *text, size_t n)
{
	struct slice json = json_trim((struct slice){text, n});
	struct json_fault fault;

	if (json.n == 0 || json.p[0] != '{')
		return kafka_file_parse(text, n, c->file, add, c, c->err);
	if (json_check(json, &fault) == JSON_NONE)
		return err_set(c->err, EXIT_USAGE, "%s: byte %zu: %s", c->file, fault.at + 1,
			       fault.what);
	add_members(c, json);
	return 0;
}

/* The value of a property, the last one as Connect takes it; NULL if it is missing or empty. */
static const char *get(struct config *c, const char *name)
{
	const char *value = NULL;

	for (uint32_t i = 0; i < c->all.n; i++) {
		struct property *property = &c->all.p[i];

		if (strcmp(property->name, name) != 0)
			continue;
		property->used = true;
		value = *property->value ? property->value : NULL;
	}
	return value;
}

static const char *need(struct config *c, const char *name)
{
	const char *value = get(c, name);

	if (!value)
		err_set(c->err, EXIT_USAGE, "%s: %s is missing", c->file, name);
	return value;
}

static int refuse(struct config *c, const char *name, const char *instead)
{
	const char *value = get(c, name);

	if (!value)
		return 0;
	return err_set(c->err, EXIT_USAGE, "%s: %s '%s' has no counterpart (%s)", c->file, name,
		       value, instead);
}

/* --- writing ------------------------------------------------------------------ */

static void option(struct config *c, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(c->out, " %s ", name);
	shell_add_word(c->out, slice_of(value));
}

/* name item, for each item of a list as Kafka writes it. */
static void options(struct config *c, const char *name, const char *list)
{
	struct slice rest = slice_of(list);

	while (list && rest.n > 0) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
		struct slice item = json_trim((struct slice){rest.p, n});

		if (item.n > 0) {
			buf_addf(c->out, " %s ", name);
			shell_add_word(c->out, item);
		}
		n += comma ? 1 : 0;
		rest = (struct slice){rest.p + n, rest.n - n};
	}
}

/* Would be seen in the list of processes, and in what --print shows. */
static bool is_secret(const char *name)
{
	return strstr(name, "password") || strstr(name, "secret") || strstr(name, "jaas");
}

/* The consumer's properties, those of Java's alone left out. */
static int add_overrides(struct config *c)
{
	const char *reset = get(c, OVERRIDE "auto.offset.reset");
	struct buf pair = {0};

	option(c, "-b", get(c, OVERRIDE "bootstrap.servers"));
	if (reset && strcmp(reset, "latest") == 0)
		option(c, "-o", "end");
	for (uint32_t i = 0; i < c->all.n; i++) {
		struct property *property = &c->all.p[i];
		const char *name = property->name + strlen(OVERRIDE);

		if (property->used || strncmp(property->name, OVERRIDE, strlen(OVERRIDE)) != 0 ||
		    strcmp(name, "max.poll.records") == 0)
			continue;
		if (is_secret(name)) {
			buf_free(&pair);
			return err_set(
				c->err, EXIT_USAGE,
				"%s: %s is a secret: take it out, and give kebread -F a file "
				"with it in the pipeline that --print shows",
				c->file, property->name);
		}
		property->used = true;
		buf_reset(&pair);
		buf_addf(&pair, "%s=%s", name, property->value);
		option(c, "-X", buf_text(&pair));
	}
	buf_free(&pair);
	return 0;
}

static int add_read(struct config *c)
{
	const char *topics = get(c, "topics"), *regex = get(c, "topics.regex");
	const char *letters = get(c, "errors.deadletterqueue.topic.name");
	const char *tolerance = get(c, "errors.tolerance");
	const char *name = need(c, "name");
	struct buf text = {0};

	if (!name)
		return -1;
	if (!topics == !regex)
		return err_set(c->err, EXIT_USAGE, "%s: one of topics and topics.regex is needed",
			       c->file);
	BUF_LIT(c->out, "kebread");
	buf_addf(&text, "connect-%s", name);
	option(c, "-G", buf_text(&text));
	options(c, "-t", topics);
	buf_reset(&text);
	buf_addf(&text, "^%s", regex && *regex == '^' ? regex + 1 : regex ? regex : "");
	option(c, "-t", regex ? buf_text(&text) : NULL);
	buf_reset(&text);
	buf_addf(&text, "dlq=%s", letters ? letters : "");
	if (letters)
		option(c, "--on-reject", buf_text(&text));
	else if (tolerance && strcmp(tolerance, "all") == 0)
		option(c, "--on-reject", "skip");
	buf_free(&text);
	return add_overrides(c);
}

/* What a converter class is to kebmap. */
static const char *format_of(const char *class, bool envelope)
{
	static const struct {
		const char *class, *format;
	} formats[] = {
		{".StringConverter", "string"},
		{".ByteArrayConverter", "base64"},
		{".AvroConverter", "avro"},
		{".AWSKafkaAvroConverter", "avro"},
		{".ProtobufConverter", "protobuf"},
		{".ProtobufSchemaConverter", "protobuf"},
		{".JsonSchemaConverter", "json-schema"},
	};
	struct slice name = slice_of(class);

	if (slice_ends(name, SLICE(".JsonConverter")))
		return envelope ? "json-envelope" : "json";
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (slice_ends(name, slice_of(formats[i].class)))
			return formats[i].format;
	return NULL;
}

/* side: "key" or "value". *registry keeps the first that is named. */
static int add_converter(struct config *c, const char *side, const char **registry)
{
	struct buf name = {0}, flag = {0};
	const char *class, *schemas, *url, *format = NULL;
	int result = 0;

	buf_addf(&name, "%s.converter", side);
	class = get(c, buf_text(&name));
	BUF_LIT(&name, ".schemas.enable");
	schemas = get(c, buf_text(&name));
	buf_reset(&name);
	buf_addf(&name, "%s.converter.schema.registry.url", side);
	url = get(c, buf_text(&name));
	*registry = *registry ? *registry : url;
	if (!class)
		msg_warning("%s: no %s.converter, the worker's is not known: taken as %s", c->file,
			    side, *side == 'k' ? "string" : "json");
	else if (!(format = format_of(class, !schemas || strcmp(schemas, "true") == 0)))
		result = err_set(c->err, EXIT_USAGE, "%s: %s.converter '%s' is not known to kebmap",
				 c->file, side, class);
	buf_addf(&flag, "--%s-format", side);
	option(c, buf_text(&flag), format);
	buf_free(&name);
	buf_free(&flag);
	return result;
}

static void add_headers(struct config *c)
{
	const char *class = get(c, "header.converter");

	if (class && slice_ends(slice_of(class), SLICE(".ByteArrayConverter")))
		option(c, "--headers", "base64");
	else if (!class || !slice_ends(slice_of(class), SLICE(".StringConverter")))
		msg_warning("%s: header values are written as text; the connector guesses a type",
			    c->file);
}

/* "kafka-connect-${topic}" for all topics, or topic:type,... */
static void add_types(struct config *c, const char *types)
{
	struct buf text = {0};

	if (!strchr(types, ':') && !strchr(types, ',')) {
		for (const char *p = types; *p; p++)
			if (p[0] != '$' || p[1] != '{')
				buf_addc(&text, *p);
		option(c, "--detail-type", buf_text(&text));
	} else {
		for (const char *p = types; *p; p++)
			buf_addc(&text, *p == ':' ? '=' : *p);
		options(c, "--detail-type-for", buf_text(&text));
	}
	buf_free(&text);
}

static int add_detail_type(struct config *c)
{
	const char *mapper = get(c, PREFIX "detail.types.mapper.class");
	const char *path = get(c, PREFIX "detail.types.jsonpathmapper.fieldref");
	const char *types = get(c, PREFIX "detail.types");

	if (mapper && slice_ends(slice_of(mapper), SLICE(".JsonPathDetailTypeMapper"))) {
		if (!path)
			return err_set(c->err, EXIT_USAGE,
				       "%s: " PREFIX
				       "detail.types.jsonpathmapper.fieldref is missing",
				       c->file);
		option(c, "--detail-type", "{topic}"); /* where the value has none */
		option(c, "--detail-type-path", path);
		return 0;
	}
	if (mapper && !slice_ends(slice_of(mapper), SLICE(".DefaultDetailTypeMapper")))
		return refuse(c, PREFIX "detail.types.mapper.class",
			      "kebmap --detail-type-path or --set may do what it does");
	if (types)
		add_types(c, types);
	return 0;
}

static int add_map(struct config *c)
{
	const char *id = need(c, PREFIX "connector.id"), *registry = NULL;
	const char *time = get(c, PREFIX "time.mapper.class");
	struct buf source = {0};

	if (!id)
		return -1;
	BUF_LIT(c->out, " |\nkebmap");
	buf_addf(&source, "kafka-connect.%s", id);
	option(c, "--source", buf_text(&source));
	buf_free(&source);
	if (time && !slice_ends(slice_of(time), SLICE(".DefaultTimeMapper")))
		return refuse(c, PREFIX "time.mapper.class", "see kebmap --time and --set");
	option(c, "--time", "none");
	options(c, "--resource", get(c, PREFIX "eventbus.resources"));
	if (add_detail_type(c) != 0 || add_converter(c, "key", &registry) != 0 ||
	    add_converter(c, "value", &registry) != 0)
		return -1;
	option(c, "--registry", registry);
	add_headers(c);
	return 0;
}

static void add_who(struct config *c)
{
	option(c, "--region", get(c, PREFIX "region"));
	option(c, "--role-arn", get(c, PREFIX "iam.role.arn"));
	option(c, "--external-id", get(c, PREFIX "iam.external.id"));
	option(c, "--profile", get(c, PREFIX "iam.profile.name"));
}

static void add_offload(struct config *c)
{
	const char *bucket = get(c, PREFIX "offloading.default.s3.bucket");
	const char *field = get(c, PREFIX "offloading.default.fieldref");
	const char *endpoint = get(c, PREFIX "offloading.default.s3.endpoint.uri");

	if (!bucket)
		return;
	BUF_LIT(c->out, " |\nkeboffload --threshold 0");
	option(c, "--bucket", bucket);
	option(c, "--field", field ? field : "$.detail.value");
	option(c, "--endpoint-url", endpoint);
	if (endpoint)
		BUF_LIT(c->out, " --path-style");
	add_who(c);
}

static int add_put(struct config *c)
{
	const char *bus = need(c, PREFIX "eventbus.arn");

	if (!bus)
		return -1;
	BUF_LIT(c->out, " |\nkebput");
	option(c, "--bus", bus);
	option(c, "--endpoint-url", get(c, PREFIX "endpoint.uri"));
	option(c, "--endpoint-id", get(c, PREFIX "eventbus.global.endpoint.id"));
	add_who(c);
	return 0;
}

/* --- the rest ----------------------------------------------------------------- */

static int check(struct config *c)
{
	const char *class = need(c, "connector.class");

	if (!class)
		return -1;
	if (!slice_ends(slice_of(class), SLICE("EventBridgeSinkConnector")))
		return err_set(c->err, EXIT_USAGE,
			       "%s: connector.class '%s' is not the EventBridge sink connector",
			       c->file, class);
	if (refuse(c, "transforms",
		   "shape the records with kebmap --set, or a filter of your own") != 0 ||
	    refuse(c, PREFIX "auth.credentials_provider.class",
		   "see --role-arn, --profile, and credential_process of the AWS config file") != 0)
		return -1;
	/* Neither retries nor its delay limit anything here: keb tries until it is delivered. */
	(void)get(c, PREFIX "retries.max");
	(void)get(c, PREFIX "retries.delay");
	return 0;
}

static void warn_unused(const struct config *c)
{
	for (uint32_t i = 0; i < c->all.n; i++)
		if (!c->all.p[i].used)
			msg_warning("%s: %s has no counterpart, it is left out", c->file,
				    c->all.p[i].name);
}

static int convert(struct config *c, uint64_t *copies)
{
	const char *tasks = get(c, "tasks.max");

	*copies = 1;
	if (tasks && (!num_u64(slice_of(tasks), copies) || *copies < 1 || *copies > 1000))
		return err_set(c->err, EXIT_USAGE, "%s: tasks.max '%s' is no number from 1 to 1000",
			       c->file, tasks);
	if (check(c) != 0 || add_read(c) != 0 || add_map(c) != 0)
		return -1;
	add_offload(c);
	if (add_put(c) != 0)
		return -1;
	warn_unused(c);
	return 0;
}

int connector_parse(char *text, size_t n, const char *name, struct buf *pipeline, uint64_t *copies,
		    struct err *err)
{
	struct config c = {.file = name, .out = pipeline, .err = err};
	int result = parse(&c, text, n) == 0 ? convert(&c, copies) : -1;

	for (uint32_t i = 0; i < c.all.n; i++) {
		free(c.all.p[i].name);
		mem_wipe_text(c.all.p[i].value);
		free(c.all.p[i].value);
	}
	list_free(&c.all);
	return result;
}

int connector_read(const char *path, struct buf *pipeline, uint64_t *copies, struct err *err)
{
	struct buf text = {0};
	int result = -1;

	if (fd_read_file(path, FILE_MAX, &text, err) == 0)
		result = connector_parse(buf_text(&text), text.len, path, pipeline, copies, err);
	buf_free(&text);
	return result;
}
