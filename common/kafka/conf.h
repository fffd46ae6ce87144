/*
 * The configuration of a Kafka client, as the options -b, -X and -F say it:
 *
 *	-b HOST:PORT,...	else -X bootstrap.servers, else KEB_BROKERS
 *	-X PROP=VALUE		any librdkafka property, "topic." in front allowed;
 *				VALUE may be @FILE (its content) or env:NAME
 *	-F FILE			kcat's format: a PROP=VALUE a line, # for comments
 *
 * -X wins over -F, the last of equals wins. A property that the program sets itself
 * is refused with the option to use instead. Logs of the client go through msg.h.
 *
 * A program declares the three in its option table (KAFKA_OPTS) and then:
 *
 *	conf = kafka_conf_new(&options, owned, err);
 *	kafka_conf_default(conf, "linger.ms", "5");		only where nobody said otherwise
 *	kafka_conf_set(conf, "enable.idempotence", "true", err);  what it owns
 *	rk = rd_kafka_new(type, kafka_conf_take(conf), ...);	in a file that knows librdkafka
 */
#ifndef KEB_KAFKA_CONF_H
#define KEB_KAFKA_CONF_H

#include "base/err.h"
#include "cli/opt.h"

struct kafka_conf;
/* Sets what comes from elsewhere, once -X and -F have been read. 0, or -1 with err. */
typedef int kafka_complete_fn(void *ctx, struct kafka_conf *conf, struct err *err);

struct kafka_options {
	const char *brokers;	     /* -b, or what `complete` found */
	struct opt_list props;	     /* -X: secrets are blanked in argv by kafka_conf_new */
	struct opt_list files;	     /* -F */
	const char *brokers_of;	     /* set by kafka_conf_new: "-b", "-X", "-F" or "KEB_BROKERS" */
	kafka_complete_fn *complete; /* called by kafka_conf_new; NULL: nobody */
	void *complete_ctx;
};

/* The rows of the option table; `o` is a struct kafka_options *. */
#define KAFKA_OPT_BROKERS(o)                                                                       \
	OPT_TEXT('b', "brokers", &(o)->brokers, "HOST:PORT,...",                                   \
		 "brokers to start from [KEB_BROKERS]")
#define KAFKA_OPT_PROPS(o)                                                                         \
	OPT_LIST('X', "property", &(o)->props, "PROP=VALUE",                                       \
		 "set a librdkafka property; VALUE may be @FILE or env:NAME")
#define KAFKA_OPT_FILES(o)                                                                         \
	{                                                                                          \
		.kind = OPT_KIND_LIST, .letter = 'F', .name = "config", .arg = "FILE",             \
		.help = "properties from a file in kcat's format", .flags = OPT_FILE,              \
		.to = OPT_TO(struct opt_list, &(o)->files)                                         \
	}

/* A property that the program's promise rests on. The table ends with {NULL, NULL}. */
struct kafka_owned {
	const char *property;
	const char *instead; /* "use -G", "kebread commits by itself": the end of the message */
};

/*
 * NULL with err: EXIT_USAGE for a property that does not exist, has a bad value or is
 * owned, for a file that cannot be read, and when no broker is named anywhere.
 */
struct kafka_conf *kafka_conf_new(struct kafka_options *options, const struct kafka_owned *owned,
				  struct err *err);
void kafka_conf_free(struct kafka_conf *conf);
/* The same once more, for a second client of the program. */
struct kafka_conf *kafka_conf_copy(const struct kafka_conf *conf);

/* Whether the user set it, by -X or -F (under that very name). */
bool kafka_conf_given(const struct kafka_conf *conf, const char *property);
/* The value as it is now; false if there is none or it does not fit (size counts the NUL). */
bool kafka_conf_get(const struct kafka_conf *conf, const char *property, char *value, size_t size);

/* Sets it whoever said what before. -1 with err (EXIT_USAGE) if librdkafka refuses. */
int kafka_conf_set(struct kafka_conf *conf, const char *property, const char *value,
		   struct err *err);
/* Sets it unless the user did, and unless this librdkafka does not know it. */
void kafka_conf_default(struct kafka_conf *conf, const char *property, const char *value);

struct rd_kafka_s;
/* For kafka/oauth.h: who is asked for tokens. */
void kafka_conf_oauth(struct kafka_conf *conf,
		      void (*refresh)(struct rd_kafka_s *, const char *, void *));
/* Whether kafka_oauth_start is needed after rd_kafka_new. */
bool kafka_conf_has_oauth(const struct kafka_conf *conf);

/*
 * The rd_kafka_conf_t for rd_kafka_new, with the log callback of kafka/log.h; conf is
 * released. The result belongs to the caller until rd_kafka_new succeeds.
 */
struct rd_kafka_conf_s *kafka_conf_take(struct kafka_conf *conf);

#endif
