#include "connector.h"

#include "base/fd.h"
#include "base/msg.h"
#include "base/num.h"
#include "config.h"
#include "converter.h"

#include <string.h>

#define FILE_MAX (1u << 20)
#define PREFIX	 "aws.eventbridge."
#define OVERRIDE "consumer.override."

/* Would be seen in the list of processes, and in what --print shows. */
static bool is_secret(const char *name)
{
	return strstr(name, "password") || strstr(name, "secret") || strstr(name, "jaas");
}

/* The consumer's properties, those of Java's alone left out. */
static int add_overrides(struct config *c)
{
	const char *reset = config_get(c, OVERRIDE "auto.offset.reset");
	struct buf pair = {0};

	config_option(c, "-b", config_get(c, OVERRIDE "bootstrap.servers"));
	if (reset && strcmp(reset, "latest") == 0)
		config_option(c, "-o", "end");
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
		config_option(c, "-X", buf_text(&pair));
	}
	buf_free(&pair);
	return 0;
}

static int add_read(struct config *c)
{
	const char *topics = config_get(c, "topics"), *regex = config_get(c, "topics.regex");
	const char *letters = config_get(c, "errors.deadletterqueue.topic.name");
	const char *tolerance = config_get(c, "errors.tolerance");
	const char *name = config_need(c, "name");
	struct buf text = {0};

	if (!name)
		return -1;
	if (!topics == !regex)
		return err_set(c->err, EXIT_USAGE, "%s: one of topics and topics.regex is needed",
			       c->file);
	BUF_LIT(c->out, "kebread");
	buf_addf(&text, "connect-%s", name);
	config_option(c, "-G", buf_text(&text));
	config_options(c, "-t", topics);
	buf_reset(&text);
	buf_addf(&text, "^%s", regex && *regex == '^' ? regex + 1 : regex ? regex : "");
	config_option(c, "-t", regex ? buf_text(&text) : NULL);
	buf_reset(&text);
	buf_addf(&text, "dlq=%s", letters ? letters : "");
	if (letters)
		config_option(c, "--on-reject", buf_text(&text));
	else if (tolerance && strcmp(tolerance, "all") == 0)
		config_option(c, "--on-reject", "skip");
	buf_free(&text);
	return add_overrides(c);
}

/* A worker has SimpleHeaderConverter, which guesses types, unless it is told otherwise. */
static void add_headers(struct config *c)
{
	const char *class = config_get(c, "header.converter");
	struct slice name = slice_of(class ? class : ".SimpleHeaderConverter");
	bool bytes = slice_ends(name, SLICE(".ByteArrayConverter"));
	bool text = slice_ends(name, SLICE(".StringConverter"));

	if (!bytes && !text && !slice_ends(name, SLICE(".SimpleHeaderConverter")))
		msg_warning("%s: header.converter '%s' is not known to kebmap: taken as "
			    "SimpleHeaderConverter",
			    c->file, class);
	config_option(c, "--headers", bytes ? "base64" : text ? "text" : "connect");
}

/* "kafka-connect-${topic}" for all topics, or topic:type,... */
static void add_types(struct config *c, const char *types)
{
	struct buf text = {0};

	if (!strchr(types, ':') && !strchr(types, ',')) {
		for (const char *p = types; *p; p++)
			if (p[0] != '$' || p[1] != '{')
				buf_addc(&text, *p);
		config_option(c, "--detail-type", buf_text(&text));
	} else {
		for (const char *p = types; *p; p++)
			buf_addc(&text, *p == ':' ? '=' : *p);
		config_options(c, "--detail-type-for", buf_text(&text));
	}
	buf_free(&text);
}

static int add_detail_type(struct config *c)
{
	const char *mapper = config_get(c, PREFIX "detail.types.mapper.class");
	const char *path = config_get(c, PREFIX "detail.types.jsonpathmapper.fieldref");
	const char *types = config_get(c, PREFIX "detail.types");

	if (mapper && slice_ends(slice_of(mapper), SLICE(".JsonPathDetailTypeMapper"))) {
		if (!path)
			return err_set(c->err, EXIT_USAGE,
				       "%s: " PREFIX
				       "detail.types.jsonpathmapper.fieldref is missing",
				       c->file);
		config_option(c, "--detail-type", "{topic}"); /* where the value has none */
		config_option(c, "--detail-type-path", path);
		return 0;
	}
	if (mapper && !slice_ends(slice_of(mapper), SLICE(".DefaultDetailTypeMapper")))
		return config_refuse(c, PREFIX "detail.types.mapper.class",
				     "kebmap --detail-type-path or --set may do what it does");
	if (types)
		add_types(c, types);
	return 0;
}

static int add_map(struct config *c)
{
	const char *id = config_need(c, PREFIX "connector.id");
	const char *time = config_get(c, PREFIX "time.mapper.class");
	struct buf source = {0};

	if (!id)
		return -1;
	BUF_LIT(c->out, " |\nkebmap");
	buf_addf(&source, "kafka-connect.%s", id);
	config_option(c, "--source", buf_text(&source));
	buf_free(&source);
	if (time && !slice_ends(slice_of(time), SLICE(".DefaultTimeMapper")))
		return config_refuse(c, PREFIX "time.mapper.class", "see kebmap --time and --set");
	config_option(c, "--time", "none");
	config_options(c, "--resource", config_get(c, PREFIX "eventbus.resources"));
	if (add_detail_type(c) != 0 || converter_options(c) != 0)
		return -1;
	add_headers(c);
	return 0;
}

static void add_who(struct config *c)
{
	config_option(c, "--region", config_get(c, PREFIX "region"));
	config_option(c, "--role-arn", config_get(c, PREFIX "iam.role.arn"));
	config_option(c, "--external-id", config_get(c, PREFIX "iam.external.id"));
	config_option(c, "--profile", config_get(c, PREFIX "iam.profile.name"));
}

static void add_offload(struct config *c)
{
	const char *bucket = config_get(c, PREFIX "offloading.default.s3.bucket");
	const char *field = config_get(c, PREFIX "offloading.default.fieldref");
	const char *endpoint = config_get(c, PREFIX "offloading.default.s3.endpoint.uri");

	if (!bucket)
		return;
	BUF_LIT(c->out, " |\nkeboffload --threshold 0");
	config_option(c, "--bucket", bucket);
	config_option(c, "--field", field ? field : "$.detail.value");
	config_option(c, "--endpoint-url", endpoint);
	if (endpoint)
		BUF_LIT(c->out, " --path-style");
	add_who(c);
}

static int add_put(struct config *c)
{
	const char *bus = config_need(c, PREFIX "eventbus.arn");

	if (!bus)
		return -1;
	BUF_LIT(c->out, " |\nkebput");
	config_option(c, "--bus", bus);
	config_option(c, "--endpoint-url", config_get(c, PREFIX "endpoint.uri"));
	config_option(c, "--endpoint-id", config_get(c, PREFIX "eventbus.global.endpoint.id"));
	add_who(c);
	return 0;
}

/* --- the rest ----------------------------------------------------------------- */

static int check(struct config *c)
{
	const char *class = config_need(c, "connector.class");

	if (!class)
		return -1;
	if (!slice_ends(slice_of(class), SLICE("EventBridgeSinkConnector")))
		return err_set(c->err, EXIT_USAGE,
			       "%s: connector.class '%s' is not the EventBridge sink connector",
			       c->file, class);
	if (config_refuse(c, "transforms",
			  "shape the records with kebmap --set, or a filter of your own") != 0 ||
	    config_refuse(
		    c, PREFIX "auth.credentials_provider.class",
		    "see --role-arn, --profile, and credential_process of the AWS config file") !=
		    0)
		return -1;
	/* Neither retries nor its delay limit anything here: keb tries until it is delivered. */
	(void)config_get(c, PREFIX "retries.max");
	(void)config_get(c, PREFIX "retries.delay");
	return 0;
}

static int convert(struct config *c, uint64_t *copies)
{
	const char *tasks = config_get(c, "tasks.max");

	*copies = 1;
	if (tasks && (!num_u64(slice_of(tasks), copies) || *copies < 1 || *copies > 1000))
		return err_set(c->err, EXIT_USAGE, "%s: tasks.max '%s' is no number from 1 to 1000",
			       c->file, tasks);
	if (check(c) != 0 || add_read(c) != 0 || add_map(c) != 0)
		return -1;
	add_offload(c);
	if (add_put(c) != 0)
		return -1;
	config_warn_unused(c);
	return 0;
}

int connector_parse(char *text, size_t n, const char *name, struct buf *pipeline, uint64_t *copies,
		    struct err *err)
{
	struct config c = {.file = name, .out = pipeline, .err = err};
	int result = config_parse(&c, text, n) == 0 ? convert(&c, copies) : -1;

	config_free(&c);
	return result;
}

int connector_read(const char *path, struct buf *pipeline, uint64_t *copies, struct err *err)
{
	struct buf text = {0};
	int result = -1;

	if (fd_read_file(path, FILE_MAX, &text, err) == 0)
		result = connector_parse(buf_text(&text), text.len, path, pipeline, copies, err);
	buf_wipe(&text);
	return result;
}
