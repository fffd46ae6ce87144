#include "entry.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "event/size.h"
#include "json/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct entry_maker {
	struct entry_conf conf;
	struct buf mapped; /* the source, where a map fits */
	struct buf plain;  /* scratch: unescaped text */
	struct buf bus;	   /* ,"EventBusName":"..." */
};

struct entry_maker *entry_maker_new(const struct entry_conf *conf)
{
	struct entry_maker *m = mem_alloc(sizeof(*m));

	m->conf = *conf;
	if (conf->bus.p) {
		BUF_LIT(&m->bus, ",\"EventBusName\":");
		json_add_string(&m->bus, conf->bus);
	}
	return m;
}

void entry_maker_free(struct entry_maker *m)
{
	if (!m)
		return;
	buf_free(&m->plain);
	buf_free(&m->mapped);
	buf_free(&m->bus);
	free(m);
}

bool entry_map_parse(const char *text, char **from, const char **to)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text)
		return false;
	*from = mem_dup(text);
	(*from)[equals - text] = '\0';
	*to = *from + (equals - text) + 1;
	return true;
}

/* --- members --------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static bool refuse(struct entry_fault *fault,
							 enum reject_class class, const char *code,
							 const char *format, ...)
{
	va_list args;

	fault->class = class;
	fault->code = code;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	return false;
}

static bool invalid(struct entry_fault *fault, const char *what)
{
	return refuse(fault, REJECT_INVALID, "InvalidArgument", "%s", what);
}

/* Whether the content of a string has at most max characters; bytes are the quick answer. */
static bool at_most(struct entry_maker *m, struct slice raw, size_t max)
{
	if (raw.n <= max)
		return true;
	buf_reset(&m->plain);
	json_unescape(raw, &m->plain);
	return utf8_count(m->plain.p, m->plain.len) <= max;
}

/* Appends the value of a string that must be there and not empty. */
static bool add_required(struct entry_maker *m, struct entry *e, const char *name,
			 struct slice value, size_t max, struct entry_fault *fault)
{
	struct slice raw = value.p ? json_raw(value) : SLICE_NONE;

	if (!raw.p || raw.n == 0)
		return refuse(fault, REJECT_INVALID, "InvalidArgument",
			      value.p ? "'%s' is no text or empty" : "'%s' is missing", name);
	if (!at_most(m, raw, max))
		return refuse(fault, REJECT_INVALID, "InvalidArgument",
			      "'%s' has more than %zu characters", name, max);
	buf_adds(&e->buf, value);
	return true;
}

/* The source with its prefix replaced, as a JSON string in m->mapped; absent if no map fits. */
static struct slice map_source(struct entry_maker *m, struct slice plain)
{
	for (size_t i = 0; i < m->conf.n_maps; i++) {
		struct slice prefix = slice_of(m->conf.map_from[i]);

		if (!slice_starts(plain, prefix))
			continue;
		buf_reset(&m->mapped);
		buf_addc(&m->mapped, '"');
		json_add_escaped(&m->mapped, slice_of(m->conf.map_to[i]));
		json_add_escaped(&m->mapped,
				 (struct slice){plain.p + prefix.n, plain.n - prefix.n});
		buf_addc(&m->mapped, '"');
		return buf_slice(&m->mapped);
	}
	return SLICE_NONE;
}

/* The source as the line has it, or with its prefix replaced, which changes the size. */
static bool add_source(struct entry_maker *m, struct entry *e, struct slice value, uint64_t *size,
		       struct entry_fault *fault)
{
	struct slice plain, mapped = SLICE_NONE;

	if (json_raw(value).p) {
		buf_reset(&m->plain);
		json_unescape(json_raw(value), &m->plain);
		plain = buf_slice(&m->plain);
		mapped = map_source(m, plain);
		if (slice_starts(mapped.p ? json_raw(mapped) : plain, SLICE("aws.")))
			return refuse(fault, REJECT_REFUSED, "NotAuthorizedForSourceException",
				      "sources that begin with 'aws.' are reserved (try "
				      "--map-source aws.=replay.aws.)");
	}
	if (mapped.p)
		*size += json_unescaped_len(json_raw(mapped)) - plain.n;
	return add_required(m, e, "source", mapped.p ? mapped : value, ENTRY_SOURCE_MAX, fault);
}

static bool add_time(struct entry *e, struct slice value, struct entry_fault *fault)
{
	struct slice text = json_raw(value);
	uint64_t ms;
	int64_t time;

	if (!value.p || json_type_of(value) == JSON_NULL)
		return true;
	if (!text.p || !clock_parse_date(text, &time))
		return invalid(fault, "'time' is no date of RFC 3339");
	BUF_LIT(&e->buf, ",\"Time\":");
	if (time < 0)
		buf_addc(&e->buf, '-');
	ms = time < 0 ? -(uint64_t)time : (uint64_t)time;
	buf_add_u64(&e->buf, ms / 1000);
	if (ms % 1000)
		buf_addf(&e->buf, ".%03u", (unsigned)(ms % 1000));
	return true;
}

static bool add_resources(struct entry_maker *m, struct entry *e, struct slice value,
			  struct entry_fault *fault)
{
	struct json_member element;
	struct json_walk walk;
	bool any = false;

	if (!value.p || json_type_of(value) == JSON_NULL)
		return true;
	if (json_type_of(value) != JSON_ARRAY)
		return invalid(fault, "'resources' is no array");
	json_walk(&walk, value);
	while (json_next(&walk, &element)) {
		if (element.type != JSON_STRING)
			return invalid(fault, "'resources' holds something else than texts");
		if (!at_most(m, json_raw(element.value), ENTRY_RESOURCE_MAX))
			return invalid(fault, "a resource has more than 2048 characters");
		any = true;
	}
	if (any) {
		BUF_LIT(&e->buf, ",\"Resources\":");
		buf_adds(&e->buf, value);
	}
	return true;
}

static bool add_trace(struct entry_maker *m, struct entry *e, struct slice raw,
		      struct entry_fault *fault)
{
	if (!raw.n)
		return true;
	if (!at_most(m, raw, ENTRY_TRACE_MAX))
		return invalid(fault, "'_trace' has more than 500 characters");
	BUF_LIT(&e->buf, ",\"TraceHeader\":\"");
	buf_adds(&e->buf, raw);
	buf_addc(&e->buf, '"');
	return true;
}

static bool add_detail(struct entry *e, struct slice value, struct entry_fault *fault)
{
	if (!value.p)
		return invalid(fault, "'detail' is missing");
	if (json_type_of(value) != JSON_OBJECT)
		return invalid(fault, "'detail' is no object");
	BUF_LIT(&e->buf, ",\"Detail\":\"");
	json_add_escaped(&e->buf, value);
	BUF_LIT(&e->buf, "\"}");
	return true;
}

/* --- the whole ------------------------------------------------------------- */

static bool add_json(struct entry_maker *m, struct entry *e, const struct event *event,
		     uint64_t *size, struct entry_fault *fault)
{
	BUF_LIT(&e->buf, "{\"Source\":");
	if (!add_source(m, e, event->source, size, fault))
		return false;
	BUF_LIT(&e->buf, ",\"DetailType\":");
	if (!add_required(m, e, "detail-type", event->detail_type, ENTRY_DETAIL_TYPE_MAX, fault) ||
	    !add_time(e, event->time, fault) || !add_resources(m, e, event->resources, fault) ||
	    !add_trace(m, e, event->marks.trace, fault))
		return false;
	buf_adds(&e->buf, buf_slice(&m->bus));
	return add_detail(e, event->detail, fault);
}

static struct slice keep(struct buf *to, size_t *at, struct slice text)
{
	struct slice kept = {to->p + *at, text.n};

	*at += text.n;
	return text.p ? kept : SLICE_NONE;
}

/* What outlives the line goes behind the JSON; only then does the room stay where it is. */
static void keep_origin(struct entry *e, const struct marks *marks, struct slice line)
{
	size_t at = e->buf.len;

	buf_adds(&e->buf, marks->ack);
	buf_adds(&e->buf, marks->acks);
	buf_adds(&e->buf, marks->group);
	buf_adds(&e->buf, line);
	e->origin.marks = (struct marks){
		.ack = keep(&e->buf, &at, marks->ack),
		.acks = keep(&e->buf, &at, marks->acks),
		.group = keep(&e->buf, &at, marks->group),
	};
	e->origin.text = keep(&e->buf, &at, line);
}

bool entry_make(struct entry_maker *m, struct entry *e, const struct event *event,
		struct entry_fault *fault)
{
	uint64_t size = event_size(event);

	buf_reset(&e->buf);
	/* What is usual in one go: escapes in the detail are a part of it as a rule. */
	buf_room(&e->buf, event->line.n + event->line.n / 4 + m->bus.len + 128);
	if (!add_json(m, e, event, &size, fault))
		return false;
	if (size > m->conf.max_size)
		return refuse(
			fault, REJECT_TOO_LARGE, "EntryTooLarge",
			"the entry has %llu bytes, over the limit of %llu (see --max-request)",
			(unsigned long long)size, (unsigned long long)m->conf.max_size);
	e->json_n = e->buf.len;
	keep_origin(e, &event->marks, m->conf.keep_lines ? event->line : SLICE_NONE);
	e->item = (struct window_item){.size = (uint32_t)size, .grouped = event->marks.group.n > 0};
	if (e->item.grouped)
		e->item.key = hash_add(HASH_START, event->marks.group.p, event->marks.group.n);
	e->tries = e->failures = e->in_row = 0;
	e->failing_ms = 0;
	e->blocked = e->maybe = false;
	return true;
}

/* --- the pool -------------------------------------------------------------- */

#define KEPT_MAX ((size_t)6 << 20) /* bytes of room that unused entries may keep */

struct entry_pool {
	struct entry *all;
	size_t n;
	struct entry *unused;
	size_t kept;
};

struct entry_pool *entry_pool_new(size_t n)
{
	struct entry_pool *pool = mem_alloc(sizeof(*pool));

	pool->all = mem_array(n, sizeof(*pool->all));
	pool->n = n;
	for (size_t i = n; i-- > 0;) {
		pool->all[i].next = pool->unused;
		pool->unused = &pool->all[i];
	}
	return pool;
}

void entry_pool_free(struct entry_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->n; i++)
		buf_free(&pool->all[i].buf);
	free(pool->all);
	free(pool);
}

struct entry *entry_pool_take(struct entry_pool *pool)
{
	struct entry *e = pool->unused;

	if (!e)
		return NULL;
	pool->unused = e->next;
	pool->kept -= e->buf.cap;
	return e;
}

/* The last one given back is the first one taken, so few are ever used while the queue is short. */
void entry_pool_give(struct entry_pool *pool, struct entry *e)
{
	if (pool->kept + e->buf.cap > KEPT_MAX)
		buf_free(&e->buf);
	pool->kept += e->buf.cap;
	e->next = pool->unused;
	pool->unused = e;
}
