/*
 * Adds rules to the machine: names, atoms and conditions are looked up before they
 * are made, so that rules share what they have in common.
 */
#include "pattern/machine.h"

#include "base/buf.h"
#include "pattern/glob.h"

static uint32_t store(struct buf *bytes, struct slice text)
{
	uint32_t at = (uint32_t)bytes->len;

	buf_adds(bytes, text);
	return at;
}

void machine_init(struct machine *m)
{
	*m = (struct machine){0};
	buf_room(&m->bytes, 1);
	list_add(&m->names,
		 ((struct name){.parent = NONE, .child = NONE, .next = NONE, .field = NONE}));
}

void machine_free(struct machine *m)
{
	buf_free(&m->bytes);
	buf_free(&m->keys);
	list_free(&m->names);
	list_free(&m->fields);
	list_free(&m->atoms);
	list_free(&m->uses);
	list_free(&m->nots);
	list_free(&m->globs);
	list_free(&m->ends);
	list_free(&m->conditions);
	list_free(&m->alts);
	list_free(&m->needs);
	list_free(&m->order);
	list_free(&m->always);
	table_free(&m->name_table);
	table_free(&m->atom_table);
	table_free(&m->condition_table);
}

/* --- names ------------------------------------------------------------------ */

static uint64_t first_bit(char c)
{
	return UINT64_C(1) << (c & 63);
}

static uint32_t add_child(struct machine *m, uint32_t parent, struct slice text)
{
	uint32_t child = machine_child(m, parent, text);

	if (child != NONE)
		return child;
	child = m->names.n;
	list_add(&m->names, ((struct name){.parent = parent,
					   .text = store(&m->bytes, text),
					   .len = (uint32_t)text.n,
					   .child = NONE,
					   .next = m->names.p[parent].child,
					   .field = NONE}));
	m->names.p[parent].child = child;
	m->names.p[parent].children++;
	m->names.p[parent].lengths |= UINT64_C(1) << (text.n < 63 ? text.n : 63);
	/* An empty name stands before a quote, or a dot. */
	m->names.p[parent].firsts |=
		text.n ? first_bit(text.p[0]) : first_bit('"') | first_bit('.');
	table_add(&m->name_table, table_hash(parent, text.p, text.n), child);
	return child;
}

static uint32_t add_field(struct machine *m, struct slice path)
{
	uint32_t name = 0;

	for (;;) {
		const char *dot = path.n ? memchr(path.p, '.', path.n) : NULL;
		size_t n = dot ? (size_t)(dot - path.p) : path.n;

		name = add_child(m, name, (struct slice){path.p, n});
		if (dot == NULL)
			break;
		path.p += n + 1;
		path.n -= n + 1;
	}
	if (m->names.p[name].field == NONE) {
		m->names.p[name].field = m->fields.n;
		list_add(&m->fields, ((struct field){.nots = NONE}));
	}
	return m->names.p[name].field;
}

/* --- atoms ------------------------------------------------------------------ */

/* The bytes that tell atoms of a kind apart. */
static struct slice test_key(const struct test *test)
{
	switch (test->kind) {
	case TEST_ADDRESS:
		return (struct slice){(const char *)&test->network.base,
				      sizeof(test->network.base)};
	case TEST_NUMBER:
		return (struct slice){(const char *)&test->number, sizeof(test->number)};
	case TEST_RANGE:
		return (struct slice){(const char *)&test->range, sizeof(test->range)};
	case TEST_NETWORK:
		return (struct slice){(const char *)&test->network, sizeof(test->network)};
	case TEST_NULL:
	case TEST_FALSE:
	case TEST_TRUE:
	case TEST_EXISTS:
		return SLICE("");
	default:
		return test->text;
	}
}

static uint32_t add_atom(struct machine *m, uint32_t field, const struct test *test)
{
	struct slice key = test_key(test);
	uint32_t atom = machine_atom(m, field, test->kind, key);

	if (atom != NONE)
		return atom;
	atom = m->atoms.n;
	list_add(&m->atoms, ((struct atom){.field = field,
					   .kind = test->kind,
					   .key = store(&m->bytes, key),
					   .len = (uint32_t)key.n,
					   .uses = NONE,
					   .more = NONE}));
	table_add(&m->atom_table,
		  table_hash((uint64_t)field * TEST_POSITIVE + test->kind, key.p, key.n), atom);
	return atom;
}

static void add_use(struct machine *m, uint32_t atom, uint32_t target, bool negated)
{
	uint32_t use = m->uses.n;

	list_add(&m->uses, ((struct use){target, m->atoms.p[atom].uses, negated}));
	m->atoms.p[atom].uses = use;
}

/* --- conditions ------------------------------------------------------------- */

static void add_test(struct machine *m, uint32_t condition, const struct test *test)
{
	uint32_t field = m->conditions.p[condition].field;

	if (test->kind == TEST_ABSENT) {
		m->conditions.p[condition].absent = true;
		m->fields.p[field].presence = true;
	} else if (test->kind == TEST_NOT) {
		uint32_t negation = m->nots.n;

		list_add(&m->nots, ((struct negation){condition, m->fields.p[field].nots}));
		m->fields.p[field].nots = negation;
		for (size_t i = 0; i < test->n; i++)
			add_use(m, add_atom(m, field, &test->items[i]), negation, true);
		m->conditions.p[condition].broad = true;
	} else {
		add_use(m, add_atom(m, field, test), condition, false);
		if (test->kind >= TEST_PREFIX)
			m->conditions.p[condition].broad = true;
	}
}

static void add_key(struct buf *key, const struct test *test)
{
	uint32_t head[2] = {(uint32_t)test->kind, 0};

	if (test->kind == TEST_NOT || test->kind == TEST_ABSENT) {
		head[1] = (uint32_t)test->n;
		buf_add(key, head, sizeof(head));
		for (size_t i = 0; i < test->n; i++)
			add_key(key, &test->items[i]);
		return;
	}
	head[1] = (uint32_t)test_key(test).n;
	buf_add(key, head, sizeof(head));
	buf_adds(key, test_key(test));
}

static uint32_t add_condition(struct machine *m, struct slice path, struct tests *tests)
{
	uint32_t key = (uint32_t)m->keys.len, field = add_field(m, path), len, found;
	uint64_t at = TABLE_START, hash;

	for (size_t i = 0; i < tests->n; i++)
		add_key(&m->keys, &tests->test[i]);
	len = (uint32_t)m->keys.len - key;
	hash = table_hash(field, m->keys.p + key, len);
	while ((found = table_next(&m->condition_table, hash, &at)) != TABLE_END) {
		const struct compiled *c = &m->conditions.p[found];

		if (c->field == field && c->len == len &&
		    memcmp(m->keys.p + c->key, m->keys.p + key, len) == 0) {
			m->keys.len = key;
			return found;
		}
	}
	found = m->conditions.n;
	list_add(&m->conditions,
		 ((struct compiled){.field = field, .key = key, .len = len, .watch = NONE}));
	table_add(&m->condition_table, hash, found);
	m->fields.p[field].conditions++;
	for (size_t i = 0; i < tests->n; i++)
		add_test(m, found, &tests->test[i]);
	return found;
}

void machine_add(struct machine *m, uint32_t rule, const struct rule *parsed)
{
	for (size_t i = 0; i < parsed->n; i++) {
		const struct alternative *a = &parsed->alternative[i];
		struct alt alt = {
			.rule = rule, .first = m->needs.n, .n = (uint32_t)a->n, .watch = NONE};

		for (size_t j = 0; j < a->n; j++) {
			struct tests *tests = a->condition[j].tests;

			if (tests->compiled == 0)
				tests->compiled = add_condition(m, a->condition[j].path, tests) + 1;
			list_add(&m->needs, tests->compiled - 1);
			alt.absent |= m->conditions.p[tests->compiled - 1].absent;
		}
		list_add(&m->alts, alt);
	}
}

/* --- look-ups ---------------------------------------------------------------- */

#define FEW_CHILDREN 6

static bool is_name(const struct machine *m, const struct name *name, struct slice text)
{
	return slice_eq((struct slice){m->bytes.p + name->text, name->len}, text);
}

uint32_t machine_child(const struct machine *m, uint32_t parent, struct slice text)
{
	const struct name *names = m->names.p;
	uint64_t at = TABLE_START, hash;
	uint32_t child;

	if (!(names[parent].lengths >> (text.n < 63 ? text.n : 63) & 1))
		return NONE;
	if (names[parent].children <= FEW_CHILDREN) {
		for (child = names[parent].child; child != NONE; child = names[child].next)
			if (is_name(m, &names[child], text))
				return child;
		return NONE;
	}
	hash = table_hash(parent, text.p, text.n);
	while ((child = table_next(&m->name_table, hash, &at)) != TABLE_END)
		if (names[child].parent == parent && is_name(m, &names[child], text))
			return child;
	return NONE;
}

uint32_t machine_atom(const struct machine *m, uint32_t field, enum test_kind kind,
		      struct slice key)
{
	uint64_t at = TABLE_START;
	uint64_t hash = table_hash((uint64_t)field * TEST_POSITIVE + kind, key.p, key.n);
	uint32_t found;

	while ((found = table_next(&m->atom_table, hash, &at)) != TABLE_END) {
		const struct atom *atom = &m->atoms.p[found];

		if (atom->field == field && atom->kind == kind && atom->len == key.n &&
		    memcmp(m->bytes.p + atom->key, key.p, key.n) == 0)
			return found;
	}
	return NONE;
}
