/*
 * What one value means: the atoms of its field that accept it, through them the
 * conditions that hold, and the anything-but tests that nothing refused.
 */
#include "pattern/match.h"

#include "pattern/casing.h"
#include "pattern/glob.h"
#include "pattern/number.h"
#include "json/text.h"

/* So many are compared faster than looked up. */
#define FEW_ATOMS 4

/* --- where the value is ------------------------------------------------------ */

static uint32_t keep_element(struct matcher *m, struct place *place)
{
	uint32_t around;

	if (place == NULL)
		return NONE;
	if (place->element != NONE)
		return place->element;
	around = keep_element(m, place->around);
	if (place->array->number == NONE) {
		place->array->number = m->arrays.n;
		list_add(&m->arrays, ((struct array){0}));
	}
	place->element = m->elements.n;
	list_add(&m->elements, ((struct element){.around = around,
						 .array = place->array->number,
						 .index = place->index,
						 .first = m->hits.n}));
	return place->element;
}

/* Appends a hit unless the last one is in the same element. */
static void add_hit(struct matcher *m, struct hits *hits, uint32_t element)
{
	uint32_t hit = m->hits.n;

	if (hits->last != NONE) {
		if (m->hits.p[hits->last].element == element)
			return;
		m->hits.p[hits->last].next = hit;
	} else {
		hits->first = hit;
	}
	list_add(&m->hits, ((struct hit){element, NONE}));
	hits->last = hit;
}

/* --- what it makes hold ------------------------------------------------------ */

static void hold(struct matcher *m, uint32_t c, struct place *place)
{
	struct condition_state *state = &m->condition[c];
	const struct compiled *compiled = &m->machine->conditions.p[c];

	if (state->stamp != m->stamp) {
		*state = (struct condition_state){.stamp = m->stamp, .hits = {NONE, NONE, 0, 0}};
		list_add(&m->touched, c);
	}
	if (state->done)
		return;
	if (place == NULL)
		state->free = true;
	if (compiled->need == NEED_FIRST || (place == NULL && compiled->need != NEED_ALL)) {
		state->done = true;
		m->field[compiled->field].done++;
		return;
	}
	if (place)
		add_hit(m, &state->hits, keep_element(m, place));
}

static void accept(struct matcher *m, uint32_t a, struct place *place)
{
	const struct machine *x = m->machine;

	for (uint32_t u = x->atoms.p[a].uses; u != NONE; u = x->uses.p[u].next) {
		const struct use *use = &x->uses.p[u];

		if (use->negated)
			m->negated[use->target] = m->value_stamp;
		else
			hold(m, use->target, place);
	}
}

static void look_up(struct matcher *m, uint32_t field, enum test_kind kind, struct slice key,
		    struct place *place)
{
	const struct machine *x = m->machine;
	const uint32_t *first = x->fields.p[field].first;
	uint32_t atom;

	if (first[kind + 1] - first[kind] <= FEW_ATOMS) {
		for (uint32_t i = first[kind]; i < first[kind + 1]; i++)
			if (slice_eq(machine_key(x, &x->atoms.p[x->order.p[i]]), key))
				accept(m, x->order.p[i], place);
		return;
	}
	atom = machine_atom(x, field, kind, key);
	if (atom != NONE)
		accept(m, atom, place);
}

/* The atom of this kind that has the key, if any has: most kinds have no atoms at all. */
static inline void accept_known(struct matcher *m, uint32_t field, enum test_kind kind,
				struct slice key, struct place *place)
{
	const uint32_t *first = m->machine->fields.p[field].first;

	if (first[kind] < first[kind + 1])
		look_up(m, field, kind, key, place);
}

/* --- strings ----------------------------------------------------------------- */

static int compare(struct slice key, struct slice text, bool back)
{
	int d;

	if (back)
		return machine_compare_back(key, text);
	d = memcmp(key.p, text.p, key.n < text.n ? key.n : text.n);
	return d ? d : (key.n > text.n) - (key.n < text.n);
}

/*
 * The text's longest prefix is the last atom that is not behind it in order, or one
 * of those that begin that atom; the rest are the shorter ones linked from there.
 */
static void accept_affixes(struct matcher *m, uint32_t first, uint32_t end, struct slice text,
			   bool back, struct place *place)
{
	const struct machine *x = m->machine;
	uint32_t low = first, high = end, at;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct atom *atom = &x->atoms.p[x->order.p[middle]];

		if (compare(machine_key(x, atom), text, back) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (at = low > first ? low - 1 : NONE; at != NONE;) {
		const struct atom *atom = &x->atoms.p[x->order.p[at]];
		struct slice key = machine_key(x, atom);

		if (back ? slice_ends(text, key) : slice_starts(text, key))
			accept(m, x->order.p[at], place);
		at = atom->more;
	}
}

static void accept_equal_anycase(struct matcher *m, uint32_t first, uint32_t end, struct slice text,
				 struct place *place)
{
	const struct machine *x = m->machine;
	uint32_t hash = (uint32_t)casing_hash(text), low = first, high = end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (x->atoms.p[x->order.p[middle]].more < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < end && x->atoms.p[x->order.p[low]].more == hash; low++)
		if (casing_match(machine_key(x, &x->atoms.p[x->order.p[low]]), text, CASING_WHOLE))
			accept(m, x->order.p[low], place);
}

static bool matches(const struct machine *x, const struct atom *atom, struct slice text)
{
	const struct glob *glob;

	if (atom->kind == TEST_PREFIX_ANYCASE)
		return casing_match(machine_key(x, atom), text, CASING_PREFIX);
	if (atom->kind == TEST_SUFFIX_ANYCASE)
		return casing_match(machine_key(x, atom), text, CASING_SUFFIX);
	glob = &x->globs.p[atom->more];
	return glob_match(x->bytes.p + glob->bytes, x->ends.p + glob->ends, glob->pieces, text);
}

static void accept_addresses(struct matcher *m, uint32_t field, struct slice text,
			     struct place *place)
{
	const struct machine *x = m->machine;
	const uint32_t *first = x->fields.p[field].first;
	struct network network;
	struct address address;

	if (first[TEST_ADDRESS] == first[TEST_ADDRESS + 1] &&
	    first[TEST_NETWORK] == first[TEST_NETWORK + 1])
		return;
	if (!address_read(text, &address))
		return;
	accept_known(m, field, TEST_ADDRESS,
		     (struct slice){(const char *)&address, sizeof(address)}, place);
	for (uint32_t i = first[TEST_NETWORK]; i < first[TEST_NETWORK + 1]; i++) {
		memcpy(&network, machine_key(x, &x->atoms.p[x->order.p[i]]).p, sizeof(network));
		if (network_holds(&network, &address))
			accept(m, x->order.p[i], place);
	}
}

static void take_string(struct matcher *m, uint32_t field, struct slice text, struct place *place)
{
	const struct machine *x = m->machine;
	const uint32_t *first = x->fields.p[field].first;

	accept_known(m, field, TEST_EXACT, text, place);
	accept_addresses(m, field, text, place);
	if (first[TEST_PREFIX] < first[TEST_PREFIX + 1])
		accept_affixes(m, first[TEST_PREFIX], first[TEST_PREFIX + 1], text, false, place);
	if (first[TEST_SUFFIX] < first[TEST_SUFFIX + 1])
		accept_affixes(m, first[TEST_SUFFIX], first[TEST_SUFFIX + 1], text, true, place);
	if (first[TEST_EQUALS_ANYCASE] < first[TEST_EQUALS_ANYCASE + 1])
		accept_equal_anycase(m, first[TEST_EQUALS_ANYCASE], first[TEST_EQUALS_ANYCASE + 1],
				     text, place);
	for (uint32_t i = first[TEST_PREFIX_ANYCASE]; i < first[TEST_WILDCARD + 1]; i++)
		if (matches(x, &x->atoms.p[x->order.p[i]], text))
			accept(m, x->order.p[i], place);
}

/* --- numbers ----------------------------------------------------------------- */

static bool within(const struct range *r, double value)
{
	return (value > r->low || (r->with_low && value == r->low)) &&
	       (value < r->high || (r->with_high && value == r->high));
}

static void take_number(struct matcher *m, uint32_t field, struct slice raw, struct place *place)
{
	const struct machine *x = m->machine;
	const uint32_t *first = x->fields.p[field].first;
	struct range range;
	double value;

	accept_known(m, field, TEST_DIGITS, raw, place);
	if (first[TEST_NUMBER] == first[TEST_NUMBER + 1] &&
	    first[TEST_RANGE] == first[TEST_RANGE + 1])
		return;
	if (!number_comparable(raw, &value))
		return;
	accept_known(m, field, TEST_NUMBER, (struct slice){(const char *)&value, sizeof(value)},
		     place);
	for (uint32_t i = first[TEST_RANGE]; i < first[TEST_RANGE + 1]; i++) {
		memcpy(&range, machine_key(x, &x->atoms.p[x->order.p[i]]).p, sizeof(range));
		if (range.low > value) /* they are sorted by it */
			break;
		if (within(&range, value))
			accept(m, x->order.p[i], place);
	}
}

/* --- one value --------------------------------------------------------------- */

/* Notes that the field has a value. False if no condition cares about another one. */
static bool enter_field(struct matcher *m, uint32_t field, struct place *place)
{
	const struct field *f = &m->machine->fields.p[field];
	struct field_state *state = &m->field[field];

	if (state->stamp != m->stamp)
		*state = (struct field_state){.stamp = m->stamp, .hits = {NONE, NONE, 0, 0}};
	if (f->presence && !state->free) {
		if (place == NULL)
			state->free = true;
		else
			add_hit(m, &state->hits, keep_element(m, place));
	}
	return state->done < f->conditions;
}

static struct slice unescaped(struct matcher *m, struct slice raw)
{
	buf_reset(&m->value);
	json_unescape(raw, &m->value);
	return buf_slice(&m->value);
}

void values_take(struct matcher *m, uint32_t field, enum json_type type, struct slice raw,
		 bool escaped, struct place *place)
{
	const struct machine *x = m->machine;

	if (!enter_field(m, field, place))
		return;
	m->value_stamp++;
	accept_known(m, field, TEST_EXISTS, SLICE(""), place);
	switch (type) {
	case JSON_STRING:
		take_string(m, field, escaped ? unescaped(m, raw) : raw, place);
		break;
	case JSON_NUMBER:
		take_number(m, field, raw, place);
		break;
	case JSON_TRUE:
		accept_known(m, field, TEST_TRUE, SLICE(""), place);
		break;
	case JSON_FALSE:
		accept_known(m, field, TEST_FALSE, SLICE(""), place);
		break;
	default:
		accept_known(m, field, TEST_NULL, SLICE(""), place);
		break;
	}
	for (uint32_t n = x->fields.p[field].nots; n != NONE; n = x->nots.p[n].next)
		if (m->negated[n] != m->value_stamp)
			hold(m, x->nots.p[n].condition, place);
}
