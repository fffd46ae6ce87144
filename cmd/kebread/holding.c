#include "holding.h"

#include "base/hash.h"
#include "base/mem.h"
#include "record.h"

#include <stdlib.h>

#define BUCKETS 256

/* See the top of holding.h. */
struct owed {
	char *topic;
	int32_t number;
	int64_t confirmed, mark;
};

struct holding {
	struct ledger *ledger;
	struct partition **list;
	size_t n, cap;
	struct partition *buckets[BUCKETS];
	struct owed *owed; /* between a revoke and the assignment that follows */
	size_t n_owed;
	size_t unconfirmed;
};

struct holding *holding_new(struct ledger *ledger)
{
	struct holding *h = mem_alloc(sizeof *h);

	h->ledger = ledger;
	return h;
}

/* --- the list ----------------------------------------------------------------------- */

static struct partition **bucket(struct holding *h, const char *topic, int32_t number)
{
	uint64_t hash = hash_add(HASH_START, topic, strlen(topic));

	return &h->buckets[hash_end(hash_add(hash, &number, sizeof number)) % BUCKETS];
}

struct partition *holding_find(const struct holding *h, const char *topic, int32_t number)
{
	struct partition *p = *bucket((struct holding *)h, topic, number);

	while (p && (p->number != number || strcmp(p->topic, topic) != 0))
		p = p->same;
	return p;
}

struct partition *const *holding_list(const struct holding *h, size_t *n)
{
	*n = h->n;
	return h->list;
}

int64_t partition_watermark(const struct partition *p)
{
	return p->tenure ? tenure_watermark(p->tenure) : p->next;
}

void partition_pass(struct partition *p, int64_t offset)
{
	if (offset <= p->next)
		return;
	p->next = offset;
	if (p->tenure)
		tenure_pass(p->tenure, offset);
}

/* --- what is owed --------------------------------------------------------------------- */

static struct owed *find_owed(const struct holding *h, const char *topic, int32_t number)
{
	for (size_t i = 0; i < h->n_owed; i++)
		if (h->owed[i].number == number && strcmp(h->owed[i].topic, topic) == 0)
			return &h->owed[i];
	return NULL;
}

static void owe(struct holding *h, const struct partition *p)
{
	int64_t mark = partition_watermark(p);

	if (p->confirmed == PLACE_NONE || p->confirmed == mark)
		return;
	h->owed = mem_resize(h->owed, h->n_owed + 1, sizeof *h->owed);
	h->owed[h->n_owed++] = (struct owed){.topic = mem_text(p->topic, strlen(p->topic)),
					     .number = p->number,
					     .confirmed = p->confirmed,
					     .mark = mark};
}

static void forget(struct holding *h, struct owed *o)
{
	free(o->topic);
	*o = h->owed[--h->n_owed];
}

void holding_forget_owed(struct holding *h)
{
	while (h->n_owed)
		forget(h, h->owed);
}

size_t holding_owed(const struct holding *h)
{
	return h->n_owed;
}

int64_t holding_resume(const struct holding *h, const char *topic, int32_t number,
		       const struct start_position *at)
{
	const struct owed *o = find_owed(h, topic, number);

	/* Below the mark all is settled, but not if another member went on, or it was reset. */
	if (!o || !at->committed || at->offset < o->confirmed || at->offset > o->mark)
		return at->offset;
	return o->mark;
}

/* --- taking and giving up ----------------------------------------------------------- */

static void enter(struct holding *h, struct partition *p)
{
	struct partition **head = bucket(h, p->topic, p->number);

	p->same = *head;
	*head = p;
	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		h->list = mem_resize(h->list, h->cap, sizeof(struct partition *));
	}
	h->list[h->n++] = p;
}

struct partition *holding_add(struct holding *h, const char *topic, int32_t number,
			      const struct start_position *at, bool commits)
{
	struct partition *p = mem_alloc(sizeof *p);

	p->topic = mem_text(topic, strlen(topic));
	p->number = number;
	record_place(&p->place, slice_of(topic), number);
	p->next = holding_resume(h, topic, number, at);
	p->end = at->end;
	p->stored = p->confirmed = at->committed ? at->offset : PLACE_NONE;
	p->unconfirmed = commits && !at->committed;
	h->unconfirmed += p->unconfirmed;
	if (h->ledger)
		p->tenure = ledger_begin(h->ledger, topic, number, p->next);
	enter(h, p);
	return p;
}

void holding_revoke(struct holding *h, const char *topic, int32_t number)
{
	struct partition *p = holding_find(h, topic, number);

	if (p)
		p->draining = true;
}

uint64_t holding_outstanding(const struct holding *h)
{
	uint64_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->list[i]->draining && h->list[i]->tenure)
			n += tenure_in_flight(h->list[i]->tenure);
	return n;
}

static void drop(struct holding *h, size_t i)
{
	struct partition *p = h->list[i];
	struct partition **at = bucket(h, p->topic, p->number);

	while (*at != p)
		at = &(*at)->same;
	*at = p->same;
	if (p->tenure)
		ledger_end(h->ledger, p->tenure);
	h->unconfirmed -= p->unconfirmed;
	h->list[i] = h->list[--h->n];
	buf_free(&p->place);
	free(p->topic);
	free(p);
}

void holding_give_up(struct holding *h)
{
	for (size_t i = h->n; i-- > 0;) {
		if (!h->list[i]->draining)
			continue;
		owe(h, h->list[i]);
		drop(h, i);
	}
}

void holding_free(struct holding *h)
{
	if (!h)
		return;
	while (h->n)
		drop(h, h->n - 1);
	holding_forget_owed(h);
	free(h->owed);
	free(h->list);
	free(h);
}

/* --- how far -------------------------------------------------------------------------- */

void holding_take_unstored(struct holding *h, struct places *to)
{
	for (size_t i = 0; i < h->n; i++) {
		struct partition *p = h->list[i];
		int64_t mark = partition_watermark(p);

		if (mark == p->stored)
			continue;
		p->stored = mark;
		places_add(to, p->topic, p->number, mark, NULL);
	}
}

void holding_starts(const struct holding *h, struct places *to)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->list[i]->unconfirmed)
			places_add(to, h->list[i]->topic, h->list[i]->number,
				   partition_watermark(h->list[i]), NULL);
}

void holding_uncommitted(const struct holding *h, struct places *to)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->list[i]->confirmed != partition_watermark(h->list[i]))
			places_add(to, h->list[i]->topic, h->list[i]->number,
				   partition_watermark(h->list[i]), NULL);
}

static void confirm(struct holding *h, struct partition *p, int64_t offset)
{
	p->confirmed = offset;
	h->unconfirmed -= p->unconfirmed;
	p->unconfirmed = false;
}

void holding_confirm(struct holding *h, const char *topic, int32_t number, int64_t offset)
{
	struct partition *p = holding_find(h, topic, number);
	struct owed *o = find_owed(h, topic, number);

	if (o && offset >= o->mark)
		forget(h, o);
	if (p)
		confirm(h, p, offset);
}

void holding_confirm_stored(struct holding *h)
{
	for (size_t i = 0; i < h->n; i++)
		confirm(h, h->list[i], h->list[i]->stored);
}

size_t holding_unconfirmed(const struct holding *h)
{
	return h->unconfirmed;
}
