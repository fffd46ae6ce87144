/*
 * Map fields. Keys may be sent twice: Confluent's converter keeps the last, Glue's fails.
 * Pairs come in the order of a java.util.HashMap, so that an array is equal to Connect's.
 */
#include "reading.h"

#define TABLE_MIN 16 /* buckets of a HashMap, which grows when it is more than 3/4 full */

typedef int compare_fn(const struct map_key *a, const struct map_key *b);

static int by_order(const struct map_key *a, const struct map_key *b)
{
	return (a->order > b->order) - (a->order < b->order);
}

static int by_key(const struct map_key *a, const struct map_key *b)
{
	int order = 0;

	if (a->key.p && b->key.p) {
		uint64_t n = a->key.n < b->key.n ? a->key.n : b->key.n;

		order = n ? memcmp(a->key.p, b->key.p, n) : 0;
	}
	if (!order)
		order = (a->key.n > b->key.n) - (a->key.n < b->key.n);
	return order ? order : by_order(a, b);
}

static int by_bucket(const struct map_key *a, const struct map_key *b)
{
	int order = (a->bucket > b->bucket) - (a->bucket < b->bucket);

	return order ? order : by_order(a, b);
}

static void sift(struct map_key *keys, uint32_t at, uint32_t n, compare_fn *compare)
{
	for (;;) {
		uint32_t child = 2 * at + 1;
		struct map_key other;

		if (child >= n)
			return;
		if (child + 1 < n && compare(&keys[child], &keys[child + 1]) < 0)
			child++;
		if (compare(&keys[at], &keys[child]) >= 0)
			return;
		other = keys[at];
		keys[at] = keys[child];
		keys[child] = other;
		at = child;
	}
}

/* In place: qsort(3) takes memory for itself. */
static void sort(struct map_key *keys, uint32_t n, compare_fn *compare)
{
	for (uint32_t i = n / 2; i-- > 0;)
		sift(keys, i, n, compare);
	for (uint32_t i = n; i-- > 1;) {
		struct map_key first = keys[0];

		keys[0] = keys[i];
		keys[i] = first;
		sift(keys, 0, i, compare);
	}
}

static bool same_key(const struct map_key *a, const struct map_key *b)
{
	return a->key.n == b->key.n && (!a->key.p || memcmp(a->key.p, b->key.p, a->key.n) == 0);
}

/* hashCode of Boolean, Integer and Long, spread as HashMap does */
static uint32_t java_hash(const struct proto_field *key, uint64_t n)
{
	uint32_t h;

	switch (key->type) {
	case PROTO_BOOL:
		h = n ? 1231 : 1237;
		break;
	case PROTO_INT32:
	case PROTO_SINT32:
	case PROTO_SFIXED32:
		h = (uint32_t)n;
		break;
	default:
		h = (uint32_t)(n ^ n >> 32);
	}
	return h ^ h >> 16;
}

/* Finds the key of each entry; they are behind what the stack held. */
static bool collect(struct proto_reader *r, const struct proto_field *field, uint32_t first,
		    unsigned depth)
{
	const struct proto_field *key = &field->message->fields[0];
	uint32_t order = 0;

	for (uint32_t at = first; at; at = r->occurrences.p[at - 1].next) {
		struct occurrence entry = r->occurrences.p[at - 1];
		struct map_key one = {.entry = at, .order = order};
		struct frame f;
		bool found = scan_message(r, &f, field->message,
					  (struct source){{entry.p, entry.n}, 0}, depth, false);

		if (found) {
			const struct place *place = frame_place(r, &f, 0);

			one.key = place->set ? place->last : scalar_default(key);
			if (!one.key.p)
				one.key.n = (uint64_t)scalar_integer(key, one.key.n);
			list_add(&r->keys, one);
			order++;
		}
		scan_leave(r, &f);
		if (!found)
			return false;
	}
	return true;
}

/* Leaves one entry for each key; *n: how many. */
static bool drop_equal(struct proto_reader *r, const struct proto_field *field, uint32_t base,
		       uint32_t *n)
{
	struct map_key *keys = r->keys.p + base;
	uint32_t kept = 0;

	sort(keys, *n, by_key);
	for (uint32_t i = 0; i < *n; i++) {
		if (kept && same_key(&keys[kept - 1], &keys[i])) {
			if (r->form->profile == CONNECT_GLUE && !r->whole)
				return read_field_fault(r, field->message,
							&field->message->fields[0],
							"a map has the same key twice");
			/* as HashMap.put: the place of the first, the value of the last */
			keys[kept - 1].entry = keys[i].entry;
		} else {
			keys[kept++] = keys[i];
		}
	}
	*n = kept;
	return true;
}

static void order_keys(const struct proto_field *key, struct map_key *keys, uint32_t n)
{
	uint64_t buckets = TABLE_MIN;

	if (key->type == PROTO_STRING) {
		sort(keys, n, by_order);
		return;
	}
	while (n > buckets / 4 * 3)
		buckets *= 2;
	for (uint32_t i = 0; i < n; i++)
		keys[i].bucket = java_hash(key, keys[i].key.n) & (buckets - 1);
	sort(keys, n, by_bucket);
}

static bool add_value(struct proto_reader *r, const struct frame *f, unsigned depth)
{
	const struct proto_field *value = &f->message->fields[1];
	struct place place = *frame_place(r, f, 1);
	struct occurrence unset = scalar_default(value);

	if (value->message)
		return add_message_value(r, value, (struct source){{"", 0}, place.first}, depth + 1,
					 !place.set);
	return add_scalar(r, value, place.set ? &place.last : &unset);
}

static bool add_entry(struct proto_reader *r, const struct proto_field *field, uint32_t at,
		      unsigned depth)
{
	struct occurrence entry = r->occurrences.p[at - 1];
	const struct proto_field *key = &field->message->fields[0];
	bool object = key->type == PROTO_STRING, done;
	struct occurrence unset = scalar_default(key);
	struct frame f;

	done = scan_message(r, &f, field->message, (struct source){{entry.p, entry.n}, 0}, depth,
			    false);
	if (done) {
		struct place place = *frame_place(r, &f, 0);

		if (!object)
			buf_addc(r->to, '[');
		done = add_scalar(r, key, place.set ? &place.last : &unset);
		buf_addc(r->to, object ? ':' : ',');
		done = done && add_value(r, &f, depth);
		if (!object)
			buf_addc(r->to, ']');
	}
	scan_leave(r, &f);
	return done;
}

static bool add_entries(struct proto_reader *r, const struct proto_field *field, uint32_t base,
			unsigned depth)
{
	const struct proto_field *key = &field->message->fields[0];
	bool object = key->type == PROTO_STRING;
	uint32_t n = r->keys.n - base;

	if (n > 1) {
		if (!drop_equal(r, field, base, &n))
			return false;
		order_keys(key, r->keys.p + base, n);
	}
	buf_addc(r->to, object ? '{' : '[');
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_addc(r->to, ',');
		if (!add_entry(r, field, r->keys.p[base + i].entry, depth))
			return false;
	}
	buf_addc(r->to, object ? '}' : ']');
	return true;
}

bool add_map(struct proto_reader *r, const struct proto_field *field, uint32_t first,
	     unsigned depth)
{
	uint32_t base = r->keys.n;
	bool done;

	if (depth <= WIRE_DEPTH_MAX)
		r->path[depth] = field->message;
	done = collect(r, field, first, depth) && add_entries(r, field, base, depth);

	r->keys.n = base;
	return done;
}
