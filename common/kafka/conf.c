#include "kafka/conf.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/msg.h"
#include "cli/secret.h"
#include "kafka/file.h"
#include "kafka/log.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

struct kafka_conf {
	rd_kafka_conf_t *rd;
	const struct kafka_owned *owned;
	char **given;
	size_t n_given;
	bool brokers; /* bootstrap.servers is set */
	bool oauth;
	bool second;	   /* a copy: its properties were warned of already */
	const char *where; /* "-X" or the file at hand: for messages */
};

/* Where a value in argv would be seen by everyone who may run ps(1). */
static const char *const secrets[] = {
	"sasl.password",    "ssl.key.password", "ssl.keystore.password",
	"ssl.key.pem",	    "ssl.keystore.pem", "sasl.oauthbearer.client.secret",
	"sasl.jaas.config",
};

static bool is_secret(const char *property)
{
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (strcmp(property, secrets[i]) == 0)
			return true;
	return false;
}

static const char *bare(const char *property)
{
	return strncmp(property, "topic.", 6) == 0 ? property + 6 : property;
}

static rd_kafka_conf_res_t set_raw(rd_kafka_conf_t *rd, const char *property, const char *value,
				   char *why, size_t size)
{
	rd_kafka_conf_res_t result = rd_kafka_conf_set(rd, property, value, why, size);

	/* kcat's way to say that a property is one of the topic's */
	if (result == RD_KAFKA_CONF_UNKNOWN && bare(property) != property)
		result = rd_kafka_conf_set(rd, bare(property), value, why, size);
	return result;
}

int kafka_conf_set(struct kafka_conf *conf, const char *property, const char *value,
		   struct err *err)
{
	char why[400];

	switch (set_raw(conf->rd, property, value, why, sizeof why)) {
	case RD_KAFKA_CONF_OK:
		return 0;
	case RD_KAFKA_CONF_UNKNOWN:
		return err_set(err, EXIT_USAGE,
			       "%s: there is no property '%s' in librdkafka %s (see its "
			       "CONFIGURATION.md)",
			       conf->where, property, rd_kafka_version_str());
	default:
		return err_set(err, EXIT_USAGE, "%s: property '%s': %s", conf->where, property,
			       is_secret(property) ? "value refused" : why);
	}
}

static int refuse_owned(const struct kafka_conf *conf, const char *property, struct err *err)
{
	const struct kafka_owned *o;

	for (o = conf->owned; o && o->property; o++)
		if (strcmp(o->property, property) == 0 || strcmp(o->property, bare(property)) == 0)
			return err_set(err, EXIT_USAGE, "%s: property '%s' is set by %s itself: %s",
				       conf->where, property, msg_program_name(), o->instead);
	return 0;
}

/* A property as the user gave it. */
static int give(struct kafka_conf *conf, const char *property, const char *value, struct err *err)
{
	if (refuse_owned(conf, property, err) != 0 ||
	    kafka_conf_set(conf, property, value, err) != 0)
		return -1;
	if (strcmp(property, "bootstrap.servers") == 0 ||
	    strcmp(property, "metadata.broker.list") == 0)
		conf->brokers = true;
	conf->given = mem_resize(conf->given, conf->n_given + 1, sizeof *conf->given);
	conf->given[conf->n_given++] = mem_text(property, strlen(property));
	return 0;
}

/* `item` is a word of argv: a secret in it is overwritten once it was taken. */
static int give_option(struct kafka_conf *conf, char *item, struct err *err)
{
	char *equals = strchr(item, '=');
	struct buf option = {0}, value = {0};
	char *property;
	int result;

	if (!equals || equals == item)
		return err_set(err, EXIT_USAGE, "-X takes PROP=VALUE, not '%s'", item);
	property = mem_text(item, (size_t)(equals - item));
	buf_addf(&option, "-X %s=", property);
	result = secret_read(equals + 1, buf_text(&option), &value, err);
	if (result > 0 && is_secret(bare(property))) {
		mem_wipe_text(equals + 1);
		msg_warning("%s on the command line can be seen by others: use -F FILE, "
			    "-X %s=@FILE or -X %s=env:NAME",
			    property, property, property);
	}
	if (result >= 0)
		result = give(conf, property, buf_text(&value), err);
	buf_wipe(&value);
	buf_free(&option);
	free(property);
	return result;
}

struct file_ctx {
	struct kafka_conf *conf;
	const char *path;
	bool secret;
};

static int give_line(void *ctx, const char *property, const char *value, struct err *err)
{
	struct file_ctx *file = ctx;

	file->secret = file->secret || is_secret(bare(property));
	return give(file->conf, property, value, err);
}

static int give_files(struct kafka_conf *conf, const struct opt_list *files, struct err *err)
{
	for (size_t i = 0; i < files->n; i++) {
		struct file_ctx file = {.conf = conf, .path = files->items[i]};

		conf->where = files->items[i];
		if (kafka_file_read(file.path, give_line, &file, err) != 0)
			return -1;
		if (file.secret && kafka_file_is_public(file.path))
			msg_warning("'%s' holds a secret and every user can read it: chmod 600",
				    file.path);
	}
	return 0;
}

static int give_brokers(struct kafka_conf *conf, struct kafka_options *options, struct err *err)
{
	const char *brokers = options->brokers;

	if (!brokers || !options->brokers_of)
		options->brokers_of = "-b";
	if (!brokers && conf->brokers) {
		options->brokers_of = "-X";
		return 0;
	}
	if (!brokers) {
		options->brokers_of = "KEB_BROKERS";
		brokers = getenv("KEB_BROKERS");
	}
	if (!brokers || !*brokers)
		return err_set(err, EXIT_USAGE,
			       "no broker is named: give -b HOST:PORT, or set KEB_BROKERS");
	conf->where = options->brokers_of;
	return kafka_conf_set(conf, "bootstrap.servers", brokers, err);
}

struct kafka_conf *kafka_conf_new(struct kafka_options *options, const struct kafka_owned *owned,
				  struct err *err)
{
	struct kafka_conf *conf = mem_alloc(sizeof *conf);
	int result;

	conf->rd = rd_kafka_conf_new();
	conf->owned = owned;
	result = give_files(conf, &options->files, err);
	conf->where = "-X";
	for (size_t i = 0; i < options->props.n; i++)
		if (result == 0)
			result = give_option(conf, (char *)options->props.items[i], err);
	conf->where = msg_program_name();
	if (result == 0 && options->complete)
		result = options->complete(options->complete_ctx, conf, err);
	if (result == 0)
		result = give_brokers(conf, options, err);
	conf->where = msg_program_name();
	if (result != 0) {
		kafka_conf_free(conf);
		return NULL;
	}
	kafka_conf_default(conf, "client.id", msg_program_name());
	/* Small messages are not held back for the acknowledgement of earlier ones. */
	kafka_conf_default(conf, "socket.nagle.disable", "true");
	return conf;
}

void kafka_conf_free(struct kafka_conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->n_given; i++)
		free(conf->given[i]);
	free(conf->given);
	if (conf->rd)
		rd_kafka_conf_destroy(conf->rd);
	free(conf);
}

struct kafka_conf *kafka_conf_copy(const struct kafka_conf *conf)
{
	struct kafka_conf *copy = mem_alloc(sizeof *copy);

	*copy = *conf;
	copy->second = true;
	copy->rd = rd_kafka_conf_dup(conf->rd);
	copy->given = mem_array(conf->n_given + 1, sizeof *copy->given);
	for (size_t i = 0; i < conf->n_given; i++)
		copy->given[i] = mem_text(conf->given[i], strlen(conf->given[i]));
	return copy;
}

bool kafka_conf_given(const struct kafka_conf *conf, const char *property)
{
	for (size_t i = 0; i < conf->n_given; i++)
		if (strcmp(conf->given[i], property) == 0 ||
		    strcmp(bare(conf->given[i]), property) == 0)
			return true;
	return false;
}

bool kafka_conf_get(const struct kafka_conf *conf, const char *property, char *value, size_t size)
{
	return rd_kafka_conf_get(conf->rd, property, value, &size) == RD_KAFKA_CONF_OK;
}

void kafka_conf_default(struct kafka_conf *conf, const char *property, const char *value)
{
	char why[200];

	if (!kafka_conf_given(conf, property))
		(void)set_raw(conf->rd, property, value, why, sizeof why);
}

bool kafka_conf_has_oauth(const struct kafka_conf *conf)
{
	return conf->oauth;
}

void kafka_conf_oauth(struct kafka_conf *conf, void (*refresh)(rd_kafka_t *, const char *, void *))
{
	conf->oauth = true;
	rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf->rd, refresh);
	rd_kafka_conf_enable_sasl_queue(conf->rd, 1);
}

rd_kafka_conf_t *kafka_conf_take(struct kafka_conf *conf)
{
	rd_kafka_conf_t *rd = conf->rd;

	rd_kafka_conf_set_log_cb(rd, conf->second ? kafka_log_second : kafka_log);
	conf->rd = NULL;
	kafka_conf_free(conf);
	return rd;
}
