#include "bus.h"

#include "base/clock.h"
#include "base/mem.h"
#include "entry.h"
#include "json/scan.h"
#include "json/text.h"

#include <ctype.h>
#include <stdlib.h>

#define BUS_NAME_MAX 1600
#define TRACE_MAX    500

struct bus {
	const struct bus_conf *conf;
	struct chance *ids;
	struct buf details; /* of the request at hand, unescaped */
	struct buf scratch;
	struct entry entries[BUS_ENTRIES_MAX];
	size_t n;
};

struct bus *bus_new(const struct bus_conf *conf, struct chance *ids)
{
	struct bus *b = mem_alloc(sizeof *b);

	b->conf = conf;
	b->ids = ids;
	return b;
}

void bus_free(struct bus *b)
{
	if (!b)
		return;
	buf_free(&b->details);
	buf_free(&b->scratch);
	free(b);
}

/* --- names -------------------------------------------------------------------- */

static bool name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_' || c == '/';
}

/* "arn:aws:events:REGION:ACCOUNT:event-bus/": what stands before the name in an ARN. */
static bool split_arn(struct slice text, struct slice *prefix, struct slice *name)
{
	static const char mark[] = ":event-bus/";
	const char *found = text.n ? memmem(text.p, text.n, mark, sizeof mark - 1) : NULL;

	if (!slice_starts(text, SLICE("arn:aws")) || !found)
		return false;
	*prefix = (struct slice){text.p, (size_t)(found - text.p)};
	*name = (struct slice){found + sizeof mark - 1, text.n - prefix->n - (sizeof mark - 1)};
	return true;
}

/* The pattern of the service model: [\.\-_A-Za-z0-9]+, with or without the ARN before it. */
static bool name_well_formed(struct slice text)
{
	struct slice prefix, name = text;

	if (text.n < 1 || text.n > BUS_NAME_MAX)
		return false;
	split_arn(text, &prefix, &name);
	for (size_t i = 0; i < name.n; i++)
		if (!name_byte(name.p[i]))
			return false;
	return name.n > 0;
}

/* Whether a name or an ARN is one of this account's buses here; sets its plain name. */
static bool bus_exists(struct bus *b, struct slice text, struct slice *name)
{
	struct slice prefix;

	*name = text;
	if (split_arn(text, &prefix, name)) {
		const char *p = memchr(prefix.p, ':', prefix.n);
		struct slice rest;

		p = memchr(p + 1, ':', (size_t)(prefix.p + prefix.n - p - 1));
		if (!p)
			return false;
		rest = (struct slice){p + 1, (size_t)(prefix.p + prefix.n - p - 1)};
		buf_reset(&b->scratch);
		buf_addf(&b->scratch, "events:%s:%s", b->conf->region, b->conf->account);
		if (!slice_eq(rest, buf_slice(&b->scratch)))
			return false;
	}
	if (slice_is(*name, "default"))
		return true;
	for (size_t i = 0; i < b->conf->names.n; i++)
		if (slice_is(*name, b->conf->names.items[i]))
			return true;
	return false;
}

/* --- the request --------------------------------------------------------------- */

struct top {
	struct slice entries; /* the value; absent where missing */
	struct slice name;    /* DescribeEventBus */
	bool bad;
};

static bool take_top(void *ctx, const struct json_member *m)
{
	struct top *top = ctx;

	if (json_is(m->name, SLICE("Entries")) && m->type != JSON_NULL) {
		top->entries = m->value;
		top->bad |= m->type != JSON_ARRAY;
	} else if (json_is(m->name, SLICE("Name")) && m->type != JSON_NULL) {
		top->name = json_raw(m->value);
		top->bad |= m->type != JSON_STRING;
	}
	return true;
}

static bool read_top(struct slice body, struct top *top, struct answer *answer)
{
	struct json_fault fault;

	*top = (struct top){0};
	if (json_check_object(body, take_top, top, &fault) && !top->bad)
		return true;
	answer_error(answer, 400, "SerializationException", "%s",
		     top->bad ? "a member of the request has the wrong type" : fault.what);
	return false;
}

/* The wording of the service for a constraint of its model. */
static bool constraint(struct answer *answer, const char *member, const char *rule)
{
	answer_error(answer, 400, "ValidationException",
		     "1 validation error detected: Value at '%s' failed to satisfy constraint: "
		     "Member must %s",
		     member, rule);
	return false;
}

static bool read_entries(struct bus *b, struct slice entries, struct answer *answer)
{
	struct json_walk walk;
	struct json_member item;
	const char *wrong;

	b->n = 0;
	buf_reset(&b->details);
	for (json_walk(&walk, entries); json_next(&walk, &item);) {
		if (b->n == BUS_ENTRIES_MAX)
			return constraint(answer, "entries",
					  "have length less than or equal to 10");
		if (item.type != JSON_OBJECT)
			wrong = "Entries";
		else
			wrong = entry_read(&b->entries[b->n++], item.value, &b->details);
		if (wrong) {
			answer_error(answer, 400, "SerializationException",
				     "a value of %s has the wrong type", wrong);
			return false;
		}
	}
	if (b->n == 0)
		return constraint(answer, "entries", "have length greater than or equal to 1");
	return true;
}

/* What the service refuses the whole request for. */
static bool check_request(struct bus *b, struct bus_result *result, struct answer *answer)
{
	size_t complete = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct entry *e = &b->entries[i];

		if (e->bus.p && !name_well_formed(e->bus))
			return constraint(answer, "entries.member.eventBusName",
					  "satisfy regular expression pattern: (arn:aws[\\w-]*:"
					  "events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?"
					  "[\\.\\-_A-Za-z0-9]+");
		if (e->trace.p && (e->trace.n < 1 || json_unescaped_len(e->trace) > TRACE_MAX))
			return constraint(answer, "entries.member.traceHeader",
					  "have length between 1 and 500");
		result->size += e->size;
		complete += entry_complete(e);
	}
	if (result->size > b->conf->max_request) {
		result->too_large = true;
		answer_error(answer, 400, "ValidationException",
			     "Total size of the entries in the request is over the limit.");
		return false;
	}
	if (complete == 0) {
		answer_error(answer, 400, "ValidationException",
			     "Source, DetailType and Detail are required, and no entry of the "
			     "request has them all.");
		return false;
	}
	return true;
}

/* --- events and results ---------------------------------------------------------- */

static void add_raw_string(struct buf *to, struct slice raw)
{
	buf_addc(to, '"');
	buf_adds(to, raw);
	buf_addc(to, '"');
}

/* Line feeds can stand only between tokens: there a blank means the same. */
static void add_one_line(struct buf *to, struct slice json)
{
	char *p = (buf_room(to, json.n), to->p + to->len), *end = p + json.n;

	buf_adds(to, json);
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))))
		*p++ = ' ';
}

static void add_resources(struct buf *to, struct slice resources)
{
	struct json_walk walk;
	struct json_member item;
	bool first = true;

	buf_addc(to, '[');
	if (resources.p)
		for (json_walk(&walk, resources); json_next(&walk, &item); first = false) {
			if (!first)
				buf_addc(to, ',');
			buf_adds(to, item.value);
		}
	buf_addc(to, ']');
}

static void add_event(struct bus *b, const struct entry *e, const char *id, int64_t now_ms,
		      struct buf *to)
{
	char date[CLOCK_DATE_LEN];

	clock_put_date(date, entry_time(e, now_ms));
	BUF_LIT(to, "{\"version\":\"0\",\"id\":");
	add_raw_string(to, slice_of(id));
	BUF_LIT(to, ",\"detail-type\":");
	add_raw_string(to, e->detail_type);
	BUF_LIT(to, ",\"source\":");
	add_raw_string(to, e->source);
	BUF_LIT(to, ",\"account\":");
	add_raw_string(to, slice_of(b->conf->account));
	BUF_LIT(to, ",\"time\":\"");
	buf_add(to, date, sizeof "2018-12-17T22:10:50" - 1); /* the service knows seconds only */
	BUF_LIT(to, "Z\",\"region\":");
	add_raw_string(to, slice_of(b->conf->region));
	BUF_LIT(to, ",\"resources\":");
	add_resources(to, e->resources);
	BUF_LIT(to, ",\"detail\":");
	add_one_line(to, (struct slice){buf_slice(&b->details).p + e->detail_at, e->detail_n});
	BUF_LIT(to, "}\n");
}

static void add_failure(struct buf *to, const char *code, const char *text)
{
	BUF_LIT(to, "{\"ErrorCode\":");
	json_add_string(to, slice_of(code));
	BUF_LIT(to, ",\"ErrorMessage\":");
	json_add_string(to, slice_of(text));
	buf_addc(to, '}');
}

/* Puts one entry that nothing is wrong with on its bus, or nowhere. */
static void accept_entry(struct bus *b, size_t i, int64_t now_ms, struct buf *to,
			 struct buf *events, struct bus_result *result)
{
	const struct entry *e = &b->entries[i];
	struct slice name;

	chance_uuid(b->ids, result->ids[i]);
	BUF_LIT(to, "{\"EventId\":");
	add_raw_string(to, slice_of(result->ids[i]));
	buf_addc(to, '}');
	if (e->bus.p && !bus_exists(b, e->bus, &name)) {
		result->lost++;
		return;
	}
	result->accepted++;
	add_event(b, e, result->ids[i], now_ms, events);
}

void bus_put_events(struct bus *b, struct slice body, int64_t now_ms, bus_inject_fn *inject,
		    void *ctx, struct answer *answer, struct buf *events, struct bus_result *result)
{
	struct buf *to = &answer->body;
	struct top top;

	*result = (struct bus_result){0};
	if (!read_top(body, &top, answer))
		return;
	if (!read_entries(b, top.entries.p ? top.entries : SLICE("[]"), answer))
		return;
	result->entries = (unsigned)b->n;
	if (!check_request(b, result, answer))
		return;
	BUF_LIT(to, "{\"Entries\":[");
	for (size_t i = 0; i < b->n; i++) {
		struct entry_fault fault = entry_judge(&b->entries[i], &b->details);
		struct bus_injection injected = {fault.code, fault.text};

		if (i)
			buf_addc(to, ',');
		if (!injected.code && inject)
			injected = inject(ctx);
		if (injected.code) {
			add_failure(to, injected.code, injected.text);
			result->failed++;
		} else {
			accept_entry(b, i, now_ms, to, events, result);
		}
	}
	buf_addf(to, "],\"FailedEntryCount\":%u}", result->failed);
}

void bus_describe(struct bus *b, struct slice body, struct answer *answer)
{
	struct buf *to = &answer->body;
	struct slice name;
	struct top top;

	if (!read_top(body, &top, answer))
		return;
	if (!top.name.p)
		top.name = SLICE("default");
	if (!name_well_formed(top.name)) {
		constraint(answer, "name", "be the name or ARN of an event bus");
		return;
	}
	if (!bus_exists(b, top.name, &name)) {
		answer_error(answer, 400, "ResourceNotFoundException",
			     "Event bus %.*s does not exist.", SLICE_ARG(name));
		return;
	}
	buf_addf(to, "{\"Arn\":\"arn:aws:events:%s:%s:event-bus/%.*s\",\"Name\":\"%.*s\"}",
		 b->conf->region, b->conf->account, SLICE_ARG(name), SLICE_ARG(name));
}
