/*
 * Schemas by id, from the registries that --registry names: memory first, then the
 * folder of --schema-cache, then the network. What is made of a schema is the
 * program's business and is kept with it.
 *
 * A registry that is away is asked again with growing pauses and a message a minute,
 * and no record is refused for it; so does one whose credentials are refused end the
 * run. A schema that it does not know is asked for again after half a minute.
 */
#ifndef KEB_REGISTRY_REGISTRY_H
#define KEB_REGISTRY_REGISTRY_H

#include "aws/session.h"
#include "cli/rows.h"
#include "exchange.h"
#include "result.h"
#include "text.h"

/* The values of the options; NULL, 0 and -1 (retry_for) where not given. */
struct registry_options {
	struct opt_list registries;		 /* URL[,URL...] and glue:NAME, one of each kind */
	const char *user, *token, *key_password; /* copies, as OPT_SECRET makes them */
	const char *ca, *cert, *key;
	const char *cache; /* a folder */
	int rules;	   /* enum registry_rules */
	int64_t retry_for;
	struct aws_options aws;
};
enum registry_rules { RULES_REFUSE, RULES_IGNORE };

#define REGISTRY_OPT_SECRET(long_name, target, form, text)                                         \
	{                                                                                          \
		.kind = OPT_KIND_TEXT, .name = long_name, .arg = form, .help = text,               \
		.to = OPT_TO(const char *, target), .flags = OPT_SECRET                            \
	}
#define REGISTRY_OPT_FILE(long_name, target, form, text)                                           \
	{                                                                                          \
		.kind = OPT_KIND_TEXT, .name = long_name, .arg = form, .help = text,               \
		.to = OPT_TO(const char *, target), .flags = OPT_FILE                              \
	}

/* The rows of the option table; `o` is a struct registry_options *. */
#define REGISTRY_OPTS(o)                                                                           \
	OPT_LIST(0, "registry", &(o)->registries, "URL",                                           \
		 "registry of Confluent's kind, or glue:NAME; one of each [KEB_REGISTRY]"),        \
		REGISTRY_OPT_FILE("schema-cache", &(o)->cache, "DIR",                              \
				  "keep schemas in DIR, so that a later run needs no network"),    \
		REGISTRY_OPT_SECRET("registry-user", &(o)->user, "USER:PASSWORD",                  \
				    "basic authentication; @FILE or env:NAME"),                    \
		REGISTRY_OPT_SECRET("registry-token", &(o)->token, "TOKEN",                        \
				    "bearer token; @FILE or env:NAME"),                            \
		REGISTRY_OPT_FILE("registry-ca", &(o)->ca, "FILE",                                 \
				  "CA certificates that replace the system's"),                    \
		REGISTRY_OPT_FILE("registry-cert", &(o)->cert, "FILE",                             \
				  "client certificate in PEM, maybe with its key"),                \
		REGISTRY_OPT_FILE("registry-key", &(o)->key, "FILE",                               \
				  "key of the client certificate, in PEM"),                        \
		REGISTRY_OPT_SECRET("registry-key-password", &(o)->key_password, "PASSWORD",       \
				    "password of that key; @FILE or env:NAME"),                    \
		OPT_CHOICE(0, "schema-rules", &(o)->rules, "refuse|ignore",                        \
			   "schemas with rules that a reader has to execute [refuse]"),            \
		OPT_ROW_RETRY_FOR(&(o)->retry_for, "a registry has")

struct registry_conf {
	struct registry_options *options; /* borrowed; credentials in a URL are blanked */
	bool for_ever;			  /* retries, where --retry-for does not say */
	const char *user_agent;		  /* borrowed */
	int stop_fd;			  /* ends the wait for the first keys; -1: none */
	struct registry_wait wait;
	/* NULL with the fault. `text` goes after the call. */
	void *(*make)(void *ctx, const struct schema_id *id, const struct schema_text *text,
		      struct codec_fault *fault);
	void (*release)(void *plan);
	void *ctx;
};

struct registry;

/* NULL with err (EXIT_USAGE). With --schema-cache nothing is opened before it is needed. */
struct registry *registry_new(const struct registry_conf *conf, struct err *err);
void registry_free(struct registry *r); /* NULL is fine */

/* Whether one was named that gives such ids. */
bool registry_serves(const struct registry *r, enum schema_id_kind kind);

struct registry_schema {
	enum schema_type type;
	void *plan; /* NULL for JSON Schema; until the next registry_get */
};
enum registry_result registry_get(struct registry *r, const struct schema_id *id,
				  struct registry_schema *schema, struct codec_fault *fault,
				  struct err *err);

#endif
