/*
 * The verdict on each alternative comes from the machine, in which every alternative
 * is a rule of its own here; the fields are looked at one by one beside it.
 */
#include "pattern/explain.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "pattern/accepts.h"
#include "pattern/machine.h"
#include "pattern/match.h"
#include "pattern/nearly.h"
#include "json/text.h"

#include <strings.h>

#define FOUND_MAX 5   /* values shown of a field */
#define VALUE_MAX 120 /* bytes shown of a value */

struct explainer {
	struct arena arena;
	struct rule rule;
	struct patterns *alone; /* one rule for each alternative */
	struct matcher *matcher;
	bool (*hidden)(struct slice raw_name);
	bool anycase;		/* names are looked for without regard to case */
	struct buf name, value; /* unescaped */
};

/* What is at a field. */
struct found {
	const struct tests *tests;
	struct slice value[FOUND_MAX]; /* the first ones, as they stand there */
	size_t n;		       /* values at all */
	bool object;		       /* an object is there, which is no value */
	bool empty;		       /* an empty array is */
	bool satisfied;
	const char *right;     /* why a value that looks right is not */
	const char *wanted;    /* what the only test asks for */
	const char *elsewhere; /* where a field is that looks like it */
};

static int hide_member(void *ctx, const struct json_member *member)
{
	const struct explainer *e = ctx;

	return e->hidden(member->name);
}

struct explainer *explainer_new(struct slice pattern, unsigned flags)
{
	struct explainer *e = mem_alloc(sizeof *e);
	struct pattern_fault fault;

	pattern = arena_copy(&e->arena, pattern);
	if (pattern_parse(pattern, flags, &e->arena, &e->rule, &fault) != 0)
		e->rule = (struct rule){0};
	e->alone = patterns_of_alternatives(&e->rule);
	e->matcher = matcher_new(e->alone);
	return e;
}

void explainer_free(struct explainer *e)
{
	if (e == NULL)
		return;
	matcher_free(e->matcher);
	patterns_free(e->alone);
	arena_empty(&e->arena);
	buf_free(&e->name);
	buf_free(&e->value);
	free(e);
}

void explainer_hide(struct explainer *e, bool (*hidden)(struct slice raw_name))
{
	e->hidden = hidden;
	matcher_hide(e->matcher, hide_member, e);
}

/* --- values at a field ---------------------------------------------------------- */

static void take_value(struct explainer *e, struct found *found, enum json_type type,
		       struct slice raw)
{
	struct slice text = SLICE_NONE;

	if (type == JSON_STRING) {
		buf_reset(&e->value);
		json_unescape(json_raw(raw), &e->value);
		text = buf_slice(&e->value);
	}
	if (found->n < FOUND_MAX)
		found->value[found->n] = raw;
	found->n++;
	for (size_t i = 0; i < found->tests->n; i++) {
		const struct test *test = &found->tests->test[i];

		if (accepts_value(test, type, raw, text))
			found->satisfied = true;
		else if (found->right == NULL)
			found->right = nearly_right(test, type, raw, text);
		if (found->wanted == NULL && found->tests->n == 1)
			found->wanted = nearly_wanted(test, type, raw, text);
	}
}

static void take_leaf(struct explainer *e, struct found *found, struct slice value)
{
	enum json_type type = json_type_of(value);
	struct json_member m;
	struct json_walk walk;
	bool any = false;

	if (type == JSON_OBJECT) {
		found->object = true;
	} else if (type == JSON_ARRAY) {
		for (json_walk(&walk, value); json_next(&walk, &m); any = true)
			take_leaf(e, found, m.value);
		found->empty |= !any;
	} else {
		take_value(e, found, type, value);
	}
}

/* Whether path begins with the name. */
static bool leads(const struct explainer *e, struct slice path, struct slice name)
{
	if (path.n < name.n)
		return false;
	return e->anycase ? strncasecmp(path.p, name.p, name.n) == 0 : slice_starts(path, name);
}

/* Everything below value that has the path; names may hold dots, as paths do. */
static void look(struct explainer *e, struct found *found, struct slice value, struct slice path,
		 bool top)
{
	enum json_type type = json_type_of(value);
	struct json_member m;
	struct json_walk walk;

	if (type != JSON_OBJECT && type != JSON_ARRAY)
		return;
	for (json_walk(&walk, value); json_next(&walk, &m);) {
		struct slice name;

		if (type == JSON_ARRAY) {
			look(e, found, m.value, path, false);
			continue;
		}
		if (top && e->hidden && e->hidden(m.name))
			continue;
		buf_reset(&e->name);
		json_unescape(m.name, &e->name);
		name = buf_slice(&e->name);
		if (!leads(e, path, name))
			continue;
		if (path.n == name.n)
			take_leaf(e, found, m.value);
		else if (path.p[name.n] == '.')
			look(e, found, m.value,
			     (struct slice){path.p + name.n + 1, path.n - name.n - 1}, false);
	}
}

static bool is_there(struct explainer *e, const struct condition *c, struct slice event,
		     struct slice path)
{
	struct found found = {.tests = c->tests};

	look(e, &found, event, path, true);
	return found.n > 0;
}

/* For a field that is not there: where people often have it. */
static const char *look_elsewhere(struct explainer *e, const struct condition *c,
				  struct slice event)
{
	const struct slice detail = SLICE("detail.");
	struct slice path = c->path;
	struct buf within = {0};
	bool there;

	e->anycase = true;
	there = is_there(e, c, event, path);
	e->anycase = false;
	if (there)
		return "there is no such field, but one whose name differs in upper and lower case";
	if (slice_starts(path, detail)) {
		path = (struct slice){path.p + detail.n, path.n - detail.n};
		return is_there(e, c, event, path)
			       ? "there is no such field in detail, but outside of it"
			       : NULL;
	}
	buf_adds(&within, detail);
	buf_adds(&within, path);
	there = is_there(e, c, event, buf_slice(&within));
	buf_free(&within);
	return there ? "there is no such field, but one in detail" : NULL;
}

/*
 * Where the alternative matched, every condition holds, if only by absence from the
 * array elements that were chosen.
 */
static struct found look_at(struct explainer *e, const struct condition *c, struct slice event,
			    bool match)
{
	struct found found = {.tests = c->tests};

	look(e, &found, json_trim(event), c->path, true);
	if (match || (found.n == 0 && c->tests->absent))
		found.satisfied = true;
	if (!found.satisfied && found.n == 0 && !found.object && !found.empty)
		found.elsewhere = look_elsewhere(e, c, json_trim(event));
	return found;
}

static bool wants_null(const struct tests *tests)
{
	for (size_t i = 0; i < tests->n; i++)
		if (tests->test[i].kind == TEST_NULL)
			return true;
	return false;
}

static const char *why_not(const struct found *found)
{
	if (found->n == 0 && found->object)
		return "an object is there, and tests look at values only";
	if (found->n == 0 && found->empty)
		return "an empty array holds no value";
	if (found->n == 0 && found->elsewhere)
		return found->elsewhere;
	if (found->n == 0)
		return wants_null(found->tests) ? "there is no such field, which is not null"
						: "there is no such field";
	if (found->right)
		return found->right;
	if (found->tests->absent && found->tests->n == 1)
		return "it is there, and its absence is wanted";
	if (found->wanted)
		return found->wanted;
	return found->n == 1 ? "no test accepts it" : "no test accepts any of them";
}

static const char why_elements[] =
	"each field is satisfied, but not by values in the same array elements";
static const char why_absence[] =
	"each field is satisfied by itself, but not for one choice of array elements";

/* --- writing -------------------------------------------------------------------- */

/* JSON without the white space between its tokens. */
static void add_compact(struct buf *to, struct slice json)
{
	bool inside = false;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		if (!inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
			continue;
		if (c == '"')
			inside = !inside;
		buf_addc(to, c);
		if (inside && c == '\\')
			buf_addc(to, json.p[++i]);
	}
}

static void add_shortened(struct buf *to, struct slice json)
{
	struct buf text = {0};
	size_t cut;

	add_compact(&text, json);
	cut = utf8_cut(text.p, text.len, VALUE_MAX);
	visible_add(to, (struct slice){text.p, cut});
	if (cut < text.len)
		BUF_LIT(to, "...");
	buf_free(&text);
}

static void add_found(struct buf *to, const struct found *found, bool shortened)
{
	size_t n = found->n < FOUND_MAX ? found->n : FOUND_MAX;

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_adds(to, shortened ? SLICE(", ") : SLICE(","));
		if (shortened)
			add_shortened(to, found->value[i]);
		else
			add_compact(to, found->value[i]);
	}
}

static void text_field(struct explainer *e, const struct condition *c, struct slice event,
		       bool match, const char *indent, struct buf *to, bool *all)
{
	struct found found = look_at(e, c, event, match);

	*all &= found.satisfied;
	buf_addf(to, "%s%c ", indent, found.satisfied ? '+' : '-');
	visible_add(to, c->path);
	BUF_LIT(to, ": ");
	if (found.n)
		add_found(to, &found, true);
	else
		BUF_LIT(to, "no value");
	if (found.n > FOUND_MAX)
		buf_addf(to, " and %zu more", found.n - FOUND_MAX);
	if (!found.satisfied) {
		BUF_LIT(to, ", wanted ");
		add_shortened(to, c->tests->source);
		buf_addf(to, ": %s", why_not(&found));
	}
	buf_addc(to, '\n');
}

static void json_field(struct explainer *e, const struct condition *c, struct slice event,
		       bool match, struct buf *to, bool *all)
{
	struct found found = look_at(e, c, event, match);

	*all &= found.satisfied;
	BUF_LIT(to, "{\"field\":");
	json_add_string(to, c->path);
	buf_addf(to, ",\"satisfied\":%s,\"wanted\":", found.satisfied ? "true" : "false");
	add_compact(to, c->tests->source);
	BUF_LIT(to, ",\"found\":[");
	add_found(to, &found, false);
	buf_addf(to, "],\"values\":%zu", found.n);
	if (!found.satisfied)
		buf_addf(to, ",\"why\":\"%s\"", why_not(&found));
	buf_addc(to, '}');
}

/* Whether the alternative matched last. */
static bool matched(const struct explainer *e, size_t alternative)
{
	size_t n;
	const uint32_t *rules = matcher_rules(e->matcher, &n);

	for (size_t i = 0; i < n; i++)
		if (rules[i] == alternative)
			return true;
	return false;
}

static const char *why_together(const struct alternative *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->condition[i].tests->absent)
			return why_absence;
	return why_elements;
}

bool explainer_text(struct explainer *e, struct slice event, const char *indent, struct buf *to)
{
	bool any = matcher_match(e->matcher, event, NULL) > 0;

	for (size_t i = 0; i < e->rule.n; i++) {
		const struct alternative *a = &e->rule.alternative[i];
		bool all = true;

		if (e->rule.n > 1)
			buf_addf(to, "%salternative %zu of %zu: %s\n", indent, i + 1, e->rule.n,
				 matched(e, i) ? "match" : "no match");
		for (size_t k = 0; k < a->n; k++)
			text_field(e, &a->condition[k], event, matched(e, i), indent, to, &all);
		if (all && !matched(e, i))
			buf_addf(to, "%s- %s\n", indent, why_together(a));
	}
	return any;
}

bool explainer_json(struct explainer *e, struct slice event, struct buf *to)
{
	bool any = matcher_match(e->matcher, event, NULL) > 0;

	buf_addf(to, "\"match\":%s,\"alternatives\":[", any ? "true" : "false");
	for (size_t i = 0; i < e->rule.n; i++) {
		const struct alternative *a = &e->rule.alternative[i];
		bool all = true;

		buf_addf(to, "%s{\"match\":%s,\"fields\":[", i ? "," : "",
			 matched(e, i) ? "true" : "false");
		for (size_t k = 0; k < a->n; k++) {
			if (k)
				buf_addc(to, ',');
			json_field(e, &a->condition[k], event, matched(e, i), to, &all);
		}
		buf_addc(to, ']');
		if (all && !matched(e, i))
			buf_addf(to, ",\"why\":\"%s\"", why_together(a));
		buf_addc(to, '}');
	}
	buf_addc(to, ']');
	return any;
}
