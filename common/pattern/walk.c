/*
 * Walks the text of an event once. Where a name leads to a tested field the walk goes in,
 * over everything else it leaps, by an index of strings and brackets.
 *
 * Of trusted text only that index is known to be right: what the walk does not look at
 * anyway may be anything, and values that matter are checked before they are taken.
 */
#include "pattern/match.h"

#include "pattern/pattern.h"
#include "json/simd.h"
#include "json/text.h"
#include "json/token.h"

#define FAULT UINT32_MAX

static uint32_t walk_value(struct matcher *m, uint32_t at, uint32_t name, struct place *place);

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

/* The escapes of a name: in trusted text nobody has looked at them. */
static bool is_good_name(const struct matcher *m, struct slice raw)
{
	return !m->trust || json_check((struct slice){raw.p - 1, raw.n + 2}, NULL) == JSON_STRING;
}

/* --- text ---------------------------------------------------------------------- */

static inline char byte_at(const struct matcher *m, uint32_t at)
{
	return m->index.text[at];
}

static struct slice text_of(const struct matcher *m, uint32_t at, uint32_t behind)
{
	return (struct slice){m->index.text + at, behind - at};
}

/* The text ends with a bracket. */
static inline uint32_t pass_space(const struct matcher *m, uint32_t at)
{
	while (json_is_space(byte_at(m, at)))
		at++;
	return at;
}

static bool is_escaped(const struct matcher *m, struct slice raw)
{
	return m->index.escapes && memchr(raw.p, '\\', raw.n) != NULL;
}

/* Behind a string, a number or a word of trusted text; FAULT if there is none. */
static uint32_t check_scalar(const struct matcher *m, uint32_t at)
{
	struct text t = {.start = m->index.text, .end = m->index.text + m->index.n};
	const char *p = t.start + at;
	bool escaped;

	if (*p == '"')
		p = token_string(&t, p, &escaped);
	else if (*p == '-' || (unsigned char)(*p - '0') < 10)
		p = token_number(&t, p);
	else
		p = token_word(&t, p);
	return p && simd_is_delimiter(*p) ? (uint32_t)(p - t.start) : FAULT;
}

/* Behind a string, a number or a word; see above. */
static uint32_t pass_scalar(const struct matcher *m, uint32_t at)
{
	const char *text = m->index.text;

	if (m->trust)
		return check_scalar(m, at);
	if (text[at] == '"')
		return index_quote(&m->index, at + 1) + 1;
	return (uint32_t)(simd_delimiter(text + at, text + m->index.n) - text);
}

/* Behind a value. */
static uint32_t pass_value(const struct matcher *m, uint32_t at)
{
	const char c = byte_at(m, at);

	return c == '{' || c == '[' ? index_leap(&m->index, at) : pass_scalar(m, at);
}

/* --- objects and arrays ------------------------------------------------------- */

/* Shows the hook a member of the event itself whose value is at `at`; the hook may read it. */
static int ask_hide(struct matcher *m, struct slice raw, uint32_t at)
{
	const uint32_t behind = pass_value(m, at);
	const char *start = raw.p - 1;
	struct json_member member = {.name = raw};
	int hidden;

	if (behind == FAULT)
		return -1;
	member.value = text_of(m, at, behind);
	member.type = json_type_of(member.value);
	member.whole = (struct slice){start, (size_t)(m->index.text + behind - start)};
	if (m->trust && json_check(member.value, NULL) == JSON_NONE)
		return -1;
	hidden = m->hide(m->hide_ctx, &member);
	if (hidden < 0)
		m->fault = (struct json_fault){(size_t)(start - m->event.p),
					       "a value that this member cannot have"};
	return hidden;
}

/*
 * From the content of a string, which may be the name of a member, to behind it, or to
 * behind the value if the walk went into that. `top`: it is one of the event itself.
 */
static uint32_t walk_member(struct matcher *m, uint32_t at, uint32_t name, struct place *place,
			    bool top)
{
	const uint32_t behind = index_quote(&m->index, at) + 1;
	const struct slice raw = text_of(m, at, behind - 1);
	uint32_t child = NONE;
	bool escaped;
	int hidden = 0;

	if (!machine_may_lead(m->machine, name, raw.p[0]) && raw.p[0] != '\\' &&
	    !(top && raw.p[0] == '_'))
		return behind;
	at = pass_space(m, behind);
	if (byte_at(m, at) != ':')
		return behind;
	at = pass_space(m, at + 1);
	escaped = is_escaped(m, raw);
	if (escaped && !is_good_name(m, raw))
		return FAULT;
	if (m->machine->names.p[name].children)
		child = find_name(m, name, raw, escaped);
	if (top && m->hide && raw.n && (raw.p[0] == '_' || escaped)) {
		hidden = ask_hide(m, raw, at);
		if (hidden < 0)
			return FAULT;
	}
	return child == NONE || hidden ? at : walk_value(m, at, child, place);
}

static uint32_t walk_object(struct matcher *m, uint32_t at, uint32_t name, struct place *place,
			    bool top)
{
	at++;
	while (index_stop(&m->index, &at)) {
		at = walk_member(m, at, name, place, top);
		if (at == FAULT)
			return FAULT;
	}
	return at + 1;
}

static uint32_t walk_array(struct matcher *m, uint32_t at, uint32_t name, struct place *place)
{
	struct array_place array = {NONE};
	struct place element = {place, &array, 0, NONE};

	at = pass_space(m, at + 1);
	if (byte_at(m, at) == ']')
		return at + 1;
	for (;; element.index++) {
		const char c = byte_at(m, at);

		element.element = NONE;
		at = walk_value(m, at, name, c == '{' || c == '[' ? &element : place);
		if (element.element != NONE)
			m->elements.p[element.element].end = m->hits.n;
		if (at == FAULT)
			break;
		at = pass_space(m, at);
		if (byte_at(m, at) != ',')
			break;
		at = pass_space(m, at + 1);
	}
	if (array.number != NONE)
		m->arrays.p[array.number].end = m->hits.n;
	return at != FAULT && byte_at(m, at) == ']' ? at + 1 : FAULT;
}

/* --- values ------------------------------------------------------------------- */

static uint32_t take_scalar(struct matcher *m, uint32_t at, uint32_t field, struct place *place)
{
	const uint32_t behind = pass_scalar(m, at);
	struct slice value;
	enum json_type type;

	if (behind == FAULT)
		return FAULT;
	value = text_of(m, at, behind);
	type = json_type_of(value);
	if (type == JSON_STRING) {
		value = (struct slice){value.p + 1, value.n - 2};
		values_take(m, field, type, value, is_escaped(m, value), place);
	} else {
		values_take(m, field, type, value, false, place);
	}
	return behind;
}

static uint32_t walk_value(struct matcher *m, uint32_t at, uint32_t name, struct place *place)
{
	const struct name *names = m->machine->names.p;

	switch (byte_at(m, at)) {
	case '[':
		return walk_array(m, at, name, place);
	case '{':
		return names[name].children ? walk_object(m, at, name, place, false)
					    : index_leap(&m->index, at);
	default:
		return names[name].field == NONE ? pass_scalar(m, at)
						 : take_scalar(m, at, names[name].field, place);
	}
}

bool walk_event(struct matcher *m, struct slice event)
{
	m->fault.what = NULL;
	m->event = event;
	return index_build(&m->index, event, m->trust) && byte_at(m, 0) == '{' &&
	       walk_object(m, 0, 0, NULL, true) != FAULT;
}
