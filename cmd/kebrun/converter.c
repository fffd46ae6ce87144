#include "converter.h"

#include "base/msg.h"

#include <stdlib.h>

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
	return config_get(c, buf_text(name));
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
			result = config_refuse(c, buf_text(&name), switches[i].instead);
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
	config_option(c, buf_text(&name), format);
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
	config_option(c, flag, buf_text(&text));
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
	config_option(c, "--registry", url);
	config_option(c, "--registry-ca", ca);
	config_option(c, "--registry-cert", cert);
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
	config_option(c, "--registry", "glue:");
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		if (get_both(c, options[i].what, &value) != 0)
			return -1;
		config_option(c, options[i].flag, value);
	}
	/* Read, so that nothing warns of it: what is decoded is always generic. */
	return get_both(c, ".avroRecordType", &value);
}

int converter_options(struct config *c)
{
	const char *flat;

	if (add_converter(c, "key") != 0 || add_converter(c, "value") != 0 ||
	    get_both(c, ".flatten.unions", &flat) != 0)
		return -1;
	config_option(c, "--oneof", flat && strcmp(flat, "true") == 0 ? "flat" : NULL);
	if (add_confluent(c) != 0)
		return -1;
	return add_glue(c);
}
