#include "reduce.h"

#include "json/scan.h"
#include "json/text.h"

static bool is_or(const struct json_member *m)
{
	return m->type == JSON_ARRAY && json_is(m->name, SLICE("$or"));
}

/* Whether the name is `part` or begins with it and a dot; *below: the latter. */
static bool names(struct slice raw, const char *part, bool *below)
{
	struct buf name = {0};
	struct slice text, whole = slice_of(part);
	bool yes;

	json_unescape(raw, &name);
	text = buf_slice(&name);
	*below = text.n > whole.n && text.p[whole.n] == '.';
	yes = slice_starts(text, whole) && (text.n == whole.n || *below);
	buf_free(&name);
	return yes;
}

/* Whether a member's tests are for something of that form. */
static bool fits(const struct json_member *m, bool below, enum form form)
{
	bool fields = below || m->type == JSON_OBJECT;

	return fields ? form == FORM_JSON : form == FORM_TEXT || form == FORM_NULL;
}

static enum reduced reduce_object(struct buf *to, struct slice object, const enum form form[2],
				  bool lambda);

/* A `$or`: for a pipe one branch with nothing left fulfils it, for Lambda one that fails goes. */
static enum reduced reduce_or(struct buf *to, const struct json_member *m, const enum form form[2],
			      bool lambda)
{
	struct json_member branch;
	struct json_walk walk;
	size_t n = 0, last = 0;

	BUF_LIT(to, "\"$or\":[");
	for (json_walk(&walk, m->value); json_next(&walk, &branch);) {
		size_t from = to->len;

		if (branch.type != JSON_OBJECT)
			return REDUCED_NEVER; /* a field of that name, which no record has */
		if (n)
			buf_addc(to, ',');
		last = to->len;
		switch (reduce_object(to, branch.value, form, lambda)) {
		case REDUCED_ALWAYS:
			return REDUCED_ALWAYS;
		case REDUCED_NEVER:
			to->len = from;
			break;
		default:
			n++;
			break;
		}
	}
	if (n == 0)
		return REDUCED_NEVER;
	if (n == 1) { /* the operator takes two */
		size_t len = to->len - last;

		buf_addc(to, ',');
		buf_room(to, len);
		buf_add(to, to->p + last, len);
	}
	buf_addc(to, ']');
	return REDUCED_SOME;
}

static enum reduced reduce_member(struct buf *to, const struct json_member *m,
				  const enum form form[2], bool lambda)
{
	static const char *const parts[2] = {"key", "value"};
	bool below;

	if (is_or(m))
		return reduce_or(to, m, form, lambda);
	for (int i = 0; i < 2; i++)
		if (names(m->name, parts[i], &below) && !fits(m, below, form[i]))
			return lambda ? REDUCED_NEVER : REDUCED_ALWAYS;
	buf_adds(to, m->whole);
	return REDUCED_SOME;
}

static enum reduced reduce_object(struct buf *to, struct slice object, const enum form form[2],
				  bool lambda)
{
	struct json_member m;
	struct json_walk walk;
	size_t n = 0;

	buf_addc(to, '{');
	for (json_walk(&walk, json_trim(object)); json_next(&walk, &m);) {
		size_t from = to->len;

		if (n)
			buf_addc(to, ',');
		switch (reduce_member(to, &m, form, lambda)) {
		case REDUCED_NEVER:
			return REDUCED_NEVER;
		case REDUCED_ALWAYS:
			to->len = from;
			break;
		default:
			n++;
			break;
		}
	}
	buf_addc(to, '}');
	return n ? REDUCED_SOME : REDUCED_ALWAYS;
}

enum reduced reduce_add(struct buf *to, struct slice pattern, enum form key, enum form value,
			bool lambda)
{
	const enum form form[2] = {key, value};

	return reduce_object(to, pattern, form, lambda);
}

int reduce_check(struct slice pattern, bool lambda, struct slice *name)
{
	static const char *const parts[] = {"value",  "key",	   "topic",	    "partition",
					    "offset", "timestamp", "timestampType", "headers"};
	size_t n = lambda ? 1 : sizeof parts / sizeof *parts;
	struct json_member m, branch;
	struct json_walk walk, branches;

	for (json_walk(&walk, json_trim(pattern)); json_next(&walk, &m);) {
		bool known = is_or(&m), below;

		for (size_t i = 0; i < n && !known; i++)
			known = names(m.name, parts[i], &below);
		*name = m.name;
		if (!known)
			return -1;
		if (!is_or(&m))
			continue;
		for (json_walk(&branches, m.value); json_next(&branches, &branch);)
			if (branch.type == JSON_OBJECT && reduce_check(branch.value, lambda, name))
				return -1;
	}
	return 0;
}
