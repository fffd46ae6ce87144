/*
 * The last step of compiling: atoms sorted by field and kind so that a value finds
 * those it has to ask, prefixes linked to their own prefixes, and for each
 * alternative the one condition to watch.
 */
#include "pattern/machine.h"

#include "pattern/casing.h"
#include "pattern/glob.h"

/* How suffixes are ordered: by their bytes from the last on. */
int machine_compare_back(struct slice a, struct slice b)
{
	for (size_t i = 1; i <= a.n && i <= b.n; i++) {
		int d = (unsigned char)a.p[a.n - i] - (unsigned char)b.p[b.n - i];

		if (d)
			return d;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static int compare_texts(struct slice a, struct slice b)
{
	int d = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

/* Ranges by their lower bounds, so that a value can stop at the first above it. */
static int compare_ranges(struct slice a, struct slice b)
{
	struct range x, y;

	memcpy(&x, a.p, sizeof(x));
	memcpy(&y, b.p, sizeof(y));
	return (x.low > y.low) - (x.low < y.low);
}

static int by_field(const void *a, const void *b, void *context)
{
	const struct machine *m = context;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct atom *x = &m->atoms.p[i], *y = &m->atoms.p[j];

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == TEST_PREFIX)
		return compare_texts(machine_key(m, x), machine_key(m, y));
	if (x->kind == TEST_SUFFIX)
		return machine_compare_back(machine_key(m, x), machine_key(m, y));
	if (x->kind == TEST_RANGE && compare_ranges(machine_key(m, x), machine_key(m, y)) != 0)
		return compare_ranges(machine_key(m, x), machine_key(m, y));
	if (x->kind == TEST_EQUALS_ANYCASE && x->more != y->more)
		return x->more < y->more ? -1 : 1;
	return (i > j) - (i < j);
}

/* Each prefix (or suffix) points to the longest other one of the field that it begins with. */
static void link_shorter(struct machine *m, uint32_t first, uint32_t end, bool back)
{
	for (uint32_t i = first; i < end; i++) {
		struct atom *atom = &m->atoms.p[m->order.p[i]];
		uint32_t at = i > first ? i - 1 : NONE;

		while (at != NONE) {
			const struct atom *other = &m->atoms.p[m->order.p[at]];
			struct slice text = machine_key(m, atom), start = machine_key(m, other);

			if (back ? slice_ends(text, start) : slice_starts(text, start))
				break;
			at = other->more;
		}
		atom->more = at;
	}
}

static void prepare_globs(struct machine *m)
{
	for (uint32_t i = 0; i < m->atoms.n; i++) {
		struct atom *atom = &m->atoms.p[i];
		struct glob glob = {.ends = m->ends.n};
		struct slice text;

		if (atom->kind != TEST_WILDCARD)
			continue;
		buf_room(&m->bytes, atom->len);
		text = machine_key(m, atom);
		glob.bytes = (uint32_t)m->bytes.len;
		glob.pieces = glob_pieces(text);
		list_room(&m->ends, glob.pieces);
		glob_split(text, m->bytes.p + glob.bytes, m->ends.p + glob.ends);
		m->ends.n += glob.pieces;
		m->bytes.len += m->ends.p[m->ends.n - 1];
		atom->more = m->globs.n;
		list_add(&m->globs, glob);
	}
}

static void sort_atoms(struct machine *m)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < m->atoms.n; i++) {
		struct atom *atom = &m->atoms.p[i];

		list_add(&m->order, i);
		if (atom->kind == TEST_EQUALS_ANYCASE)
			atom->more = (uint32_t)casing_hash(machine_key(m, atom));
	}
	if (m->order.n)
		qsort_r(m->order.p, m->order.n, sizeof(*m->order.p), by_field, m);
	for (uint32_t f = 0; f < m->fields.n; f++) {
		struct field *field = &m->fields.p[f];

		for (uint32_t kind = 0; kind <= TEST_POSITIVE; kind++) {
			field->first[kind] = at;
			while (kind < TEST_POSITIVE && at < m->order.n &&
			       m->atoms.p[m->order.p[at]].field == f &&
			       m->atoms.p[m->order.p[at]].kind == kind)
				at++;
		}
		link_shorter(m, field->first[TEST_PREFIX], field->first[TEST_PREFIX + 1], false);
		link_shorter(m, field->first[TEST_SUFFIX], field->first[TEST_SUFFIX + 1], true);
	}
}

/* What is cheaper to watch: what fewer alternatives need, then what fewer values make hold. */
static bool is_rarer(const struct compiled *a, const struct compiled *b)
{
	return a->users != b->users ? a->users < b->users : a->broad < b->broad;
}

static void watch(struct machine *m, uint32_t a)
{
	struct alt *alt = &m->alts.p[a];
	struct compiled *best = NULL;

	for (uint32_t i = 0; i < alt->n; i++) {
		struct compiled *c = &m->conditions.p[m->needs.p[alt->first + i]];

		if (!c->absent && (best == NULL || is_rarer(c, best)))
			best = c;
	}
	if (best == NULL) {
		list_add(&m->always, a);
		return;
	}
	alt->watch = best->watch;
	best->watch = a;
}

static void choose_watches(struct machine *m)
{
	for (uint32_t a = 0; a < m->alts.n; a++) {
		const struct alt *alt = &m->alts.p[a];
		enum need need = alt->n == 1   ? NEED_FIRST
				 : alt->absent ? NEED_ALL
					       : NEED_UNTIL_FREE;

		for (uint32_t i = 0; i < alt->n; i++) {
			struct compiled *c = &m->conditions.p[m->needs.p[alt->first + i]];

			c->users++;
			if (c->need < need)
				c->need = need;
		}
	}
	for (uint32_t a = m->alts.n; a-- > 0;)
		watch(m, a);
}

void machine_finish(struct machine *m)
{
	sort_atoms(m);
	prepare_globs(m);
	choose_watches(m);
	buf_free(&m->keys);
	table_free(&m->condition_table);
}
