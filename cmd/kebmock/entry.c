#include "entry.h"

#include "base/utf8.h"

#include "json/text.h"

#include <math.h>
#include <stdlib.h>

#define DETAIL_TYPE_MAX 128 /* characters */
#define RESOURCE_MAX	2048
#define TIME_SIZE	14 /* what a Time counts, "Calculating PutEvents event entry size" */

static bool take_string(struct slice *into, const struct json_member *m)
{
	if (m->type != JSON_STRING)
		return m->type == JSON_NULL;
	*into = json_raw(m->value);
	return true;
}

static bool take_resources(struct entry *e, const struct json_member *m)
{
	struct json_walk walk;
	struct json_member item;

	if (m->type != JSON_ARRAY)
		return m->type == JSON_NULL;
	for (json_walk(&walk, m->value); json_next(&walk, &item);)
		if (item.type != JSON_STRING)
			return false;
	e->resources = m->value;
	return true;
}

static bool take_detail(struct entry *e, const struct json_member *m, struct buf *details)
{
	if (m->type != JSON_STRING)
		return m->type == JSON_NULL;
	e->detail_at = details->len;
	json_unescape(json_raw(m->value), details);
	e->detail_n = details->len - e->detail_at;
	return true;
}

static bool take_time(struct entry *e, const struct json_member *m)
{
	if (m->type != JSON_NUMBER)
		return m->type == JSON_NULL;
	e->time = m->value;
	return m->value.n < 40;
}

static bool take(struct entry *e, const struct json_member *m, struct buf *details)
{
	if (json_is(m->name, SLICE("Detail")))
		return take_detail(e, m, details);
	if (json_is(m->name, SLICE("Source")))
		return take_string(&e->source, m);
	if (json_is(m->name, SLICE("DetailType")))
		return take_string(&e->detail_type, m);
	if (json_is(m->name, SLICE("EventBusName")))
		return take_string(&e->bus, m);
	if (json_is(m->name, SLICE("Resources")))
		return take_resources(e, m);
	if (json_is(m->name, SLICE("Time")))
		return take_time(e, m);
	if (json_is(m->name, SLICE("TraceHeader")))
		return take_string(&e->trace, m);
	return true;
}

static uint64_t length_of(struct slice raw)
{
	return raw.n ? json_unescaped_len(raw) : 0;
}

static uint64_t measure(const struct entry *e)
{
	uint64_t size = e->time.p ? TIME_SIZE : 0;
	struct json_walk walk;
	struct json_member item;

	size += length_of(e->source) + length_of(e->detail_type) + e->detail_n;
	if (e->resources.p)
		for (json_walk(&walk, e->resources); json_next(&walk, &item);)
			size += json_unescaped_len(json_raw(item.value));
	return size;
}

const char *entry_read(struct entry *e, struct slice object, struct buf *details)
{
	static const char *const names[] = {"Source",	 "DetailType", "Detail",     "EventBusName",
					    "Resources", "Time",       "TraceHeader"};
	struct json_walk walk;
	struct json_member m;

	*e = (struct entry){0};
	for (json_walk(&walk, object); json_next(&walk, &m);) {
		if (take(e, &m, details))
			continue;
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			if (json_is(m.name, slice_of(names[i])))
				return names[i];
	}
	e->size = measure(e);
	return NULL;
}

bool entry_complete(const struct entry *e)
{
	return e->source.n && e->detail_type.n && e->detail_n;
}

/* Sources that begin with "aws." are AWS's own, however they are escaped. */
static bool is_reserved(struct slice raw)
{
	struct buf text = {0};
	bool reserved;

	if (!memchr(raw.p, '\\', raw.n))
		return slice_starts(raw, SLICE("aws."));
	json_unescape(raw, &text);
	reserved = slice_starts(buf_slice(&text), SLICE("aws."));
	buf_free(&text);
	return reserved;
}

static size_t characters(struct slice raw)
{
	struct buf text = {0};
	size_t n;

	json_unescape(raw, &text);
	n = utf8_count(text.p, text.len);
	buf_free(&text);
	return n;
}

static bool resources_fit(struct slice resources)
{
	struct json_walk walk;
	struct json_member item;

	if (!resources.p)
		return true;
	for (json_walk(&walk, resources); json_next(&walk, &item);)
		if (json_unescaped_len(json_raw(item.value)) > RESOURCE_MAX)
			return false;
	return true;
}

struct entry_fault entry_judge(const struct entry *e, const struct buf *details)
{
	static const char invalid[] = "InvalidArgument";
	struct slice detail = {buf_slice(details).p + e->detail_at, e->detail_n};

	if (e->source.n == 0)
		return (struct entry_fault){invalid, "Parameter Source is not valid. Reason: "
						     "Source is a required argument."};
	if (e->detail_type.n == 0)
		return (struct entry_fault){invalid, "Parameter DetailType is not valid. Reason: "
						     "DetailType is a required argument."};
	if (e->detail_n == 0)
		return (struct entry_fault){invalid, "Parameter Detail is not valid. Reason: "
						     "Detail is a required argument."};
	if (is_reserved(e->source))
		return (struct entry_fault){"NotAuthorizedForSourceException",
					    "Not authorized for the source."};
	if (e->detail_type.n > DETAIL_TYPE_MAX && characters(e->detail_type) > DETAIL_TYPE_MAX)
		return (struct entry_fault){invalid,
					    "Parameter DetailType is not valid. Reason: "
					    "DetailType must be at most 128 characters long."};
	if (!resources_fit(e->resources))
		return (struct entry_fault){invalid, "Parameter Resources is not valid. Reason: a "
						     "resource must be at most 2048 characters "
						     "long."};
	if (json_check(detail, NULL) != JSON_OBJECT)
		return (struct entry_fault){"MalformedDetail", "Detail is malformed."};
	return (struct entry_fault){NULL, NULL};
}

int64_t entry_time(const struct entry *e, int64_t now_ms)
{
	char text[40];
	double seconds;

	if (!e->time.p)
		return now_ms;
	memcpy(text, e->time.p, e->time.n);
	text[e->time.n] = '\0';
	seconds = strtod(text, NULL);
	if (!(fabs(seconds) < 1e12))
		return seconds < 0 ? INT64_C(-1000000000000000) : INT64_C(1000000000000000);
	return (int64_t)floor(seconds * 1000 + 0.5);
}
