#include "config.h"

#include "base/mem.h"
#include "base/msg.h"
#include "cli/shell.h"
#include "properties.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

/* --- reading ------------------------------------------------------------------ */

static void add(void *ctx, const char *name, const char *value)
{
	struct config *c = ctx;
	struct property property = {mem_dup(name), mem_dup(value), false};

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
	buf_wipe(&value);
	buf_free(&name);
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

int config_parse(struct config *c, char *text, size_t n)
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

void config_free(struct config *c)
{
	for (uint32_t i = 0; i < c->all.n; i++) {
		free(c->all.p[i].name);
		mem_free_secret(c->all.p[i].value);
	}
	list_free(&c->all);
}

/* --- asking ------------------------------------------------------------------- */

const char *config_get(struct config *c, const char *name)
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

const char *config_need(struct config *c, const char *name)
{
	const char *value = config_get(c, name);

	if (!value)
		err_set(c->err, EXIT_USAGE, "%s: %s is missing", c->file, name);
	return value;
}

int config_refuse(struct config *c, const char *name, const char *instead)
{
	const char *value = config_get(c, name);

	if (!value)
		return 0;
	return err_set(c->err, EXIT_USAGE, "%s: %s '%s' has no counterpart (%s)", c->file, name,
		       value, instead);
}

void config_warn_unused(const struct config *c)
{
	for (uint32_t i = 0; i < c->all.n; i++)
		if (!c->all.p[i].used)
			msg_warning("%s: %s has no counterpart, it is left out", c->file,
				    c->all.p[i].name);
}

/* --- writing ------------------------------------------------------------------ */

void config_option(struct config *c, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(c->out, " %s ", name);
	shell_add_word(c->out, slice_of(value));
}

void config_options(struct config *c, const char *name, const char *list)
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
