#include "json/path.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "json/scan.h"

#include <stdlib.h>

struct step {
	struct slice name; /* absent: an index; owned by the path */
	uint64_t index;
};

struct json_path {
	struct step *steps;
	size_t n;
};

struct parse {
	const char *text, *p;
	struct json_path *path;
	struct err *err;
};

static int bad(struct parse *s, const char *what)
{
	return err_set(s->err, EXIT_USAGE,
		       "'%s' is no definite JSON path: %s at position %zu (give one such as "
		       "$.detail.value or $['a b'][0])",
		       s->text, what, (size_t)(s->p - s->text) + 1);
}

static void add_step(struct parse *s, struct step step)
{
	struct json_path *path = s->path;

	path->steps = mem_resize(path->steps, path->n + 1, sizeof *path->steps);
	path->steps[path->n++] = step;
}

static int add_name(struct parse *s, const char *p, size_t n)
{
	add_step(s, (struct step){.name = {mem_text(p, n), n}});
	return 0;
}

/* ".name": up to the next '.' or '['. */
static int parse_dot(struct parse *s)
{
	size_t n = strcspn(++s->p, ".[]*?()'\" ,");
	const char *name = s->p;

	if (n == 0)
		return bad(s, "expected a name behind '.'");
	s->p += n;
	if (*s->p && *s->p != '.' && *s->p != '[')
		return bad(s, "unexpected character");
	return add_name(s, name, n);
}

/* "['name']", with \\ and \' inside; s->p is at the quote. */
static int parse_quoted(struct parse *s)
{
	struct buf name = {0};
	char quote = *s->p++;
	int result;

	for (; *s->p && *s->p != quote; s->p++) {
		if (*s->p == '\\' && s->p[1])
			s->p++;
		buf_addc(&name, *s->p);
	}
	if (*s->p != quote || s->p[1] != ']')
		result = bad(s, "expected the closing quote and ']'");
	else
		result = add_name(s, buf_text(&name), name.len);
	s->p += result == 0 ? 2 : 0;
	buf_free(&name);
	return result;
}

static int parse_bracket(struct parse *s)
{
	struct step step = {.name = SLICE_NONE};
	size_t digits;

	s->p++;
	if (*s->p == '\'' || *s->p == '"')
		return parse_quoted(s);
	digits = strspn(s->p, "0123456789");
	if (s->p[digits] != ']' || !num_u64((struct slice){s->p, digits}, &step.index))
		return bad(s, "expected an index or a quoted name");
	s->p += digits + 1;
	add_step(s, step);
	return 0;
}

static int parse_path(struct parse *s)
{
	if (!utf8_valid(s->text, strlen(s->text)))
		return bad(s, "invalid UTF-8");
	if (*s->p != '$')
		return bad(s, "expected '$'");
	for (s->p++; *s->p;) {
		int result = *s->p == '.'   ? parse_dot(s)
			     : *s->p == '[' ? parse_bracket(s)
					    : bad(s, "expected '.' or '['");
		if (result != 0)
			return -1;
	}
	return 0;
}

struct json_path *json_path_new(const char *text, struct err *err)
{
	struct parse s = {.text = text, .p = text, .err = err};

	s.path = mem_alloc(sizeof *s.path);
	if (parse_path(&s) == 0)
		return s.path;
	json_path_free(s.path);
	return NULL;
}

void json_path_free(struct json_path *path)
{
	if (!path)
		return;
	for (size_t i = 0; i < path->n; i++)
		free((char *)path->steps[i].name.p);
	free(path->steps);
	free(path);
}

size_t json_path_len(const struct json_path *path)
{
	return path->n;
}

struct slice json_path_name(const struct json_path *path, size_t i)
{
	return path->steps[i].name;
}

uint64_t json_path_index(const struct json_path *path, size_t i)
{
	return path->steps[i].index;
}

static bool find_step(const struct step *step, struct slice in, struct slice *value)
{
	enum json_type type = json_type_of(in);
	struct json_member m;
	struct json_walk w;
	uint64_t i = 0;
	bool found = false;

	if (type != (step->name.p ? JSON_OBJECT : JSON_ARRAY))
		return false;
	for (json_walk(&w, in); json_next(&w, &m); i++) {
		if (step->name.p ? json_is(m.name, step->name) : i == step->index) {
			*value = m.value;
			found = true;
		}
	}
	return found;
}

bool json_path_find_part(const struct json_path *path, size_t from, size_t to, struct slice text,
			 struct slice *value)
{
	struct slice at = json_trim(text);

	for (size_t i = from; i < to; i++)
		if (!find_step(&path->steps[i], at, &at))
			return false;
	*value = at;
	return true;
}

bool json_path_find(const struct json_path *path, struct slice text, struct slice *value)
{
	return json_path_find_part(path, 0, path->n, text, value);
}
