#include "set.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"
#include "query.h"
#include "json/path.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdlib.h>

struct set {
	char *field_text;	 /* "detail.a", for messages */
	struct json_path *field; /* names only */
	const char *from_text;
	struct json_path *from; /* or */
	struct query *query;
	bool missed;
};

struct sets {
	struct set *items;
	size_t n;
	bool deeper; /* a value was nested more deeply than it was */
	uint64_t missed;
	struct buf value; /* what is being copied */
	struct buf plain;
};

/* --- options -------------------------------------------------------------------- */

static bool is_detail(const struct set *set)
{
	return slice_is(json_path_name(set->field, 0), "detail");
}

static int check_field(const struct set *set, struct err *err)
{
	static const char *const fields[] = {"source",	  "detail-type", "time",
					     "resources", "detail",	 NULL};
	struct slice first = json_path_len(set->field) ? json_path_name(set->field, 0) : SLICE_NONE;

	if (!first.p || !slice_in(first, fields))
		return err_set(err, EXIT_USAGE,
			       "--set cannot set '%s': an event has source, detail-type, time, "
			       "resources and detail",
			       set->field_text);
	for (size_t i = 1; i < json_path_len(set->field); i++)
		if (!json_path_name(set->field, i).p)
			return err_set(err, EXIT_USAGE,
				       "--set cannot set '%s': it names an element of an array",
				       set->field_text);
	if (json_path_len(set->field) > 1 && !is_detail(set))
		return err_set(err, EXIT_USAGE,
			       "--set cannot set '%s': only detail has members (detail.NAME)",
			       set->field_text);
	return 0;
}

/* FIELD is a path without its "$.", which may stand there nevertheless. */
static struct json_path *parse_field(const char *field, struct err *err)
{
	struct buf text = {0};
	struct json_path *path;

	if (field[0] != '$')
		BUF_LIT(&text, "$.");
	buf_adds(&text, slice_of(field));
	path = json_path_new(buf_text(&text), err);
	buf_free(&text);
	return path;
}

static bool is_path(const char *text)
{
	return text[0] == '$' && (text[1] == '\0' || text[1] == '.' || text[1] == '[');
}

static int parse_set(struct set *set, const char *item, struct err *err)
{
	const char *equals = strchr(item, '=');

	if (!equals || equals == item || !equals[1])
		return err_set(err, EXIT_USAGE,
			       "--set takes FIELD=$.path, such as detail-type=$.detail.value.type, "
			       "or FIELD=PROGRAM for jq, not '%s'",
			       item);
	set->field_text = mem_text(item, (size_t)(equals - item));
	if (set->field_text[0] == '_')
		return err_set(err, EXIT_USAGE,
			       "--set cannot set '%s': members with an underscore are keb's own",
			       set->field_text);
	set->field = parse_field(set->field_text, err);
	if (!set->field || check_field(set, err) != 0)
		return -1;
	set->from_text = equals + 1;
	if (is_path(set->from_text))
		set->from = json_path_new(set->from_text, err);
	else
		set->query = query_new(set->from_text, "--set", err);
	return set->from || set->query ? 0 : -1;
}

struct sets *sets_new(struct opt_list items, struct err *err)
{
	struct sets *sets = mem_alloc(sizeof *sets);

	sets->items = mem_array(items.n, sizeof *sets->items);
	for (size_t i = 0; i < items.n; i++) {
		struct set *set = &sets->items[sets->n++];

		if (parse_set(set, items.items[i], err) != 0) {
			sets_free(sets);
			return NULL;
		}
	}
	return sets;
}

void sets_free(struct sets *sets)
{
	if (!sets)
		return;
	for (size_t i = 0; i < sets->n; i++) {
		free(sets->items[i].field_text);
		json_path_free(sets->items[i].field);
		json_path_free(sets->items[i].from);
		query_free(sets->items[i].query);
	}
	free(sets->items);
	buf_free(&sets->value);
	buf_free(&sets->plain);
	free(sets);
}

size_t sets_count(const struct sets *sets)
{
	return sets->n;
}

uint64_t sets_missed(const struct sets *sets)
{
	return sets->missed;
}

/* --- what may stand in a field ----------------------------------------------------- */

static bool is_text(struct sets *sets, struct slice value)
{
	if (json_type_of(value) != JSON_STRING)
		return false;
	buf_reset(&sets->plain);
	json_unescape(json_raw(value), &sets->plain);
	for (size_t i = 0; i < sets->plain.len; i++)
		if ((unsigned char)sets->plain.p[i] > ' ')
			return true;
	return false;
}

static bool is_date(struct sets *sets, struct slice value)
{
	int64_t ms;

	return is_text(sets, value) && clock_parse_date(buf_slice(&sets->plain), &ms);
}

static bool is_array_of_strings(struct slice value)
{
	struct json_walk walk;
	struct json_member m;

	if (json_type_of(value) != JSON_ARRAY)
		return false;
	for (json_walk(&walk, value); json_next(&walk, &m);)
		if (m.type != JSON_STRING)
			return false;
	return true;
}

static bool check_value(struct sets *sets, const struct set *set, struct slice value,
			struct refusal *why)
{
	struct slice field = json_path_name(set->field, 0);
	const char *kind = "a text that is not blank";
	bool good;

	if (json_path_len(set->field) > 1)
		return true;
	if (slice_is(field, "detail")) {
		kind = "an object";
		good = json_type_of(value) == JSON_OBJECT;
	} else if (slice_is(field, "resources")) {
		kind = "an array of strings";
		good = is_array_of_strings(value);
	} else if (slice_is(field, "time")) {
		kind = "a date such as 2018-12-17T22:10:50Z";
		good = is_date(sets, value);
	} else {
		good = is_text(sets, value);
	}
	return good || refuse(why, REJECT_INVALID, "%.100s is not %s (--set %.100s)",
			      set->from_text, kind, set->field_text);
}

/* --- editing ---------------------------------------------------------------------- */

/* The last member of that name. */
static bool find_member(struct slice object, struct slice name, struct slice *value)
{
	struct json_walk walk;
	struct json_member m;
	bool found = false;

	for (json_walk(&walk, object); json_next(&walk, &m);) {
		if (json_is(m.name, name)) {
			*value = m.value;
			found = true;
		}
	}
	return found;
}

/* Puts the text in the place of n bytes at `at`. */
static void splice(struct buf *b, size_t at, size_t n, struct slice text)
{
	buf_room(b, text.n);
	memmove(b->p + at + text.n, b->p + at + n, b->len - at - n);
	memcpy(b->p + at, text.p, text.n);
	b->len = b->len - n + text.n;
}

/* Adds the value under steps i.. of the field at the end of the object, making the objects between.
 */
static void add_member(struct sets *sets, const struct set *set, size_t i, struct buf *event,
		       struct slice object)
{
	size_t end = (size_t)(object.p - event->p) + object.n - 1;
	size_t steps = json_path_len(set->field), first = i;
	struct buf *text = &sets->plain;
	struct json_walk walk;
	struct json_member m;

	buf_reset(text);
	json_walk(&walk, object);
	if (json_next(&walk, &m))
		buf_addc(text, ',');
	for (; i < steps; i++) {
		if (i > first)
			buf_addc(text, '{');
		json_add_string(text, json_path_name(set->field, i));
		buf_addc(text, ':');
	}
	buf_adds(text, buf_slice(&sets->value));
	for (i = first + 1; i < steps; i++)
		buf_addc(text, '}');
	splice(event, end, 0, buf_slice(text));
}

/* Writes sets->value to the field. */
static bool put(struct sets *sets, const struct set *set, struct buf *event, struct refusal *why)
{
	size_t steps = json_path_len(set->field);
	struct slice at = buf_slice(event), next;

	for (size_t i = 0; i < steps; i++, at = next) {
		if (json_type_of(at) != JSON_OBJECT)
			return refuse(why, REJECT_INVALID,
				      "cannot set %.100s: member '%.100s' on the way to it is no "
				      "object",
				      set->field_text, json_path_name(set->field, i - 1).p);
		if (!find_member(at, json_path_name(set->field, i), &next)) {
			add_member(sets, set, i, event, at);
			return true;
		}
	}
	splice(event, (size_t)(at.p - event->p), at.n, buf_slice(&sets->value));
	return true;
}

static void miss(struct sets *sets, struct set *set)
{
	sets->missed++;
	if (!set->missed)
		msg_warning("an event has nothing at %s: its %s stays as it is (--set)",
			    set->from_text, set->field_text);
	set->missed = true;
}

/* The one result of the program to sets->value. 1; 0 if there is none; -1 with why. */
static int compute(struct sets *sets, const struct set *set, const struct buf *event,
		   struct refusal *why)
{
	enum query_result got;
	size_t end;

	if (!query_start(set->query, buf_slice(event), why))
		return -1;
	got = query_next(set->query, &sets->value, why);
	if (got != QUERY_VALUE)
		return got == QUERY_END ? 0 : -1;
	end = sets->value.len;
	got = query_next(set->query, &sets->value, why);
	if (got == QUERY_VALUE)
		refuse(why, REJECT_INVALID, "%.100s has several results (--set %.100s)",
		       set->from_text, set->field_text);
	sets->value.len = end;
	if (got != QUERY_END)
		return -1;
	return json_path_len(set->field) > 1 || !slice_is(buf_slice(&sets->value), "null");
}

/* What the field is to be, to sets->value. 1; 0 if there is nothing; -1 with why. */
static int take_value(struct sets *sets, const struct set *set, const struct buf *event,
		      struct refusal *why)
{
	struct slice found;

	buf_reset(&sets->value);
	if (set->query)
		return compute(sets, set, event, why);
	if (!json_path_find(set->from, buf_slice(event), &found))
		return 0;
	buf_adds(&sets->value, found);
	return 1;
}

static bool apply(struct sets *sets, struct set *set, struct buf *event, struct refusal *why)
{
	int got = take_value(sets, set, event, why);
	size_t from = set->from ? json_path_len(set->from) : 0;

	if (got == 0)
		miss(sets, set);
	if (got <= 0)
		return got == 0;
	if (!check_value(sets, set, buf_slice(&sets->value), why))
		return false;
	sets->deeper = sets->deeper || (json_type_of(buf_slice(&sets->value)) >= JSON_ARRAY &&
					json_path_len(set->field) > from);
	return put(sets, set, event, why);
}

bool sets_apply(struct sets *sets, struct buf *event, struct refusal *why)
{
	struct json_fault fault;

	sets->deeper = false;
	for (size_t i = 0; i < sets->n; i++)
		if (!apply(sets, &sets->items[i], event, why))
			return false;
	if (sets->deeper && json_check(buf_slice(event), &fault) == JSON_NONE)
		return refuse(why, REJECT_INVALID, "%s with what --set adds", fault.what);
	return true;
}
