#include "connector.h"

#include "base/fd.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "cli/shell.h"
#include "properties.h"
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

static void add(void *ctx, const char *name, const char *value)
{
	struct config *c = ctx;
	struct property property = {mem_text(name, strlen(name)), mem_text(value, strlen(value)),
				    false};

	list_add(&c->all, property);
}

static void add_member(struct config *c, const struct json_member *m)
{
	struct buf name = {0}, value = {0};

	json_unescape(m->name, &name);
	if (m->type == JSON_STRING)
		json_unescape(json_raw(m->value), &value);
	else
		buf_adds(&value, m->value);
	add(c, buf_text(&name), buf_text(&value));
	mem_wipe(value.p, value.cap);
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
		return properties_parse(text, n, c->file, add, c, c->err);
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

/* The property of the converter of one side ("key" or "value"); its name stays in *name. */
static const char *get_of(struct config *c, const char *side, const char *what, struct buf *name)
{
	buf_reset(name);
	buf_addf(name, "%s.converter%s", side, what);
	return get(c, buf_text(name));
}

/* Whether a converter prints what kebmap prints: -1 with err if a switch says otherwise. */
static int check_switches(struct config *c, const char *side)
{
	static const struct {
		const char *what, *expected, *instead;
	} switches[] = {
		{".enhanced.avro.schema.support", "false", "see kebmap --union"},
		{".generalized.sum.type.support", "false", "see kebmap --union"},
		{".avro.use.logical.type.converters", "false", "leave it out"},
		{".use.latest.version", "false", "the writer's schema is always used"},
		{".int.for.enums", "false", "enums are written by name"},
		{".generate.index.for.unions", "true", "see kebmap --oneof"},
		{".basic.auth.credentials.source", "USER_INFO", "see kebmap --registry-user"},
		{".bearer.auth.credentials.source", "STATIC_TOKEN", "see kebmap --registry-token"},
		{".schema.registry.ssl.truststore.type", "PEM", "see kebmap --registry-ca"},
		{".schema.registry.ssl.keystore.type", "PEM", "see kebmap --registry-cert"},
	};
	struct buf name = {0};
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof switches / sizeof *switches; i++) {
		const char *value = get_of(c, side, switches[i].what, &name);

		if (value && strcmp(value, switches[i].expected) != 0)
			result = refuse(c, buf_text(&name), switches[i].instead);
	}
	buf_free(&name);
	return result;
}

static int add_converter(struct config *c, const char *side)
{
	struct buf name = {0};
	const char *schemas = get_of(c, side, ".schemas.enable", &name);
	const char *class = get_of(c, side, "", &name), *format = NULL;
	int result = check_switches(c, side);

	if (!class)
		msg_warning("%s: no %s.converter, the worker's is not known: taken as %s", c->file,
			    side, *side == 'k' ? "string" : "json");
	else if (result == 0 &&
		 !(format = format_of(class, !schemas || strcmp(schemas, "true") == 0)))
		result = err_set(c->err, EXIT_USAGE, "%s: %s.converter '%s' is not known to kebmap",
				 c->file, side, class);
	buf_reset(&name);
	buf_addf(&name, "--%s-format", side);
	option(c, buf_text(&name), format);
	buf_free(&name);
	return result;
}

/* What the converters of both sides say: kebmap has one registry of each kind. */
static int get_both(struct config *c, const char *what, const char **value)
{
	struct buf name = {0};
	const char *key = get_of(c, "key", what, &name);
	const char *other = get_of(c, "value", what, &name);

	buf_free(&name);
	*value = other ? other : key;
	if (key && other && strcmp(key, other) != 0)
		return err_set(c->err, EXIT_USAGE,
			       "%s: key.converter and value.converter differ in %s, and kebmap has "
			       "one registry of each kind (map them apart)",
			       c->file, what + 1);
	return 0;
}

/* Arguments are seen in the list of processes: a secret goes through the environment. */
static int add_secret(struct config *c, const char *what, const char *flag, const char *variable)
{
	struct buf text = {0};
	const char *value;

	if (get_both(c, what, &value) != 0)
		return -1;
	if (!value)
		return 0;
	if (setenv(variable, value, 1) != 0)
		return err_set(c->err, EXIT_LOCAL, "cannot set %s", variable);
	buf_addf(&text, "env:%s", variable);
	option(c, flag, buf_text(&text));
	buf_free(&text);
	return 0;
}

static int add_confluent(struct config *c)
{
	const char *url, *ca, *cert;

	if (get_both(c, ".schema.registry.url", &url) != 0 ||
	    get_both(c, ".schema.registry.ssl.truststore.location", &ca) != 0 ||
	    get_both(c, ".schema.registry.ssl.keystore.location", &cert) != 0)
		return -1;
	if (!url)
		return 0;
	if (strchr(url, '@'))
		return err_set(c->err, EXIT_USAGE,
			       "%s: a converter's schema.registry.url holds a password (take it "
			       "out, and say basic.auth.user.info)",
			       c->file);
	option(c, "--registry", url);
	option(c, "--registry-ca", ca);
	option(c, "--registry-cert", cert);
	if (add_secret(c, ".basic.auth.user.info", "--registry-user", "KEB_REGISTRY_USER") != 0 ||
	    add_secret(c, ".bearer.auth.token", "--registry-token", "KEB_REGISTRY_TOKEN") != 0)
		return -1;
	return add_secret(c, ".schema.registry.ssl.key.password", "--registry-key-password",
			  "KEB_REGISTRY_KEY_PASSWORD");
}

static bool is_glue(struct config *c, const char *side)
{
	struct buf name = {0};
	const char *class = get_of(c, side, "", &name);

	buf_free(&name);
	return class && strstr(class, ".schemaregistry.kafkaconnect.");
}

static int add_glue(struct config *c)
{
	static const struct {
		const char *what, *flag;
	} options[] = {
		{".region", "--region"},
		{".endpoint", "--endpoint-url"},
		{".assumeRoleArn", "--role-arn"},
		{".assumeRoleSessionName", "--role-session-name"},
	};
	const char *value;

	if (!is_glue(c, "key") && !is_glue(c, "value"))
		return 0;
	option(c, "--registry", "glue:");
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		if (get_both(c, options[i].what, &value) != 0)
			return -1;
		option(c, options[i].flag, value);
	}
	/* Read, so that nothing warns of it: what is decoded is always generic. */
	return get_both(c, ".avroRecordType", &value);
}

static int add_converters(struct config *c)
{
	const char *flat;

	if (add_converter(c, "key") != 0 || add_converter(c, "value") != 0 ||
	    get_both(c, ".flatten.unions", &flat) != 0)
		return -1;
	option(c, "--oneof", flat && strcmp(flat, "true") == 0 ? "flat" : NULL);
	if (add_confluent(c) != 0)
		return -1;
	return add_glue(c);
}

/* A worker has SimpleHeaderConverter, which guesses types, unless it is told otherwise. */
static void add_headers(struct config *c)
{
	const char *class = get(c, "header.converter");
	struct slice name = slice_of(class ? class : ".SimpleHeaderConverter");
	bool bytes = slice_ends(name, SLICE(".ByteArrayConverter"));
	bool text = slice_ends(name, SLICE(".StringConverter"));

	if (!bytes && !text && !slice_ends(name, SLICE(".SimpleHeaderConverter")))
		msg_warning("%s: header.converter '%s' is not known to kebmap: taken as "
			    "SimpleHeaderConverter",
			    c->file, class);
	option(c, "--headers", bytes ? "base64" : text ? "text" : "connect");
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
	const char *id = need(c, PREFIX "connector.id");
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
	if (add_detail_type(c) != 0 || add_converters(c) != 0)
		return -1;
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
	if (text.p)
		mem_wipe(text.p, text.cap);
	buf_free(&text);
	return result;
}
