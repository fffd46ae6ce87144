/*
 * Walks the text of an event once. Where a name leads to a tested field the walk goes
 * in, everything else is passed token by token.
 */
#include "pattern/match.h"

#include "pattern/pattern.h"
#include "json/text.h"

static const char *walk_value(struct matcher *m, const char *p, uint32_t name, struct place *place,
			      unsigned depth);

/* --- names -------------------------------------------------------------------- */

/* The name that a member's name leads to from here; dots in it are steps. NONE: nothing tested. */
static uint32_t follow(const struct matcher *m, uint32_t from, struct slice text)
{
	const char *dot;

	while ((dot = text.n ? memchr(text.p, '.', text.n) : NULL) != NULL) {
		size_t n = (size_t)(dot - text.p);

		from = machine_child(m->machine, from, (struct slice){text.p, n});
		if (from == NONE)
			return NONE;
		text.p += n + 1;
		text.n -= n + 1;
	}
	return machine_child(m->machine, from, text);
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

/* --- what no rule names ------------------------------------------------------- */

static const char *pass(struct matcher *m, const char *p, unsigned depth)
{
	unsigned char c = token_peek(&m->text, p);

	if (m->leaps && (c == '{' || c == '[')) {
		const struct quick_leap *leap = &m->quick.leap[m->opened];

		m->opened = leap->next;
		m->leapt += (size_t)(m->text.start + leap->end - p);
		return m->text.start + leap->end;
	}
	return m->trust ? token_trust(&m->text, p, depth) : token_skip(&m->text, p, depth);
}

/* --- objects and arrays ------------------------------------------------------- */

/* From the quote of a member's name to its value. */
static const char *take_name(struct matcher *m, const char *p, struct slice *raw, bool *escaped)
{
	const char *end;

	if (token_peek(&m->text, p) != '"')
		return token_fault(&m->text, p, "expected a member name");
	end = token_string(&m->text, p, escaped);
	if (end == NULL)
		return NULL;
	*raw = (struct slice){p + 1, (size_t)(end - p) - 2};
	p = token_space(&m->text, end);
	if (token_peek(&m->text, p) != ':')
		return token_fault(&m->text, p, "expected ':'");
	return token_space(&m->text, p + 1);
}

/* Behind a value: NULL on a fault, else *more says whether another one follows at the result. */
static const char *take_comma(struct matcher *m, const char *p, char close, bool *more)
{
	unsigned char c;

	p = token_space(&m->text, p);
	c = token_peek(&m->text, p);
	*more = c == ',';
	if (*more)
		return token_space(&m->text, p + 1);
	if (c == (unsigned char)close)
		return p + 1;
	return token_fault(&m->text, p,
			   close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
}

/* Shows a member of the event itself to the hook. */
static int ask_hide(struct matcher *m, const char *at, struct slice raw, const char *value,
		    const char *end)
{
	struct slice text = {value, (size_t)(end - value)};
	struct json_member member = {.name = raw,
				     .value = text,
				     .type = json_type_of(text),
				     .whole = {at, (size_t)(end - at)}};
	int hidden = m->hide(m->hide_ctx, &member);

	if (hidden < 0)
		token_fault(&m->text, at, "a value that this member cannot have");
	return hidden;
}

static const char *walk_member(struct matcher *m, const char *p, uint32_t name, struct place *place,
			       unsigned depth)
{
	const char *at = p, *end;
	struct slice raw = SLICE_NONE;
	uint32_t child = NONE;
	bool escaped;
	int hidden;

	if (!(p = take_name(m, p, &raw, &escaped)))
		return NULL;
	if (m->machine->names.p[name].children)
		child = find_name(m, name, raw, escaped);
	if (depth == 1 && m->hide && raw.n && (raw.p[0] == '_' || escaped)) {
		if (!(end = pass(m, p, depth)))
			return NULL;
		hidden = ask_hide(m, at, raw, p, end);
		if (hidden || child == NONE)
			return hidden < 0 ? NULL : end;
	}
	return child == NONE ? pass(m, p, depth) : walk_value(m, p, child, place, depth);
}

static const char *walk_object(struct matcher *m, const char *p, uint32_t name, struct place *place,
			       unsigned depth)
{
	bool more = true;

	if (depth >= JSON_DEPTH_MAX)
		return token_fault(&m->text, p, "nested too deeply");
	m->opened++;
	p = token_space(&m->text, p + 1);
	if (token_peek(&m->text, p) == '}')
		return p + 1;
	while (more) {
		if (!(p = walk_member(m, p, name, place, depth + 1)))
			return NULL;
		if (!(p = take_comma(m, p, '}', &more)))
			return NULL;
	}
	return p;
}

static const char *walk_array(struct matcher *m, const char *p, uint32_t name, struct place *place,
			      unsigned depth)
{
	struct array_place array = {NONE};
	struct place element = {place, &array, 0, NONE};
	bool more = true;

	if (depth >= JSON_DEPTH_MAX)
		return token_fault(&m->text, p, "nested too deeply");
	m->opened++;
	p = token_space(&m->text, p + 1);
	if (token_peek(&m->text, p) == ']')
		return p + 1;
	for (; more; element.index++) {
		unsigned char c = token_peek(&m->text, p);
		bool nested = c == '{' || c == '[';

		element.element = NONE;
		if (!(p = walk_value(m, p, name, nested ? &element : place, depth + 1)))
			return NULL;
		if (element.element != NONE)
			m->elements.p[element.element].end = m->hits.n;
		if (!(p = take_comma(m, p, ']', &more)))
			return NULL;
	}
	if (array.number != NONE)
		m->arrays.p[array.number].end = m->hits.n;
	return p;
}

/* --- values ------------------------------------------------------------------- */

static const char *walk_scalar(struct matcher *m, const char *p, uint32_t field,
			       struct place *place)
{
	unsigned char c = token_peek(&m->text, p);
	enum json_type type = JSON_STRING;
	bool escaped = false;
	struct slice raw;
	const char *end;

	if (c == '"') {
		end = token_string(&m->text, p, &escaped);
	} else if (c == '-' || (unsigned char)(c - '0') < 10) {
		end = token_number(&m->text, p);
		type = JSON_NUMBER;
	} else {
		end = token_word(&m->text, p);
		type = c == 't' ? JSON_TRUE : c == 'f' ? JSON_FALSE : JSON_NULL;
	}
	if (end == NULL || field == NONE)
		return end;
	raw = (struct slice){p, (size_t)(end - p)};
	if (type == JSON_STRING)
		raw = (struct slice){p + 1, raw.n - 2};
	values_take(m, field, type, raw, escaped, place);
	return end;
}

static const char *walk_value(struct matcher *m, const char *p, uint32_t name, struct place *place,
			      unsigned depth)
{
	unsigned char c = token_peek(&m->text, p);

	if (c == '[')
		return walk_array(m, p, name, place, depth);
	if (c != '{')
		return walk_scalar(m, p, m->machine->names.p[name].field, place);
	if (m->machine->names.p[name].children == 0)
		return pass(m, p, depth);
	return walk_object(m, p, name, place, depth);
}

static bool walk_event(struct matcher *m)
{
	const char *p = token_space(&m->text, m->text.start);

	if (token_peek(&m->text, p) != '{') {
		token_fault(&m->text, p, "expected an object");
		return false;
	}
	p = walk_object(m, p, 0, NULL, 0);
	if (p == NULL)
		return false;
	p = token_space(&m->text, p);
	if (p < m->text.end)
		token_fault(&m->text, p, "text behind the value");
	return p == m->text.end;
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

#define WALKS 63

/*
 * Checks the event as a whole, which pays where much of it is leapt over then. Text that
 * is not valid is walked all the same: so its fault is found.
 */
static void look_ahead(struct matcher *m, struct slice event)
{
	m->leapt = 0;
	m->opened = 0;
	m->leaps = false;
	if (m->walks)
		m->walks--;
	else if (m->classify)
		m->leaps = quick_check(&m->quick, event, m->classify, m->trust);
}

int matcher_match(struct matcher *m, struct slice event, struct json_fault *fault)
{
	/* Both stamps count up; a value takes two bytes of text at least. */
	if (m->stamp == UINT32_MAX || m->value_stamp > UINT32_MAX - event.n)
		clear_stamps(m);
	m->stamp++;
	m->text = (struct text){.start = event.p, .end = event.p + event.n};
	m->touched.n = m->matched.n = m->hits.n = m->elements.n = 0;
	m->arrays.n = m->sorted.n = 0;
	look_ahead(m, event);
	if (!walk_event(m)) {
		m->matched.n = 0;
		if (fault)
			*fault = m->text.fault;
		return -1;
	}
	if (m->leaps && m->leapt < event.n / 3)
		m->walks = WALKS;
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
