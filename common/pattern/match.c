/*
 * Walks the tokens of an event once. Where a name leads to a tested field the walk goes
 * in, over everything else it leaps. Tokens are numbers here: they count from the start of
 * the event.
 */
#include "pattern/match.h"

#include "pattern/pattern.h"
#include "json/text.h"
#include "json/token.h"

#define FAULT UINT32_MAX

static uint32_t walk_value(struct matcher *m, uint32_t token, uint32_t name, struct place *place);

/* --- names -------------------------------------------------------------------- */

/* The name that a member's name leads to from here; dots in it are steps. NONE: nothing tested. */
static uint32_t follow(const struct matcher *m, uint32_t from, struct slice text)
{
	for (;;) {
		/* What is found holds no dot. */
		uint32_t child = machine_child(m->machine, from, text);
		const char *dot = child == NONE && text.n ? memchr(text.p, '.', text.n) : NULL;
		size_t n;

		if (dot == NULL)
			return child;
		n = (size_t)(dot - text.p);
		from = machine_child(m->machine, from, (struct slice){text.p, n});
		if (from == NONE)
			return NONE;
		text.p += n + 1;
		text.n -= n + 1;
	}
}

static uint32_t find_name(struct matcher *m, uint32_t from, struct slice raw, bool escaped)
{
	if (escaped) {
		buf_reset(&m->name);
		json_unescape(raw, &m->name);
		raw = buf_slice(&m->name);
	}
	return follow(m, from, raw);
}

/* --- tokens ------------------------------------------------------------------- */

static inline const char *text_at(const struct matcher *m, uint32_t token)
{
	return m->index.text + m->index.at[token];
}

/* Behind a value. */
static inline uint32_t pass(const struct matcher *m, uint32_t token)
{
	char c = m->index.kind[token];

	return c == '{' || c == '[' ? m->index.behind[token] : token + 1;
}

/* A value as it stands in the text; `behind` is the token behind it. */
static struct slice text_of(const struct matcher *m, uint32_t token, uint32_t behind)
{
	const char *p = text_at(m, token);

	return (struct slice){p, (size_t)(index_end(&m->index, behind - 1) - p)};
}

/* What stands between the quotes of a string. */
static struct slice content_of(const struct matcher *m, uint32_t token)
{
	struct slice whole = text_of(m, token, token + 1);

	return (struct slice){whole.p + 1, whole.n - 2};
}

static bool is_escaped(const struct matcher *m, struct slice raw)
{
	return m->index.escapes && memchr(raw.p, '\\', raw.n) != NULL;
}

/* Of trusted text a name with escapes, and a value that matters, are still to be checked. */
static bool is_scalar(const struct matcher *m, uint32_t token)
{
	return !m->trust || json_check(text_of(m, token, token + 1), NULL) != JSON_NONE;
}

/* --- objects and arrays ------------------------------------------------------- */

/* Shows a member of the event itself to the hook. */
static int ask_hide(struct matcher *m, uint32_t name, struct slice raw)
{
	struct slice value = text_of(m, name + 2, pass(m, name + 2));
	const char *at = raw.p - 1;
	struct json_member member = {.name = raw,
				     .value = value,
				     .type = json_type_of(value),
				     .whole = {at, (size_t)(value.p + value.n - at)}};
	int hidden = m->hide(m->hide_ctx, &member);

	if (hidden < 0)
		m->fault = (struct json_fault){(size_t)(at - m->index.text),
					       "a value that this member cannot have"};
	return hidden;
}

/* From a member's name to behind its value; `top`: it is one of the event itself. */
static uint32_t walk_member(struct matcher *m, uint32_t token, uint32_t name, struct place *place,
			    bool top)
{
	const char *kind = m->index.kind;
	uint32_t child = NONE;
	struct slice raw;
	bool escaped;
	int hidden = 0;
	char first;

	if (kind[token] != '"' || kind[token + 1] != ':')
		return FAULT;
	first = text_at(m, token)[1];
	if (!m->index.escapes && !machine_may_lead(m->machine, name, first) &&
	    !(top && first == '_'))
		return pass(m, token + 2);
	raw = content_of(m, token);
	escaped = is_escaped(m, raw);
	if (escaped && !is_scalar(m, token))
		return FAULT;
	if (m->machine->names.p[name].children)
		child = find_name(m, name, raw, escaped);
	if (top && m->hide && raw.n && (raw.p[0] == '_' || escaped)) {
		hidden = ask_hide(m, token, raw);
		if (hidden < 0)
			return FAULT;
	}
	token += 2;
	return child == NONE || hidden ? pass(m, token) : walk_value(m, token, child, place);
}

static uint32_t walk_object(struct matcher *m, uint32_t token, uint32_t name, struct place *place,
			    bool top)
{
	const char *kind = m->index.kind;

	if (kind[++token] == '}')
		return token + 1;
	for (;; token++) {
		token = walk_member(m, token, name, place, top);
		if (token == FAULT || kind[token] != ',')
			break;
	}
	return token != FAULT && kind[token] == '}' ? token + 1 : FAULT;
}

static uint32_t walk_array(struct matcher *m, uint32_t token, uint32_t name, struct place *place)
{
	struct array_place array = {NONE};
	struct place element = {place, &array, 0, NONE};
	const char *kind = m->index.kind;

	if (kind[++token] == ']')
		return token + 1;
	for (;; token++, element.index++) {
		bool nested = kind[token] == '{' || kind[token] == '[';

		element.element = NONE;
		token = walk_value(m, token, name, nested ? &element : place);
		if (element.element != NONE)
			m->elements.p[element.element].end = m->hits.n;
		if (token == FAULT || kind[token] != ',')
			break;
	}
	if (array.number != NONE)
		m->arrays.p[array.number].end = m->hits.n;
	return token != FAULT && kind[token] == ']' ? token + 1 : FAULT;
}

/* --- values ------------------------------------------------------------------- */

static bool take_scalar(struct matcher *m, uint32_t token, uint32_t field, struct place *place)
{
	struct slice whole = text_of(m, token, token + 1);
	enum json_type type = json_type_of(whole);

	if (!is_scalar(m, token))
		return false;
	if (type == JSON_STRING) {
		whole = (struct slice){whole.p + 1, whole.n - 2};
		values_take(m, field, type, whole, is_escaped(m, whole), place);
	} else {
		values_take(m, field, type, whole, false, place);
	}
	return true;
}

static uint32_t walk_value(struct matcher *m, uint32_t token, uint32_t name, struct place *place)
{
	const struct name *names = m->machine->names.p;

	switch (m->index.kind[token]) {
	case '[':
		return walk_array(m, token, name, place);
	case '{':
		return names[name].children ? walk_object(m, token, name, place, false)
					    : m->index.behind[token];
	case '}':
	case ']':
	case ':':
	case ',':
		return FAULT;
	default:
		if (names[name].field != NONE && !take_scalar(m, token, names[name].field, place))
			return FAULT;
		return token + 1;
	}
}

/* Where the event is no JSON, or no object. */
static void find_fault(const struct matcher *m, struct slice event, struct json_fault *fault)
{
	struct slice inner = json_trim(event);

	if (m->fault.what)
		*fault = m->fault;
	else if (inner.n == 0 || inner.p[0] != '{')
		*fault = (struct json_fault){(size_t)(inner.p - event.p), "expected an object"};
	else
		json_check(event, fault);
}

/* --- rules -------------------------------------------------------------------- */

static bool holds(struct matcher *m, const struct alt *alt)
{
	const struct machine *x = m->machine;

	for (uint32_t i = 0; i < alt->n; i++) {
		uint32_t c = x->needs.p[alt->first + i];
		const struct compiled *compiled = &x->conditions.p[c];

		if (m->condition[c].stamp == m->stamp)
			continue;
		if (!compiled->absent)
			return false;
		/* Absent or not may depend on elements, if all its values are in arrays. */
		if (m->field[compiled->field].stamp == m->stamp &&
		    (alt->n == 1 || m->field[compiled->field].free))
			return false;
	}
	return alt->n == 1 || m->elements.n == 0 || agree(m, alt);
}

static void check(struct matcher *m, const struct alt *alt)
{
	if (m->rule[alt->rule] == m->stamp || !holds(m, alt))
		return;
	m->rule[alt->rule] = m->stamp;
	list_add(&m->matched, alt->rule);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void check_all(struct matcher *m)
{
	const struct machine *x = m->machine;

	for (uint32_t i = 0; i < m->touched.n; i++) {
		uint32_t a = x->conditions.p[m->touched.p[i]].watch;

		for (; a != NONE; a = x->alts.p[a].watch)
			check(m, &x->alts.p[a]);
	}
	for (uint32_t i = 0; i < x->always.n; i++)
		check(m, &x->alts.p[x->always.p[i]]);
	if (m->matched.n > 1)
		qsort(m->matched.p, m->matched.n, sizeof(*m->matched.p), by_number);
}

/* --- the matcher -------------------------------------------------------------- */

static void clear_stamps(struct matcher *m)
{
	const struct machine *x = m->machine;

	for (uint32_t i = 0; i < x->conditions.n; i++)
		m->condition[i].stamp = 0;
	for (uint32_t i = 0; i < x->fields.n; i++)
		m->field[i].stamp = 0;
	memset(m->negated, 0, x->nots.n * sizeof(*m->negated));
	for (uint32_t i = 0; i < x->alts.n; i++)
		m->rule[x->alts.p[i].rule] = 0;
	m->stamp = 0;
	m->value_stamp = 0;
}

static bool walk_event(struct matcher *m, struct slice event)
{
	m->fault.what = NULL;
	return index_build(&m->index, event, m->trust) && m->index.kind[0] == '{' &&
	       walk_object(m, 0, 0, NULL, true) != FAULT;
}

int matcher_match(struct matcher *m, struct slice event, struct json_fault *fault)
{
	/* Both stamps count up; a value takes two bytes of text at least. */
	if (m->stamp == UINT32_MAX || m->value_stamp > UINT32_MAX - event.n)
		clear_stamps(m);
	m->stamp++;
	m->touched.n = m->matched.n = m->hits.n = m->elements.n = 0;
	m->arrays.n = m->sorted.n = 0;
	if (!walk_event(m, event)) {
		m->matched.n = 0;
		if (fault)
			find_fault(m, event, fault);
		return -1;
	}
	check_all(m);
	return (int)m->matched.n;
}

const uint32_t *matcher_rules(const struct matcher *m, size_t *n)
{
	*n = m->matched.n;
	return m->matched.p;
}

void matcher_trust(struct matcher *m, bool trust)
{
	m->trust = trust;
}

void matcher_hide(struct matcher *m, matcher_hide_fn *hide, void *ctx)
{
	m->hide = hide;
	m->hide_ctx = ctx;
}
