#include "json/scan.h"

#include "json/simd.h"
#include "json/text.h"
#include "json/token.h"
#include "json/verify.h"

static bool at_end(struct text *t, const char *p)
{
	p = token_space(t, p);
	return p == t->end || token_fault(t, p, "text behind the value");
}

enum json_type token_check(struct slice text, unsigned depth, struct json_fault *where)
{
	struct text t = {.start = text.p, .end = text.p + text.n};
	const char *first = token_space(&t, text.p);
	const char *behind = token_skip(&t, first, depth);

	if (behind && at_end(&t, behind))
		return json_type_of((struct slice){first, (size_t)(behind - first)});
	if (where)
		*where = t.fault;
	return JSON_NONE;
}

/* What is not valid is looked at once more, for the fault. */
enum json_type json_check_breaks(struct slice text, unsigned depth, bool *breaks,
				 struct json_fault *where)
{
	if (verify_quickly(text, depth, breaks))
		return json_type_of(json_trim(text));
	*breaks = true;
	return token_check(text, depth, where);
}

enum json_type json_check_within(struct slice text, unsigned depth, struct json_fault *where)
{
	bool breaks;

	return json_check_breaks(text, depth, &breaks, where);
}

enum json_type json_check(struct slice text, struct json_fault *where)
{
	return json_check_within(text, 0, where);
}

/* One member of the outermost object; p is before its name. */
static const char *scan_member(struct text *t, const char *p, struct json_member *m)
{
	const char *name = token_space(t, p);
	bool escaped;

	p = name;
	if (p == t->end || *p != '"')
		return token_fault(t, p, "expected a member name");
	p = token_string(t, p, &escaped);
	if (!p)
		return NULL;
	m->name = (struct slice){name + 1, (size_t)(p - name) - 2};
	p = token_space(t, p);
	if (p == t->end || *p != ':')
		return token_fault(t, p, "expected ':'");
	m->value.p = token_space(t, p + 1);
	p = token_skip(t, m->value.p, 1);
	if (!p)
		return NULL;
	m->value.n = (size_t)(p - m->value.p);
	m->whole = (struct slice){name, (size_t)(p - name)};
	m->type = json_type_of(m->value);
	return p;
}

static bool scan_object(struct text *t, const char *p, json_member_fn *each, void *ctx)
{
	p = token_space(t, p);
	if (p == t->end || *p != '{')
		return token_fault(t, p, "expected an object");
	p = token_space(t, p + 1);
	if (p < t->end && *p == '}')
		return at_end(t, p + 1);
	for (;;) {
		struct json_member m;

		p = scan_member(t, p, &m);
		if (!p)
			return false;
		if (!each(ctx, &m))
			return token_fault(t, m.value.p, "a value that this member cannot have");
		p = token_space(t, p);
		if (p == t->end || (*p != ',' && *p != '}'))
			return token_fault(t, p, "expected ',' or '}'");
		if (*p++ == '}')
			return at_end(t, p);
	}
}

bool json_check_object(struct slice text, json_member_fn *each, void *ctx, struct json_fault *where)
{
	struct text t = {.start = text.p, .end = text.p + text.n};

	if (scan_object(&t, text.p, each, ctx))
		return true;
	if (where)
		*where = t.fault;
	return false;
}

enum json_type json_type_of(struct slice value)
{
	switch (value.n ? value.p[0] : '\0') {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	case '\0':
		return JSON_NONE;
	default:
		return JSON_NUMBER;
	}
}

struct slice json_trim(struct slice text)
{
	while (text.n && json_is_space(text.p[0]))
		text = (struct slice){text.p + 1, text.n - 1};
	while (text.n && json_is_space(text.p[text.n - 1]))
		text.n--;
	return text;
}

/* Behind the string whose opening quote is at p. */
static const char *walk_string(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		p = simd_plain(p, end);
		if (p == end)
			return end;
		if (*p == '"')
			return p + 1;
		if (*p == '\\')
			p++;
	}
	return end;
}

/* Behind the value at p. */
static const char *walk_value(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		char c = *p;

		if (c == '"') {
			p = walk_string(p, end);
			if (!depth)
				return p;
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']' || json_is_space(c)))
			return p;
		p++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return p;
	}
	return end;
}

static void walk_space(struct json_walk *w)
{
	while (w->p < w->end && json_is_space(*w->p))
		w->p++;
}

void json_walk(struct json_walk *w, struct slice value)
{
	*w = (struct json_walk){value.p, value.p + value.n};
	if (value.n >= 2 && (value.p[0] == '{' || value.p[0] == '[')) {
		w->p++;
		w->end--;
	} else {
		w->p = w->end;
	}
}

bool json_next(struct json_walk *w, struct json_member *m)
{
	const char *first;

	walk_space(w);
	if (w->p < w->end && *w->p == ',')
		w->p++;
	walk_space(w);
	if (w->p >= w->end)
		return false;
	first = w->p;
	m->name = m->whole = SLICE_NONE;
	if (*w->p == '"') {
		const char *behind = walk_string(w->p, w->end);

		w->p = behind;
		walk_space(w);
		if (w->p < w->end && *w->p == ':') {
			m->name = (struct slice){first + 1, (size_t)(behind - first) - 2};
			w->p++;
			walk_space(w);
		} else {
			m->value = (struct slice){first, (size_t)(behind - first)};
			m->type = JSON_STRING;
			return true;
		}
	}
	m->value.p = w->p;
	w->p = walk_value(w->p, w->end);
	m->value.n = (size_t)(w->p - m->value.p);
	if (m->value.n == 0) /* unchecked text: there is no way on */
		return false;
	m->type = json_type_of(m->value);
	if (m->name.p)
		m->whole = (struct slice){first, (size_t)(w->p - first)};
	return true;
}

/* Every escape is longer than what it stands for. */
bool json_spells(struct slice raw, struct slice text)
{
	if (!memchr(raw.p ? raw.p : "", '\\', raw.n))
		return slice_eq(raw, text);
	return raw.n > text.n && json_unescaped_is(raw, text);
}

struct slice json_raw(struct slice value)
{
	if (value.n < 2 || value.p[0] != '"')
		return SLICE_NONE;
	return (struct slice){value.p + 1, value.n - 2};
}
