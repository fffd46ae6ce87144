#include "cloudevent.h"

#include "json/scan.h"

#include <strings.h>

static bool is_content_type(struct slice name)
{
	return name.n == 12 && strncasecmp(name.p, "content-type", name.n) == 0;
}

/* Calls for each header that is a string: name and value. */
static bool next_header(struct json_walk *walk, struct json_member *header)
{
	struct json_walk object;
	struct json_member m;

	while (json_next(walk, &m)) {
		json_walk(&object, m.value);
		if (m.type == JSON_OBJECT && json_next(&object, header) &&
		    header->type == JSON_STRING)
			return true;
	}
	return false;
}

static struct slice headers_of(const struct kafka_detail *d)
{
	return d->headers.p && json_type_of(d->headers) == JSON_ARRAY ? d->headers : SLICE("[]");
}

static struct slice find_header(const struct kafka_detail *d, struct slice name)
{
	struct slice found = SLICE_NONE;
	struct json_walk walk;
	struct json_member m;

	for (json_walk(&walk, headers_of(d)); next_header(&walk, &m);)
		if (json_is(m.name, name))
			found = m.value;
	return found;
}

/* The type of a value that is a CloudEvent; absent if it is none. */
static struct slice structured_type(struct slice value)
{
	bool version = false, id = false, source = false;
	struct slice type = SLICE_NONE;
	struct json_walk walk;
	struct json_member m;

	if (!value.p || json_type_of(value) != JSON_OBJECT)
		return SLICE_NONE;
	for (json_walk(&walk, value); json_next(&walk, &m);) {
		if (m.type != JSON_STRING)
			continue;
		version = version || json_is(m.name, SLICE("specversion"));
		id = id || json_is(m.name, SLICE("id"));
		source = source || json_is(m.name, SLICE("source"));
		if (json_is(m.name, SLICE("type")))
			type = json_raw(m.value);
	}
	return version && id && source ? type : SLICE_NONE;
}

static void add_data(struct buf *to, const struct kafka_detail *d, bool binary)
{
	if (!d->value.p || json_type_of(d->value) == JSON_NULL)
		return;
	buf_adds(to, binary ? SLICE(",\"data_base64\":") : SLICE(",\"data\":"));
	buf_adds(to, d->value);
}

static void add_member(struct buf *to, struct slice name, struct slice value)
{
	BUF_LIT(to, ",\"");
	buf_adds(to, name);
	BUF_LIT(to, "\":");
	buf_adds(to, value);
}

static void add_binary(struct buf *to, const struct kafka_detail *d, bool binary)
{
	struct json_walk walk;
	struct json_member m;

	BUF_LIT(to, "{\"specversion\":");
	buf_adds(to, find_header(d, SLICE("ce_specversion")));
	for (json_walk(&walk, headers_of(d)); next_header(&walk, &m);) {
		if (is_content_type(m.name))
			add_member(to, SLICE("datacontenttype"), m.value);
		else if (slice_starts(m.name, SLICE("ce_")) && !slice_is(m.name, "ce_specversion"))
			add_member(to, (struct slice){m.name.p + 3, m.name.n - 3}, m.value);
	}
	add_data(to, d, binary);
	buf_addc(to, '}');
}

static struct slice or_zero(struct slice number)
{
	return number.p && json_type_of(number) == JSON_NUMBER ? number : SLICE("0");
}

static void add_made(struct buf *to, const struct event *event, const struct kafka_detail *d,
		     bool binary)
{
	BUF_LIT(to, "{\"specversion\":\"1.0\",\"id\":\"");
	if (d->topic.p)
		buf_adds(to, json_raw(d->topic));
	buf_addc(to, '/');
	buf_adds(to, or_zero(d->partition));
	buf_addc(to, '/');
	buf_adds(to, or_zero(d->offset));
	buf_addc(to, '"');
	add_member(to, SLICE("source"), event->source);
	add_member(to, SLICE("type"), event->detail_type);
	if (event->time.p)
		add_member(to, SLICE("time"), event->time);
	if (!binary)
		add_member(to, SLICE("datacontenttype"), SLICE("\"application/json\""));
	if (d->key.p && json_type_of(d->key) == JSON_STRING)
		add_member(to, SLICE("partitionkey"), d->key);
	add_data(to, d, binary);
	buf_addc(to, '}');
}

void cloudevent_add(struct buf *to, const struct event *event, const struct kafka_detail *d,
		    bool binary, struct slice *type)
{
	*type = structured_type(d->value);
	if (type->p) {
		buf_adds(to, d->value);
		return;
	}
	if (find_header(d, SLICE("ce_specversion")).p) {
		struct slice found = find_header(d, SLICE("ce_type"));

		*type = found.p ? json_raw(found) : SLICE_NONE;
		add_binary(to, d, binary);
		return;
	}
	add_made(to, event, d, binary);
}
