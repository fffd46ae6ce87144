#include "detail_type.h"

#include "base/mem.h"
#include "base/msg.h"
#include "template.h"
#include "json/path.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

struct topic_type {
	struct slice topic; /* in argv */
	struct template *type;
};

struct detail_type {
	struct template *text;
	struct topic_type *topics;
	size_t n;
	const char *path_text;
	struct json_path *path;
	struct buf plain;
	uint64_t missed;
};

static bool knows(const struct detail_type *t, struct slice topic)
{
	for (size_t i = 0; i < t->n; i++)
		if (slice_eq(t->topics[i].topic, topic))
			return true;
	return false;
}

static int add_topic(struct detail_type *t, const char *item, struct err *err)
{
	const char *equals = strchr(item, '=');
	struct topic_type *new = &t->topics[t->n];

	if (!equals || equals == item)
		return err_set(err, EXIT_USAGE, "--detail-type-for takes TOPIC=TYPE, not '%s'",
			       item);
	new->topic = (struct slice){item, (size_t)(equals - item)};
	if (knows(t, new->topic))
		return err_set(err, EXIT_USAGE, "--detail-type-for names topic '%.*s' twice",
			       SLICE_ARG(new->topic));
	new->type = template_new(equals + 1, "--detail-type-for", DETAIL_TYPE_MAX, err);
	if (!new->type)
		return -1;
	t->n++;
	return 0;
}

static int set_up(struct detail_type *t, const struct detail_type_conf *conf, struct err *err)
{
	t->text = template_new(conf->text, "--detail-type", DETAIL_TYPE_MAX, err);
	if (!t->text)
		return -1;
	t->topics = mem_array(conf->for_topics.n, sizeof *t->topics);
	for (size_t i = 0; i < conf->for_topics.n; i++)
		if (add_topic(t, conf->for_topics.items[i], err) != 0)
			return -1;
	t->path_text = conf->path;
	if (!conf->path)
		return 0;
	t->path = json_path_new(conf->path, err);
	return t->path ? 0 : -1;
}

struct detail_type *detail_type_new(const struct detail_type_conf *conf, struct err *err)
{
	struct detail_type *t = mem_alloc(sizeof *t);

	if (set_up(t, conf, err) == 0)
		return t;
	detail_type_free(t);
	return NULL;
}

void detail_type_free(struct detail_type *t)
{
	if (!t)
		return;
	template_free(t->text);
	for (size_t i = 0; i < t->n; i++)
		template_free(t->topics[i].type);
	free(t->topics);
	json_path_free(t->path);
	buf_free(&t->plain);
	free(t);
}

uint64_t detail_type_missed(const struct detail_type *t)
{
	return t->missed;
}

/* Nothing but white space and control characters, escaped or not. */
static bool is_blank(struct detail_type *t, struct slice raw)
{
	if (raw.n && raw.p[0] != '\\' && (unsigned char)raw.p[0] > ' ')
		return false;
	buf_reset(&t->plain);
	json_unescape(raw, &t->plain);
	for (size_t i = 0; i < t->plain.len; i++)
		if ((unsigned char)t->plain.p[i] > ' ')
			return false;
	return true;
}

/* The content of the string at the path, absent if there is no usable one. */
static struct slice find(struct detail_type *t, struct slice value)
{
	struct slice found, raw;

	if (!t->path || !value.p)
		return SLICE_NONE;
	if (json_path_find(t->path, value, &found)) {
		raw = json_raw(found);
		if (raw.p && !is_blank(t, raw))
			return raw;
	}
	if (t->missed++ == 0)
		msg_warning("a value has no text at %s (--detail-type-path): its event gets the "
			    "detail type that it would have without the option",
			    t->path_text);
	return SLICE_NONE;
}

void detail_type_add(struct detail_type *t, struct buf *to, struct slice raw_topic,
		     struct slice value)
{
	struct slice found = find(t, value);

	if (found.p) {
		buf_adds(to, found);
		return;
	}
	for (size_t i = 0; i < t->n; i++) {
		if (json_is(raw_topic, t->topics[i].topic)) {
			template_add(t->topics[i].type, to, raw_topic);
			return;
		}
	}
	template_add(t->text, to, raw_topic);
}
