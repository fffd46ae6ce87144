#include "mapping.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"
#include "headers.h"
#include "payload.h"
#include "set.h"
#include "template.h"
#include "json/text.h"

#include <endian.h>
#include <stdlib.h>

#define RESOURCE_MAX 2048		      /* characters: PutEvents */
#define LAST_DATE    INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

struct mapping {
	enum mapping_time time;
	enum mapping_group group;
	struct template *source;
	struct detail_type *detail_type;
	struct template **resources;
	size_t n_resources;
	struct sets *sets;
	bool flat;
	const char *wrap; /* borrowed; NULL: none */

	struct payload key, value;
	struct headers headers;
	struct buf header_array;
	struct buf event; /* while there are sets to apply */
	char group_text[16];
};

/* --- options --------------------------------------------------------------------- */

static int add_resource(struct mapping *m, const char *text, const char *option, struct err *err)
{
	struct template *t = template_new(text, option, RESOURCE_MAX, err);

	if (!t)
		return -1;
	m->resources = mem_resize(m->resources, m->n_resources + 1, sizeof(struct template *));
	m->resources[m->n_resources++] = t;
	return 0;
}

static int add_replay(struct mapping *m, const char *name, struct err *err)
{
	struct buf text = {0};
	int result;

	if (!*name)
		return err_set(err, EXIT_USAGE, "--replay is empty (give the replay a name)");
	BUF_LIT(&text, "keb:replay/");
	buf_adds(&text, slice_of(name));
	result = add_resource(m, buf_text(&text), "--replay", err);
	buf_free(&text);
	return result;
}

static int set_up(struct mapping *m, const struct mapping_conf *conf, struct err *err)
{
	if (conf->source && !(m->source = template_new(conf->source, "--source", SOURCE_MAX, err)))
		return -1;
	if (conf->detail_type.path &&
	    (conf->value_format == PAYLOAD_STRING || conf->value_format == PAYLOAD_BASE64))
		return err_set(err, EXIT_USAGE,
			       "--detail-type-path needs --value-format json, or one that is "
			       "decoded to JSON");
	m->detail_type = detail_type_new(&conf->detail_type, err);
	if (!m->detail_type)
		return -1;
	for (size_t i = 0; i < conf->resources.n; i++)
		if (add_resource(m, conf->resources.items[i], "--resource", err) != 0)
			return -1;
	if (conf->replay && add_replay(m, conf->replay, err) != 0)
		return -1;
	m->sets = sets_new(conf->sets, err);
	return m->sets ? 0 : -1;
}

static struct payload make_payload(const struct mapping_conf *conf, bool is_key)
{
	return (struct payload){
		.what = is_key ? "key" : "value",
		.is_key = is_key,
		.format = (enum payload_format)(is_key ? conf->key_format : conf->value_format),
		.decoder = conf->decoder,
		.pass = conf->on_error == ON_ERROR_PASS,
		.parity = conf->json_parity == PARITY_CONNECT,
		.decimal = (enum connect_decimal)conf->decimal};
}

struct mapping *mapping_new(const struct mapping_conf *conf, struct err *err)
{
	struct mapping *m = mem_alloc(sizeof *m);

	m->time = (enum mapping_time)conf->time;
	m->group = (enum mapping_group)conf->group;
	m->key = make_payload(conf, true);
	m->value = make_payload(conf, false);
	m->headers.form = (enum headers_form)conf->headers;
	m->headers.trace = conf->trace_header;
	m->flat = conf->flat;
	m->wrap = conf->wrap;
	if (set_up(m, conf, err) == 0)
		return m;
	mapping_free(m);
	return NULL;
}

void mapping_free(struct mapping *m)
{
	if (!m)
		return;
	template_free(m->source);
	detail_type_free(m->detail_type);
	for (size_t i = 0; i < m->n_resources; i++)
		template_free(m->resources[i]);
	free(m->resources);
	sets_free(m->sets);
	payload_free(&m->key);
	payload_free(&m->value);
	headers_free(&m->headers);
	buf_free(&m->header_array);
	buf_free(&m->event);
	free(m);
}

/* --- one record -------------------------------------------------------------------- */

/*
 * The ordering group: records of one topic and key, or of one partition. A NUL, which
 * no topic name holds, stands between the parts. False: no order.
 */
static bool put_group(const struct mapping *m, const struct record *r, char to[16])
{
	uint64_t h = hash_add(HASH_START, r->topic.p, r->topic.n);

	h = hash_add(h, "", 1);
	if (m->group == GROUP_KEY && !m->key.null)
		h = hash_add(h, m->key.bytes.p, m->key.bytes.n);
	else if (m->group == GROUP_PARTITION && r->has_partition)
		h = hash_add(h, &(uint32_t){htole32((uint32_t)r->partition)}, 4);
	else
		return false;
	hash_put_hex(to, hash_end(h));
	return true;
}

static void add_time(const struct mapping *m, const struct record *r, struct buf *to)
{
	char date[CLOCK_DATE_LEN];
	int64_t ms = r->timestamp;

	if (m->time == TIME_NOW)
		ms = clock_real_ms();
	else if (m->time == TIME_NONE || !r->has_timestamp || ms < 0 || ms > LAST_DATE)
		return;
	clock_put_date(date, ms);
	BUF_LIT(to, ",\"time\":\"");
	buf_add(to, date, sizeof date);
	buf_addc(to, '"');
}

static void add_resources(const struct mapping *m, const struct record *r, struct buf *to)
{
	BUF_LIT(to, ",\"resources\":[");
	for (size_t i = 0; i < m->n_resources; i++) {
		if (i)
			buf_addc(to, ',');
		buf_addc(to, '"');
		template_add(m->resources[i], to, r->topic);
		buf_addc(to, '"');
	}
	buf_addc(to, ']');
}

static void add_number(struct buf *to, bool has, int64_t v)
{
	if (has)
		buf_add_i64(to, v);
	else
		BUF_LIT(to, "null");
}

/* Kafka's own spelling. Another text passes as it is; nothing is no timestamp type. */
static void add_timestamp_type(struct buf *to, struct slice raw)
{
	if (!raw.p || json_is(raw, SLICE("NO_TIMESTAMP_TYPE")))
		BUF_LIT(to, "NoTimestampType");
	else if (json_is(raw, SLICE("CREATE_TIME")))
		BUF_LIT(to, "CreateTime");
	else if (json_is(raw, SLICE("LOG_APPEND_TIME")))
		BUF_LIT(to, "LogAppendTime");
	else
		buf_adds(to, raw);
}

/* Whether the value can be the detail by itself. */
static bool is_object(const struct payload *value)
{
	return value->json.p && json_type_of(value->json) == JSON_OBJECT;
}

static void add_flat(const struct mapping *m, struct buf *to)
{
	bool wrap = !is_object(&m->value);

	BUF_LIT(to, ",\"detail\":");
	if (wrap) {
		buf_addc(to, '{');
		json_add_string(to, slice_of(m->wrap));
		buf_addc(to, ':');
	}
	payload_add(&m->value, to);
	if (wrap)
		buf_addc(to, '}');
}

static void add_detail(const struct mapping *m, const struct record *r, struct buf *to)
{
	BUF_LIT(to, ",\"detail\":{\"topic\":\"");
	buf_adds(to, r->topic);
	BUF_LIT(to, "\",\"partition\":");
	add_number(to, r->has_partition, r->partition);
	BUF_LIT(to, ",\"offset\":");
	add_number(to, r->has_offset, r->offset);
	BUF_LIT(to, ",\"timestamp\":");
	add_number(to, r->has_timestamp, r->timestamp);
	BUF_LIT(to, ",\"timestampType\":\"");
	add_timestamp_type(to, r->timestamp_type);
	BUF_LIT(to, "\",\"headers\":");
	buf_adds(to, buf_slice(&m->header_array));
	BUF_LIT(to, ",\"key\":");
	payload_add(&m->key, to);
	BUF_LIT(to, ",\"value\":");
	payload_add(&m->value, to);
	buf_addc(to, '}');
}

/* The members of the event and its closing brace; what is before them is the caller's. */
static void add_event(struct mapping *m, const struct record *r, struct buf *to)
{
	if (m->source) {
		BUF_LIT(to, "\"source\":\"");
		template_add(m->source, to, r->topic);
		BUF_LIT(to, "\",");
	}
	BUF_LIT(to, "\"detail-type\":\"");
	detail_type_add(m->detail_type, to, r->topic, m->value.json);
	buf_addc(to, '"');
	add_resources(m, r, to);
	add_time(m, r, to);
	if (m->flat)
		add_flat(m, to);
	else
		add_detail(m, r, to);
	buf_addc(to, '}');
}

static bool decode(struct mapping *m, const struct record *r, struct refusal *why)
{
	buf_reset(&m->header_array);
	return payload_read(&m->key, r, why) && payload_read(&m->value, r, why) &&
	       headers_add(&m->headers, r, &m->header_array, why);
}

/* keb's own members are not part of what --set sees. */
static bool set_members(struct mapping *m, const struct record *r, struct buf *event,
			struct refusal *why)
{
	buf_reset(event);
	buf_addc(event, '{');
	add_event(m, r, event);
	return sets_apply(m->sets, event, why);
}

static struct marks make_marks(struct mapping *m, const struct record *r)
{
	struct marks marks = r->marks;

	marks.group = put_group(m, r, m->group_text)
			      ? (struct slice){m->group_text, sizeof m->group_text}
			      : SLICE_NONE;
	if (m->headers.trace_raw.p)
		marks.trace = m->headers.trace_raw;
	return marks;
}

bool mapping_add(struct mapping *m, const struct record *r, struct buf *to, size_t *from,
		 struct refusal *why)
{
	bool sets = sets_count(m->sets) > 0;
	struct marks marks;

	if (!decode(m, r, why) || (sets && !set_members(m, r, &m->event, why)))
		return false;
	if (m->flat && !m->wrap && !is_object(&m->value))
		return refuse(why, REJECT_INVALID, REFUSED_NO_OBJECT);
	marks = make_marks(m, r);
	*from = to->len;
	buf_addc(to, '{');
	marks_add(to, &marks);
	if (sets)
		buf_add(to, m->event.p + 1, m->event.len - 1);
	else
		add_event(m, r, to);
	return true;
}

bool mapping_event(struct mapping *m, const struct record *r, struct buf *event,
		   struct marks *marks, struct refusal *why)
{
	if (!decode(m, r, why) || !set_members(m, r, event, why))
		return false;
	*marks = make_marks(m, r);
	return true;
}

bool mapping_is_flat(const struct mapping *m)
{
	return m->flat;
}

bool mapping_edit(struct mapping *m, struct buf *event, struct refusal *why)
{
	return sets_apply(m->sets, event, why);
}

void mapping_report(const struct mapping *m)
{
	uint64_t types = detail_type_missed(m->detail_type), sets = sets_missed(m->sets);

	if (types > 1)
		msg_warning("%llu values had no text at the path of --detail-type-path",
			    (unsigned long long)types);
	if (sets > 1)
		msg_warning("--set found nothing to copy %llu times", (unsigned long long)sets);
}
