#include "transformer.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/list.h"
#include "json/path.h"
#include "json/scan.h"
#include "json/text.h"

#define FILE_MAX  (1 << 20)
#define DEPTH_MAX 100

enum node_kind { NODE_TEXT, NODE_VARIABLE, NODE_STRING, NODE_OBJECT, NODE_ARRAY };
enum variable_kind { VARIABLE_PATH, VARIABLE_TEXT, VARIABLE_EVENT, VARIABLE_TIME };

/* An object has names and values in turn; a string has texts, still escaped, and variables. */
struct node {
	enum node_kind kind;
	struct slice text;
	enum variable_kind variable;
	struct json_path *path;
	struct node *first, *next;
};

struct transformer {
	struct arena arena;
	struct buf file;
	struct opt_list variables;
	struct node *root;
	LIST_OF(struct json_path *) paths;
};

struct parser {
	struct transformer *t;
	const char *name; /* of the file */
	const char *start, *p, *end;
	struct err *err;
};

/* --- variables -------------------------------------------------------------------- */

static struct node *fail(struct parser *p, const char *what)
{
	err_set(p->err, EXIT_USAGE,
		"template '%s' is no JSON object with variables: %s at byte %zu", p->name, what,
		(size_t)(p->p - p->start));
	return NULL;
}

static struct node *new_node(struct parser *p, enum node_kind kind)
{
	struct node *node = arena_take(&p->t->arena, sizeof *node);

	node->kind = kind;
	return node;
}

/* A value that was given for a reserved variable. */
static bool find_given(const struct transformer *t, struct slice name, struct slice *text)
{
	for (size_t i = 0; i < t->variables.n; i++) {
		struct slice item = slice_of(t->variables.items[i]);

		if (slice_starts(item, name) && item.p[name.n] == '=') {
			*text = (struct slice){item.p + name.n + 1, item.n - name.n - 1};
			return true;
		}
	}
	return false;
}

static struct node *reserved(struct parser *p, struct node *node, struct slice name)
{
	if (slice_is(name, "aws.pipes.event") || slice_is(name, "aws.pipes.event.json")) {
		node->variable = VARIABLE_EVENT;
	} else if (slice_is(name, "aws.pipes.event.ingestion-time")) {
		node->variable = VARIABLE_TIME;
	} else {
		node->variable = VARIABLE_TEXT;
		if (!find_given(p->t, name, &node->text)) {
			err_set(p->err, EXIT_USAGE,
				"template '%s' has <%.*s>, which only a pipe knows (give it with "
				"--template-variable %.*s=TEXT)",
				p->name, SLICE_ARG(name), SLICE_ARG(name));
			return NULL;
		}
	}
	return node;
}

static bool at_variable(const struct parser *p)
{
	struct slice rest = {p->p, (size_t)(p->end - p->p)};

	return slice_starts(rest, SLICE("<$")) || slice_starts(rest, SLICE("<aws.pipes."));
}

/* From '<' to behind '>'. */
static struct node *parse_variable(struct parser *p)
{
	const char *close = memchr(p->p, '>', (size_t)(p->end - p->p));
	struct node *node = new_node(p, NODE_VARIABLE);
	struct slice name, text;

	if (!close)
		return fail(p, "'<' without '>'");
	name = (struct slice){p->p + 1, (size_t)(close - p->p) - 1};
	if (name.p[0] != '$') {
		p->p = close + 1;
		return reserved(p, node, name);
	}
	text = arena_copy(&p->t->arena, (struct slice){name.p, name.n + 1});
	((char *)text.p)[name.n] = '\0';
	node->path = json_path_new(text.p, p->err);
	if (!node->path)
		return NULL;
	list_add(&p->t->paths, node->path);
	p->p = close + 1;
	return node;
}

/* --- parsing ---------------------------------------------------------------------- */

static void skip_space(struct parser *p)
{
	while (p->p < p->end && strchr(" \t\r\n", *p->p))
		p->p++;
}

static bool take(struct parser *p, char c)
{
	skip_space(p);
	if (p->p == p->end || *p->p != c)
		return false;
	p->p++;
	return true;
}

static struct node *text_node(struct parser *p, const char *from)
{
	struct node *node = new_node(p, NODE_TEXT);

	node->text = (struct slice){from, (size_t)(p->p - from)};
	return node;
}

/* The string without its variables is one of JSON. */
static bool check_string(const struct node *string)
{
	struct buf text = {0};
	bool good;

	buf_addc(&text, '"');
	for (const struct node *part = string->first; part; part = part->next)
		if (part->kind == NODE_TEXT)
			buf_adds(&text, part->text);
	buf_addc(&text, '"');
	good = json_check(buf_slice(&text), NULL) == JSON_STRING;
	buf_free(&text);
	return good;
}

static struct node *parse_string(struct parser *p)
{
	struct node *node = new_node(p, NODE_STRING), **last = &node->first;
	const char *from = p->p;

	while (p->p < p->end && *p->p != '"') {
		if (!at_variable(p)) {
			p->p += *p->p == '\\' && p->end - p->p > 1 ? 2 : 1;
			continue;
		}
		*last = text_node(p, from);
		last = &(*last)->next;
		if (!(*last = parse_variable(p)))
			return NULL;
		last = &(*last)->next;
		from = p->p;
	}
	if (p->p == p->end)
		return fail(p, "string that is not closed");
	*last = text_node(p, from);
	p->p++;
	return check_string(node) ? node : fail(p, "bad string in front of this");
}

static struct node *parse_value(struct parser *p, unsigned depth);

static struct node *parse_parts(struct parser *p, bool object, unsigned depth)
{
	struct node *node = new_node(p, object ? NODE_OBJECT : NODE_ARRAY), **last = &node->first;
	char close = object ? '}' : ']';

	if (take(p, close))
		return node;
	do {
		if (object) {
			if (!take(p, '"'))
				return fail(p, "expected a member name");
			if (!(*last = parse_string(p)))
				return NULL;
			last = &(*last)->next;
			if (!take(p, ':'))
				return fail(p, "expected ':'");
		}
		if (!(*last = parse_value(p, depth + 1)))
			return NULL;
		last = &(*last)->next;
	} while (take(p, ','));
	return take(p, close) ? node : fail(p, "expected ',' or a closing bracket");
}

static struct node *parse_literal(struct parser *p)
{
	const char *from = p->p;
	struct node *node;

	while (p->p < p->end && !strchr(",]} \t\r\n", *p->p))
		p->p++;
	node = text_node(p, from);
	if (json_check(node->text, NULL) != JSON_NONE)
		return node;
	p->p = from;
	return fail(p, "expected a value");
}

static struct node *parse_value(struct parser *p, unsigned depth)
{
	if (depth > DEPTH_MAX)
		return fail(p, "nested too deeply");
	if (take(p, '{'))
		return parse_parts(p, true, depth);
	if (take(p, '['))
		return parse_parts(p, false, depth);
	if (take(p, '"'))
		return parse_string(p);
	return at_variable(p) ? parse_variable(p) : parse_literal(p);
}

static struct node *parse(struct parser *p)
{
	struct node *root = parse_value(p, 0);

	if (!root)
		return NULL;
	skip_space(p);
	if (p->p != p->end)
		return fail(p, "text behind the object");
	return root->kind == NODE_OBJECT ? root : fail(p, "no object");
}

struct transformer *transformer_new(const char *file, struct opt_list variables, struct err *err)
{
	struct transformer *t = mem_alloc(sizeof *t);
	struct parser p = {.t = t, .name = file, .err = err};

	t->variables = variables;
	if (fd_read_file(file, FILE_MAX, &t->file, err) == 0) {
		p.start = p.p = buf_text(&t->file);
		p.end = p.p + t->file.len;
		if ((t->root = parse(&p)) != NULL)
			return t;
	}
	transformer_free(t);
	return NULL;
}

void transformer_free(struct transformer *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < t->paths.n; i++)
		json_path_free(t->paths.p[i]);
	list_free(&t->paths);
	arena_empty(&t->arena);
	buf_free(&t->file);
	free(t);
}

/* --- applying --------------------------------------------------------------------- */

/* A path into key or value begins in what they decode to. */
static bool find(const struct json_path *path, const struct transformer_input *in,
		 struct slice *value)
{
	size_t steps = json_path_len(path);
	struct slice name = steps > 1 ? json_path_name(path, 0) : SLICE_NONE;
	bool key = name.p && slice_is(name, "key");

	if (!key && !(name.p && slice_is(name, "value")))
		return json_path_find(path, in->record, value);
	if (!(key ? in->key : in->value).p)
		return false;
	return json_path_find_part(path, 1, steps, key ? in->key : in->value, value);
}

/* False: there is no value. */
static bool add_variable(const struct node *node, const struct transformer_input *in, bool within,
			 struct buf *to)
{
	char date[CLOCK_DATE_LEN];
	struct slice value = node->text;
	bool text = true;

	if (node->variable == VARIABLE_TIME) {
		clock_put_date(date, clock_real_ms());
		value = (struct slice){date, sizeof date};
	} else if (node->variable == VARIABLE_EVENT) {
		value = in->record;
		text = false;
	} else if (node->variable == VARIABLE_PATH) {
		text = false;
		if (!find(node->path, in, &value))
			return false;
	}
	if (!within && text)
		json_add_string(to, value);
	else if (!within)
		buf_adds(to, value);
	else if (!text && json_type_of(value) == JSON_STRING)
		buf_adds(to, json_raw(value));
	else
		json_add_escaped(to, value);
	return true;
}

static bool add(const struct node *node, const struct transformer_input *in, struct buf *to);

static void add_string(const struct node *node, const struct transformer_input *in, struct buf *to)
{
	buf_addc(to, '"');
	for (const struct node *part = node->first; part; part = part->next) {
		if (part->kind == NODE_TEXT)
			buf_adds(to, part->text);
		else
			add_variable(part, in, true, to);
	}
	buf_addc(to, '"');
}

static void add_parts(const struct node *node, const struct transformer_input *in, struct buf *to)
{
	bool object = node->kind == NODE_OBJECT, first = true;

	buf_addc(to, object ? '{' : '[');
	for (const struct node *part = node->first; part; part = part->next) {
		size_t from = to->len;

		if (!first)
			buf_addc(to, ',');
		if (object) {
			add_string(part, in, to);
			buf_addc(to, ':');
			part = part->next;
		}
		if (add(part, in, to))
			first = false;
		else
			to->len = from;
	}
	buf_addc(to, object ? '}' : ']');
}

static bool add(const struct node *node, const struct transformer_input *in, struct buf *to)
{
	switch (node->kind) {
	case NODE_TEXT:
		buf_adds(to, node->text);
		return true;
	case NODE_VARIABLE:
		return add_variable(node, in, false, to);
	case NODE_STRING:
		add_string(node, in, to);
		return true;
	case NODE_OBJECT:
	case NODE_ARRAY:
		break;
	}
	add_parts(node, in, to);
	return true;
}

void transformer_add(struct transformer *t, const struct transformer_input *input, struct buf *to)
{
	add(t->root, input, to);
}
