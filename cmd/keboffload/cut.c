/*
 * What is removed with a value: up to the next one's first byte where there is a next
 * one; else from the end of the one before; else all from the bracket on. In each case
 * the place to put it back is found without knowing what was removed.
 */
#include "cut.h"

#include "json/scan.h"
#include "json/text.h"

static const char *start_of(const struct json_member *m)
{
	return m->whole.p ? m->whole.p : m->value.p;
}

static const char *end_of(struct slice s)
{
	return s.p + s.n;
}

static struct slice between(const char *p, const char *end)
{
	return (struct slice){p, (size_t)(end - p)};
}

/* The object or array that the last step looks into. */
static bool holder(const struct json_path *path, size_t from, struct slice text,
		   struct slice *found)
{
	size_t n = json_path_len(path);
	enum json_type type;

	if (n <= from || !json_path_find_part(path, from, n - 1, text, found))
		return false;
	type = json_type_of(*found);
	return type == (json_path_name(path, n - 1).p ? JSON_OBJECT : JSON_ARRAY);
}

bool cut_find(struct cut *cut, const struct json_path *path, size_t from, struct slice text)
{
	size_t last = json_path_len(path) - 1;
	struct slice name, in;
	struct json_member m, hit = {0};
	const char *before = NULL, *end = NULL, *next = NULL;
	struct json_walk walk;
	uint64_t i = 0;

	if (!holder(path, from, text, &in))
		return false;
	name = json_path_name(path, last);
	for (json_walk(&walk, in); json_next(&walk, &m); i++) {
		if (hit.value.p && !next)
			next = start_of(&m);
		if (name.p ? json_is(m.name, name) : i == json_path_index(path, last)) {
			hit = m;
			cut->at = i;
			before = end;
			next = NULL;
		}
		end = end_of(m.value);
	}
	if (!hit.value.p)
		return false;
	cut->value = hit.value;
	cut->after = next ? between(end_of(hit.value), next) : SLICE("");
	cut->before = between(next ? start_of(&hit) : before ? before : in.p + 1, hit.value.p);
	return true;
}

void cut_out(struct buf *to, struct slice text, const struct cut *cut)
{
	buf_adds(to, between(text.p, cut->before.p));
	buf_adds(to, between(cut->after.n ? end_of(cut->after) : end_of(cut->value), end_of(text)));
}

/* --- back ------------------------------------------------------------------ */

/* The shortest text around a value: is there one before it, one behind it? */
static void add_before(struct buf *to, struct slice name, bool comma)
{
	if (comma)
		buf_addc(to, ',');
	if (name.p) {
		json_add_string(to, name);
		buf_addc(to, ':');
	}
}

bool cut_plain(const struct cut *cut, const struct json_path *path)
{
	struct slice name = json_path_name(path, json_path_len(path) - 1);
	struct buf shortest = {0};
	bool plain;

	add_before(&shortest, name, cut->after.n == 0 && cut->at > 0);
	plain = slice_eq(buf_slice(&shortest), cut->before) &&
		(cut->after.n == 0 || slice_is(cut->after, ","));
	buf_free(&shortest);
	return plain;
}

bool cut_put(struct buf *to, struct slice text, const struct json_path *path, size_t from,
	     const struct cut *cut)
{
	const char *place, *end = NULL;
	bool last = true;
	struct json_member m;
	struct json_walk walk;
	struct slice in;
	uint64_t i = 0;

	if (!holder(path, from, text, &in))
		return false;
	place = in.p + 1;
	for (json_walk(&walk, in); json_next(&walk, &m); i++) {
		if (i == cut->at) {
			place = start_of(&m);
			last = false;
			break;
		}
		place = end = end_of(m.value);
	}
	buf_adds(to, between(text.p, place));
	if (cut->before.p)
		buf_adds(to, cut->before);
	else
		add_before(to, json_path_name(path, json_path_len(path) - 1), last && end);
	buf_adds(to, cut->value);
	if (cut->before.p)
		buf_adds(to, cut->after);
	else if (!last)
		buf_addc(to, ',');
	buf_adds(to, between(place, end_of(text)));
	return true;
}
