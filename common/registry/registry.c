#include "registry.h"

#include "base/clock.h"
#include "base/env.h"
#include "base/mem.h"
#include "base/msg.h"
#include "cache.h"
#include "confluent.h"
#include "glue.h"
#include "store.h"

#include <stdlib.h>

#define UNKNOWN_MS 30000

struct registry {
	struct registry_conf conf;
	const char *urls;      /* NULL: none of Confluent's kind */
	const char *glue_name; /* NULL: no Glue */
	struct confluent_http *confluent;
	struct glue *glue;
	struct outage confluent_outage, glue_outage;
	struct store *store;
	struct cache *cache;
};

/* --- options ------------------------------------------------------------------------ */

static int take_registry(struct registry *r, const char *text, struct err *err)
{
	bool glue = strncmp(text, "glue:", 5) == 0;
	const char **kind = glue ? &r->glue_name : &r->urls;

	if (*kind)
		return err_set(err, EXIT_USAGE, "--registry names two of %s",
			       glue ? "Glue"
				    : "Confluent's kind (several URLs of one registry: "
				      "apart by commas)");
	*kind = glue ? text + 5 : text;
	return 0;
}

static int take_registries(struct registry *r, struct err *err)
{
	const struct opt_list *list = &r->conf.options->registries;
	const char *variable = env_text("KEB_REGISTRY");

	for (size_t i = 0; i < list->n; i++) {
		if (take_registry(r, list->items[i], err) != 0)
			return -1;
	}
	return list->n == 0 && variable ? take_registry(r, variable, err) : 0;
}

/* USER:PASSWORD of URLs, in a word of argv. */
static void blank_user(char *urls)
{
	bool found = false;

	for (char *at = urls; (at = strstr(at, "//")); at += 2) {
		size_t n = strcspn(at + 2, "/,"), user = n;

		while (user && at[2 + user - 1] != '@')
			user--;
		for (size_t i = 0; i + 1 < user; i++)
			at[2 + i] = 'x';
		found = found || user;
	}
	if (found)
		msg_warning("credentials in --registry can be seen by others: use --registry-user "
			    "@FILE or env:NAME");
}

static int open_confluent(struct registry *r, struct err *err)
{
	const struct registry_options *o = r->conf.options;
	struct confluent_conf conf = {
		.urls = r->urls,
		.user = o->user,
		.token = o->token,
		.ca = o->ca,
		.cert = o->cert,
		.key = o->key,
		.key_password = o->key_password,
		.insecure_http = o->aws.insecure_http,
		.user_agent = r->conf.user_agent,
		.wait = &r->conf.wait,
		.outage = &r->confluent_outage,
	};

	r->confluent = confluent_http_new(&conf, err);
	if (r->confluent && o->registries.n)
		blank_user((char *)r->urls);
	return r->confluent ? 0 : -1;
}

static int open_glue(struct registry *r, struct err *err)
{
	struct glue_conf conf = {
		.registry = r->glue_name,
		.aws = &r->conf.options->aws,
		.user_agent = r->conf.user_agent,
		.stop_fd = r->conf.stop_fd,
		.wait = &r->conf.wait,
		.outage = &r->glue_outage,
	};

	r->glue = glue_new(&conf, err);
	if (!r->glue)
		return -1;
	return r->store ? 0 : glue_open(r->glue, err);
}

static int set_up(struct registry *r, struct err *err)
{
	const struct registry_options *o = r->conf.options;

	r->confluent_outage.limit_ms = r->glue_outage.limit_ms =
		opt_retry_ms(o->retry_for, r->conf.for_ever);
	if (take_registries(r, err) != 0)
		return -1;
	if (o->cache && !(r->store = store_new(o->cache, err)))
		return -1;
	if (r->urls && open_confluent(r, err) != 0)
		return -1;
	return r->glue_name ? open_glue(r, err) : 0;
}

struct registry *registry_new(const struct registry_conf *conf, struct err *err)
{
	struct registry *r = mem_alloc(sizeof(*r));

	r->conf = *conf;
	r->cache = cache_new(conf->release);
	if (set_up(r, err) == 0)
		return r;
	registry_free(r);
	return NULL;
}

void registry_free(struct registry *r)
{
	if (!r)
		return;
	cache_free(r->cache);
	confluent_http_free(r->confluent);
	glue_free(r->glue);
	store_free(r->store);
	free(r);
}

bool registry_serves(const struct registry *r, enum schema_id_kind kind)
{
	return kind == SCHEMA_VERSION ? r->glue_name != NULL : r->urls != NULL;
}

/* --- schemas ------------------------------------------------------------------------ */

static enum registry_result fetch(struct registry *r, const struct schema_id *id,
				  struct schema_text *text, struct codec_fault *fault,
				  struct err *err)
{
	struct slice place =
		id->kind == SCHEMA_VERSION ? SLICE("glue") : confluent_http_place(r->confluent);
	enum registry_result result;

	if (r->store && store_read(r->store, place, id, text))
		return REGISTRY_FOUND;
	result = id->kind == SCHEMA_VERSION ? glue_fetch(r->glue, id, text, fault, err)
					    : confluent_fetch(r->confluent, id, text, fault, err);
	if (result == REGISTRY_FOUND && r->store)
		store_write(r->store, place, id, text);
	return result;
}

/* What is in the way of using a schema that is there. */
static bool allowed(const struct registry *r, const struct schema_id *id,
		    const struct schema_text *text, struct codec_fault *fault)
{
	if (text->rule.len && r->conf.options->rules == RULES_REFUSE)
		return codec_fail(fault, CODEC_SCHEMA,
				  "its data contract has rule %.*s for readers, which is not "
				  "executed here: what it stands for may be encrypted "
				  "(--schema-rules ignore)",
				  (int)text->rule.len, text->rule.p);
	if (id->kind == SCHEMA_VERSION && *r->glue_name && text->registry.len &&
	    !slice_is(buf_slice(&text->registry), r->glue_name))
		return codec_fail(fault, CODEC_SCHEMA, "it is of registry '%.*s', not '%.80s'",
				  (int)(text->registry.len < 80 ? text->registry.len : 80),
				  text->registry.p, r->glue_name);
	return true;
}

/* NULL with err: the run ends. */
static const struct cache_entry *learn(struct registry *r, const struct schema_id *id,
				       struct err *err)
{
	struct cache_entry entry = {.id = *id};
	struct schema_text text = {0};
	enum registry_result result = fetch(r, id, &text, &entry.fault, err);
	const struct cache_entry *e = NULL;

	entry.type = text.type;
	entry.size = schema_text_size(&text);
	if (result == REGISTRY_FOUND) {
		entry.faulty = !allowed(r, id, &text, &entry.fault);
		if (!entry.faulty && text.type != SCHEMA_JSON) {
			entry.plan = r->conf.make(r->conf.ctx, id, &text, &entry.fault);
			entry.faulty = !entry.plan;
		}
	} else if (result == REGISTRY_REFUSED) {
		entry.faulty = true;
		entry.expires_ms = clock_ms() + UNKNOWN_MS;
	}
	if (result != REGISTRY_FAILED)
		e = cache_add(r->cache, &entry);
	schema_text_free(&text);
	return e;
}

enum registry_result registry_get(struct registry *r, const struct schema_id *id,
				  struct registry_schema *schema, struct codec_fault *fault,
				  struct err *err)
{
	const struct cache_entry *e = cache_find(r->cache, id);

	if (!e || (e->expires_ms && clock_ms() >= e->expires_ms))
		e = learn(r, id, err);
	if (!e)
		return REGISTRY_FAILED;
	if (e->faulty) {
		*fault = e->fault;
		return REGISTRY_REFUSED;
	}
	*schema = (struct registry_schema){e->type, e->plan};
	return REGISTRY_FOUND;
}
