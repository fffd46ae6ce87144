#include "context.h"

#include "base/num.h"
#include "place.h"

#define NAME(what) "__connect.errors." what

/* Connect's name of the step that failed (org.apache.kafka.connect.runtime.errors.Stage). */
static const char *stage_of(const struct context *c)
{
	if (!c->has_class)
		return "TASK_PUT";
	switch (c->class) {
	case REJECT_DECODE:
		return "VALUE_CONVERTER";
	case REJECT_INVALID:
		return "TRANSFORMATION";
	default:
		return "TASK_PUT";
	}
}

/* --- writing ---------------------------------------------------------------------------- */

/* The bytes are appended to text, which has the room for all of them. */
static void put(struct buf *text, struct header *h, const char *name, struct slice value)
{
	h->name = name;
	h->value = SLICE_NONE;
	if (!value.p)
		return;
	h->value = (struct slice){text->p + text->len, value.n};
	buf_adds(text, value);
}

static void put_number(struct buf *text, struct header *h, const char *name, int64_t value)
{
	size_t from = text->len;

	buf_add_i64(text, value);
	h->name = name;
	h->value = (struct slice){text->p + from, text->len - from};
}

void context_write(const struct context *c, struct buf *text, struct header *h)
{
	buf_reset(text);
	buf_room(text,
		 c->topic.n + c->connector.n + c->task.n + c->by.n + c->code.n + c->error.n + 512);
	put(text, h++, NAME("topic"), c->topic);
	put_number(text, h++, NAME("partition"), c->partition);
	put_number(text, h++, NAME("offset"), c->offset);
	put(text, h++, NAME("connector.name"), c->connector);
	put(text, h++, NAME("task.id"), c->task);
	put(text, h++, NAME("stage"), slice_of(stage_of(c)));
	put(text, h++, NAME("class.name"), c->by);
	put(text, h++, NAME("exception.class.name"),
	    slice_of(c->has_class ? reject_class_name(c->class) : NULL));
	put(text, h++, NAME("exception.message"), c->error);
	put(text, h++, NAME("code"), c->code);
	put_number(text, h++, NAME("attempts"), c->attempts);
	put_number(text, h++, NAME("redrives"), c->redrives);
	put_number(text, h++, NAME("headers"), CONTEXT_HEADERS);
}

/* --- reading ---------------------------------------------------------------------------- */

static bool is(const struct header *h, const char *name)
{
	return strcmp(h->name, name) == 0;
}

static bool number_of(const struct header *h, uint64_t max, uint64_t *value)
{
	return h->value.p && num_u64(h->value, value) && *value <= max;
}

/* Where the headers of the dead letter begin; m->n_headers if it has none. */
static size_t begin_of(const struct message *m)
{
	size_t n = m->n_headers;
	uint64_t count;

	if (n && is(&m->headers[n - 1], NAME("headers")) &&
	    number_of(&m->headers[n - 1], n, &count) && count > 0)
		return n - count;
	while (n && strncmp(m->headers[n - 1].name, NAME(""), sizeof NAME("") - 1) == 0)
		n--;
	return n;
}

bool context_read(const struct message *m, struct context *c, size_t *own)
{
	bool topic = false, partition = false, offset = false;
	uint64_t v;

	*c = (struct context){0};
	*own = begin_of(m);
	for (size_t i = *own; i < m->n_headers; i++) {
		const struct header *h = &m->headers[i];

		if (is(h, NAME("topic"))) {
			c->topic = h->value;
			topic = place_is_topic(h->value);
		} else if (is(h, NAME("partition"))) {
			partition = number_of(h, INT32_MAX, &v);
			c->partition = partition ? (int32_t)v : 0;
		} else if (is(h, NAME("offset"))) {
			offset = number_of(h, INT64_MAX, &v);
			c->offset = offset ? (int64_t)v : 0;
		} else if (is(h, NAME("attempts")) && number_of(h, UINT32_MAX, &v)) {
			c->attempts = (uint32_t)v;
		} else if (is(h, NAME("redrives")) && number_of(h, UINT32_MAX, &v)) {
			c->redrives = (uint32_t)v;
		}
	}
	return topic && partition && offset;
}
