/*
 * Items with a group queue in their group. A group is in one of four places: nowhere
 * (it has no items), in the list of ready ones, held by a request, or in the heap of
 * those that back off. Items without one queue in a list of their own and back off
 * alone. So nothing is ever scanned: a blocked group costs nothing.
 */
#include "window.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

#define THROTTLE_EVERY_MS 500

struct queue {
	struct window_item *head, *tail;
	size_t n;
};

struct window_group {
	uint64_t key;
	struct queue items;
	struct queue again; /* of the request that holds the group: to be retried */
	unsigned held;	    /* items in the request in flight */
	bool waiting;	    /* in the heap */
	int64_t at_ms;	    /* not before */
	uint64_t bytes;	    /* of items */
	struct window_group *next_ready;
	struct window_group *next; /* in its bucket, or among the unused */
};

/* Something that backs off: a group, or an item without one. */
struct wake {
	int64_t at_ms;
	struct window_group *group;
	struct window_item *item;
};

struct window {
	struct window_conf conf;
	uint64_t seq;
	size_t items;
	unsigned in_flight;

	struct window_group **buckets;
	size_t mask;
	struct window_group *groups, *unused;

	struct window_group *ready, *last_ready;
	struct queue loose; /* ready items without a group */
	size_t ready_n;	    /* items that a request could have now */
	uint64_t ready_bytes;

	struct wake *heap;
	size_t sleeping;

	unsigned width; /* what throttling has left of conf.width */
	unsigned credit;
	int64_t throttled_ms;
};

/* --- queues ---------------------------------------------------------------- */

static void push(struct queue *q, struct window_item *item)
{
	item->next = NULL;
	if (q->tail)
		q->tail->next = item;
	else
		q->head = item;
	q->tail = item;
	q->n++;
}

static void push_front(struct queue *q, struct window_item *item)
{
	item->next = q->head;
	q->head = item;
	if (!q->tail)
		q->tail = item;
	q->n++;
}

static struct window_item *pop(struct queue *q)
{
	struct window_item *item = q->head;

	q->head = item->next;
	if (!q->head)
		q->tail = NULL;
	q->n--;
	return item;
}

/* --- groups ---------------------------------------------------------------- */

struct window *window_new(const struct window_conf *conf)
{
	struct window *w = mem_alloc(sizeof(*w));
	size_t buckets = 64;

	w->conf = *conf;
	w->width = conf->width;
	while (buckets < conf->max_items)
		buckets *= 2;
	w->mask = buckets - 1;
	w->buckets = mem_array(buckets, sizeof(struct window_group *));
	w->groups = mem_array(conf->max_items, sizeof(*w->groups));
	w->heap = mem_array(conf->max_items, sizeof(*w->heap));
	for (size_t i = conf->max_items; i-- > 0;) {
		w->groups[i].next = w->unused;
		w->unused = &w->groups[i];
	}
	return w;
}

void window_free(struct window *w)
{
	if (!w)
		return;
	free(w->buckets);
	free(w->groups);
	free(w->heap);
	free(w);
}

static struct window_group **bucket(struct window *w, uint64_t key)
{
	return &w->buckets[hash_end(key) & w->mask];
}

/* There is one for every item that the window can hold, so there is always an unused one. */
static struct window_group *group_of(struct window *w, uint64_t key)
{
	struct window_group **at = bucket(w, key), *group;

	for (group = *at; group; group = group->next) {
		if (group->key == key)
			return group;
	}
	group = w->unused;
	w->unused = group->next;
	*group = (struct window_group){.key = key, .next = *at};
	*at = group;
	return group;
}

static void forget(struct window *w, struct window_group *group)
{
	struct window_group **at = bucket(w, group->key);

	while (*at != group)
		at = &(*at)->next;
	*at = group->next;
	group->next = w->unused;
	w->unused = group;
}

/* --- what is ready --------------------------------------------------------- */

static void count_ready(struct window *w, const struct window_item *item)
{
	w->ready_n++;
	w->ready_bytes += item->size;
}

static void uncount_ready(struct window *w, const struct window_item *item)
{
	w->ready_n--;
	w->ready_bytes -= item->size;
}

/* In strict order only a group's first item counts: no more of it can go into a request. */
static void count_group(struct window *w, const struct window_group *group)
{
	if (w->conf.order == WINDOW_STRICT) {
		count_ready(w, group->items.head);
	} else {
		w->ready_n += group->items.n;
		w->ready_bytes += group->bytes;
	}
}

static void uncount_group(struct window *w, const struct window_group *group)
{
	if (w->conf.order == WINDOW_STRICT) {
		uncount_ready(w, group->items.head);
	} else {
		w->ready_n -= group->items.n;
		w->ready_bytes -= group->bytes;
	}
}

static void make_ready(struct window *w, struct window_group *group)
{
	group->next_ready = NULL;
	if (w->last_ready)
		w->last_ready->next_ready = group;
	else
		w->ready = group;
	w->last_ready = group;
	count_group(w, group);
}

static struct window_group *pop_ready(struct window *w)
{
	struct window_group *group = w->ready;

	w->ready = group->next_ready;
	if (!w->ready)
		w->last_ready = NULL;
	uncount_group(w, group);
	return group;
}

/* --- what backs off -------------------------------------------------------- */

static void sleep_until(struct window *w, struct wake wake)
{
	size_t i = w->sleeping++;

	while (i > 0 && w->heap[(i - 1) / 2].at_ms > wake.at_ms) {
		w->heap[i] = w->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	w->heap[i] = wake;
}

static struct wake first_awake(struct window *w)
{
	struct wake first = w->heap[0], last = w->heap[--w->sleeping];
	size_t i = 0;

	for (size_t child; (child = 2 * i + 1) < w->sleeping; i = child) {
		if (child + 1 < w->sleeping && w->heap[child + 1].at_ms < w->heap[child].at_ms)
			child++;
		if (w->heap[child].at_ms >= last.at_ms)
			break;
		w->heap[i] = w->heap[child];
	}
	w->heap[i] = last;
	return first;
}

static void wake_up(struct window *w, int64_t now_ms)
{
	while (w->sleeping && w->heap[0].at_ms <= now_ms) {
		struct wake wake = first_awake(w);

		if (wake.group) {
			wake.group->waiting = false;
			wake.group->items.head->since_ms = now_ms;
			make_ready(w, wake.group);
		} else {
			wake.item->since_ms = now_ms;
			push_front(&w->loose, wake.item);
			count_ready(w, wake.item);
		}
	}
}

/* --- coming and going ------------------------------------------------------ */

void window_add(struct window *w, struct window_item *item, int64_t now_ms)
{
	struct window_group *group;
	bool ready;

	item->seq = w->seq++;
	item->since_ms = now_ms;
	item->most = WINDOW_ENTRIES;
	item->group = NULL;
	w->items++;
	if (!item->grouped || w->conf.order == WINDOW_NONE) {
		push(&w->loose, item);
		count_ready(w, item);
		return;
	}
	group = group_of(w, item->key);
	item->group = group;
	ready = !group->held && !group->waiting;
	push(&group->items, item);
	group->bytes += item->size;
	if (!ready)
		return;
	if (group->items.n == 1)
		make_ready(w, group);
	else if (w->conf.order != WINDOW_STRICT)
		count_ready(w, item);
}

/* A group whose request is done with: what is to be retried goes before what came later. */
static void release(struct window *w, struct window_group *group)
{
	if (group->again.n) {
		group->again.tail->next = group->items.head;
		group->items.head = group->again.head;
		if (!group->items.tail)
			group->items.tail = group->again.tail;
		group->items.n += group->again.n;
		group->again = (struct queue){0};
		group->waiting = true;
		sleep_until(w, (struct wake){.at_ms = group->at_ms, .group = group});
	} else if (group->items.n) {
		make_ready(w, group);
	} else {
		forget(w, group);
	}
}

void window_settle(struct window *w, struct window_item *item)
{
	struct window_group *group = item->group;

	w->items--;
	if (group && --group->held == 0)
		release(w, group);
}

void window_retry(struct window *w, struct window_item *item, int64_t at_ms)
{
	struct window_group *group = item->group;

	if (!group) {
		sleep_until(w, (struct wake){.at_ms = at_ms, .item = item});
		return;
	}
	if (!group->again.n || group->at_ms < at_ms)
		group->at_ms = at_ms;
	push(&group->again, item);
	group->bytes += item->size;
	if (--group->held == 0)
		release(w, group);
}

void window_halve(struct window_item *item, size_t most)
{
	if (most < item->most)
		item->most = (uint8_t)(most ? most : 1);
}

void window_end(struct window *w)
{
	w->in_flight--;
}

/* --- filling a request ----------------------------------------------------- */

struct batch {
	struct window_item **items;
	size_t n, limit;
	uint64_t bytes;
};

static bool fits(const struct window *w, const struct batch *batch, const struct window_item *item)
{
	size_t limit = item->most < batch->limit ? item->most : batch->limit;

	return batch->n < limit &&
	       (batch->n == 0 || batch->bytes + item->size <= w->conf.max_bytes);
}

static void put(struct batch *batch, struct window_item *item)
{
	batch->items[batch->n++] = item;
	batch->bytes += item->size;
	if (item->most < batch->limit)
		batch->limit = item->most;
}

static void take_group(struct window *w, struct batch *batch)
{
	struct window_group *group = pop_ready(w);

	do {
		struct window_item *item = pop(&group->items);

		group->bytes -= item->size;
		group->held++;
		put(batch, item);
	} while (w->conf.order != WINDOW_STRICT && group->items.n &&
		 fits(w, batch, group->items.head));
}

static const struct window_item *first(const struct window *w)
{
	const struct window_item *loose = w->loose.head;
	const struct window_item *grouped = w->ready ? w->ready->items.head : NULL;

	if (loose && grouped)
		return loose->seq < grouped->seq ? loose : grouped;
	return loose ? loose : grouped;
}

static void fill(struct window *w, struct batch *batch)
{
	const struct window_item *item;

	while ((item = first(w)) && fits(w, batch, item)) {
		if (item->group) {
			take_group(w, batch);
		} else {
			uncount_ready(w, item);
			put(batch, pop(&w->loose));
		}
	}
}

/* Until when a request that could be sent waits for more; now_ms if it does not. */
static int64_t lingers_until(const struct window *w, int64_t now_ms, bool eager)
{
	const struct window_item *item = first(w);

	if (eager || w->in_flight == 0 || w->ready_n >= WINDOW_ENTRIES ||
	    w->ready_bytes >= w->conf.max_bytes || item->most < WINDOW_ENTRIES)
		return now_ms;
	return item->since_ms + w->conf.linger_ms;
}

size_t window_take(struct window *w, int64_t now_ms, bool eager,
		   struct window_item *items[WINDOW_ENTRIES])
{
	struct batch batch = {.items = items, .limit = WINDOW_ENTRIES};

	wake_up(w, now_ms);
	if (w->in_flight >= w->width || w->ready_n == 0 || lingers_until(w, now_ms, eager) > now_ms)
		return 0;
	fill(w, &batch);
	w->in_flight++;
	return batch.n;
}

int64_t window_due(struct window *w, int64_t now_ms, bool eager)
{
	int64_t due = -1;

	if (w->in_flight >= w->width)
		return -1;
	if (w->ready_n)
		due = lingers_until(w, now_ms, eager);
	if (w->sleeping && (due < 0 || w->heap[0].at_ms < due))
		due = w->heap[0].at_ms;
	return due;
}

/* --- how many at a time ---------------------------------------------------- */

void window_throttled(struct window *w, int64_t now_ms)
{
	w->credit = 0;
	if (w->throttled_ms && now_ms - w->throttled_ms < THROTTLE_EVERY_MS)
		return;
	w->throttled_ms = now_ms;
	w->width = w->width > 1 ? w->width / 2 : 1;
}

void window_went_well(struct window *w)
{
	if (w->width == w->conf.width || ++w->credit < w->width)
		return;
	w->credit = 0;
	w->width++;
}

/* One besides those that may still hang. */
void window_restart(struct window *w)
{
	unsigned width = w->in_flight + 1;

	w->credit = 0;
	w->width = width < w->conf.width ? width : w->conf.width;
}

size_t window_items(const struct window *w)
{
	return w->items;
}

unsigned window_in_flight(const struct window *w)
{
	return w->in_flight;
}

unsigned window_width(const struct window *w)
{
	return w->width;
}
