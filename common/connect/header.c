#include "header.h"

#include "guess.h"
#include "integer.h"
#include "members.h"
#include "print.h"

#define DEPTH_MAX 100 /* arrays and maps within each other; what is deeper is a string */

/* The text is cut at delimiters that no backslash is in front of; each is a token itself. */
struct parser {
	struct arena *arena;
	struct slice text;
	size_t at;
};

void connect_header_free(struct connect_header *h)
{
	arena_empty(&h->arena);
}

/* --- tokens ----------------------------------------------------------------------- */

static bool is_delimiter(char c)
{
	return c == ':' || c == ',' || c == '{' || c == '}' || c == '[' || c == ']' || c == '"';
}

static struct slice next_token(struct parser *p)
{
	size_t start = p->at;
	bool escaped = false;

	for (; p->at < p->text.n; p->at++) {
		char c = p->text.p[p->at];

		if (!escaped && is_delimiter(c)) {
			p->at += p->at == start;
			break;
		}
		escaped = c == '\\' && !escaped;
	}
	return (struct slice){p->text.p + start, p->at - start};
}

/* As Java's String.trim. */
static struct slice trim(struct slice s)
{
	while (s.n && (unsigned char)s.p[0] <= ' ') {
		s.p++;
		s.n--;
	}
	while (s.n && (unsigned char)s.p[s.n - 1] <= ' ')
		s.n--;
	return s;
}

static bool at_end(const struct parser *p)
{
	return p->at == p->text.n;
}

/* Takes the next token, and blank ones before it, if it is `expected`. */
static bool take(struct parser *p, const char *expected)
{
	size_t start = p->at;
	struct slice token = trim(next_token(p));

	while (token.n == 0 && !at_end(p))
		token = trim(next_token(p));
	if (slice_is(token, expected))
		return true;
	p->at = start;
	return false;
}

/* --- scalars ---------------------------------------------------------------------- */

static bool take_word(struct parser *p, bool embedded, const char *word)
{
	size_t start = p->at;

	if (take(p, word) && (embedded || at_end(p)))
		return true;
	p->at = start;
	return false;
}

/* A time holds colons, so it is five tokens long. */
static bool take_temporal(struct parser *p, struct slice token, struct guess *g)
{
	size_t behind = p->at;
	struct slice all;

	for (int i = 0; i < 4 && !at_end(p); i++)
		next_token(p);
	all = (struct slice){token.p, (size_t)(p->text.p + p->at - token.p)};
	if (guess_temporal(all, g))
		return true;
	p->at = behind;
	return guess_temporal(token, g);
}

/* A number, date or time; false: it is none of them. */
static bool take_scalar(struct parser *p, struct guess *g)
{
	struct slice token;
	char first;

	do
		token = trim(next_token(p));
	while (token.n == 0 && !at_end(p));
	if (token.n == 0)
		return false;
	first = token.p[0];
	if (first >= '0' && first <= '9' && take_temporal(p, token, g))
		return true;
	return ((first >= '0' && first <= '9') || first == '+' || first == '-') &&
	       guess_number(token, g);
}

/* Behind an opening quote. */
static void take_quoted(struct parser *p, struct guess *g)
{
	size_t start = p->at, end = p->text.n;
	struct parser inner = {.arena = p->arena};

	while (!at_end(p)) {
		size_t token = p->at;

		if (take(p, "\"")) {
			end = token;
			break;
		}
		next_token(p);
	}
	inner.text = (struct slice){p->text.p + start, end - start};
	if (inner.text.n && take_scalar(&inner, g) && g->kind >= GUESS_DATE)
		return;
	*g = (struct guess){.kind = GUESS_STRING, .text = inner.text};
}

/* --- arrays and maps -------------------------------------------------------------- */

/* The type that holds both; GUESS_NONE if there is none, and what comes next decides. */
static enum guess_kind common_kind(enum guess_kind previous, enum guess_kind latest)
{
	if (latest == GUESS_NONE || previous == latest)
		return previous;
	if (previous == GUESS_NONE)
		return latest;
	if (previous <= GUESS_DOUBLE && latest <= GUESS_DOUBLE)
		return previous > latest ? previous : latest;
	return GUESS_NONE;
}

/* Makes a value one of that kind; false if Connect cannot. */
static bool align(struct guess *g, enum guess_kind kind)
{
	if (kind == GUESS_NONE || g->kind == GUESS_NONE || g->kind == kind)
		return true;
	if (g->kind > GUESS_DOUBLE || kind > GUESS_DOUBLE)
		return false;
	if (kind < GUESS_FLOAT)
		return true;
	if (g->kind < GUESS_FLOAT)
		g->real = kind == GUESS_FLOAT ? (double)(float)g->integer : (double)g->integer;
	g->kind = kind;
	return true;
}

static bool take_embedded(struct parser *p, unsigned depth, struct guess *g);

static struct guess *append(struct parser *p, struct guess ***end)
{
	struct guess *g = arena_take(p->arena, sizeof *g);

	**end = g;
	*end = &g->next;
	return g;
}

/* Behind the bracket. False: the text is not an array. */
static bool take_array(struct parser *p, unsigned depth, struct guess *g)
{
	struct guess **end = &g->first;
	enum guess_kind kind = GUESS_NONE;
	size_t start;

	g->kind = GUESS_ARRAY;
	while (!at_end(p)) {
		struct guess *element;

		if (take(p, "]")) {
			for (element = g->first; element; element = element->next)
				if (!align(element, kind))
					return false;
			return true;
		}
		if (take(p, ","))
			return false;
		element = append(p, &end);
		if (!take_embedded(p, depth, element))
			return false;
		kind = common_kind(kind, element->kind);
		start = p->at;
		if (take(p, "]"))
			p->at = start;
		else if (!take(p, ","))
			return false;
	}
	return false;
}

static bool end_map(struct guess *g, enum guess_kind keys, enum guess_kind values)
{
	g->pairs = false;
	for (struct guess *key = g->first; key; key = key->next->next) {
		g->pairs = g->pairs || key->kind != GUESS_STRING;
		if (!align(key, keys) || !align(key->next, keys ? values : GUESS_NONE))
			return false;
	}
	return true;
}

static bool take_map(struct parser *p, unsigned depth, struct guess *g)
{
	struct guess **end = &g->first;
	enum guess_kind keys = GUESS_NONE, values = GUESS_NONE;

	g->kind = GUESS_MAP;
	while (!at_end(p)) {
		struct guess *key, *value;

		if (take(p, "}"))
			return end_map(g, keys, values);
		if (take(p, ","))
			return false;
		key = append(p, &end);
		if (!take_embedded(p, depth, key) || key->kind == GUESS_NONE || !take(p, ":"))
			return false;
		value = append(p, &end);
		if (!at_end(p) && !take_embedded(p, depth, value))
			return false;
		take(p, ",");
		keys = common_kind(keys, key->kind);
		values = common_kind(values, value->kind);
	}
	return false;
}

/* An array or a map; false: there is none, and nothing was taken. */
static bool take_parts(struct parser *p, unsigned depth, struct guess *g)
{
	size_t start = p->at;

	if (depth < DEPTH_MAX && ((take(p, "[") && take_array(p, depth + 1, g)) ||
				  (p->at == start && take(p, "{") && take_map(p, depth + 1, g))))
		return true;
	p->at = start;
	*g = (struct guess){0};
	return false;
}

static bool take_constant(struct parser *p, bool embedded, struct guess *g)
{
	if (take_word(p, embedded, "null"))
		return true;
	g->kind = GUESS_BOOLEAN;
	g->integer = 1;
	if (take_word(p, embedded, "true"))
		return true;
	g->integer = 0;
	if (take_word(p, embedded, "false"))
		return true;
	g->kind = GUESS_NONE;
	return false;
}

/* What stands within an array or a map. False: nothing that Connect knows. */
static bool take_embedded(struct parser *p, unsigned depth, struct guess *g)
{
	if (take(p, "\"")) {
		take_quoted(p, g);
		return true;
	}
	return take_constant(p, true, g) || take_parts(p, depth, g) || take_scalar(p, g);
}

/* --- printing --------------------------------------------------------------------- */

static void add(const struct guess *g, struct buf *to);

static void add_decimal(const struct guess *g, struct buf *to)
{
	struct buf bytes = {0};

	if (integer_add(&bytes, g->text, g->negative))
		connect_add_bytes(to, buf_slice(&bytes));
	else
		connect_add_string(to, g->text);
	buf_free(&bytes);
}

static void add_array(const struct guess *g, struct buf *to)
{
	buf_addc(to, '[');
	for (const struct guess *e = g->first; e; e = e->next) {
		if (e != g->first)
			buf_addc(to, ',');
		add(e, to);
	}
	buf_addc(to, ']');
}

static void add_map(const struct guess *g, struct buf *to)
{
	struct members members = {0};

	buf_addc(to, g->pairs ? '[' : '{');
	for (const struct guess *key = g->first; key; key = key->next->next) {
		size_t at;

		if (key != g->first)
			buf_addc(to, ',');
		at = to->len;
		if (g->pairs)
			buf_addc(to, '[');
		add(key, to);
		members_name(&members, to, at);
		buf_addc(to, g->pairs ? ',' : ':');
		add(key->next, to);
		if (g->pairs)
			buf_addc(to, ']');
		members_value(&members, to);
	}
	members_close(&members, 0, to);
	members_free(&members);
	buf_addc(to, g->pairs ? ']' : '}');
}

static void add(const struct guess *g, struct buf *to)
{
	switch (g->kind) {
	case GUESS_NONE:
		BUF_LIT(to, "null");
		break;
	case GUESS_BOOLEAN:
		buf_adds(to, g->integer ? SLICE("true") : SLICE("false"));
		break;
	case GUESS_FLOAT:
		connect_add_float(to, (float)g->real);
		break;
	case GUESS_DOUBLE:
		connect_add_double(to, g->real);
		break;
	case GUESS_DECIMAL:
		add_decimal(g, to);
		break;
	case GUESS_STRING:
		connect_add_string(to, g->text);
		break;
	case GUESS_ARRAY:
		add_array(g, to);
		break;
	case GUESS_MAP:
		add_map(g, to);
		break;
	default:
		connect_add_int(to, g->integer);
	}
}

void connect_header_add(struct connect_header *h, struct buf *to, struct slice bytes)
{
	struct parser p = {.arena = &h->arena, .text = bytes};
	struct guess g = {0};

	if (!take_constant(&p, false, &g) && !take_parts(&p, 0, &g) && !take_scalar(&p, &g))
		g = (struct guess){.kind = GUESS_STRING, .text = bytes};
	add(&g, to);
	arena_empty(&h->arena);
}
