/* links: kebput/window base */
/*
 * Random histories against the promises of window.h: what is taken, in which order,
 * beside what, and that nothing is lost or comes twice. KEB_HISTORIES sets how many.
 */
#include "../../cmd/kebput/window.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ITEMS	 24
#define GROUPS	 4
#define REQUESTS 3

/* --- one history ----------------------------------------------------------- */

enum place { NOT_YET, QUEUED, FLYING, DONE };

struct thing {
	struct window_item item;
	enum place place;
	int64_t not_before;
	unsigned order; /* of arrival */
};

struct flight {
	struct thing *things[WINDOW_ENTRIES];
	size_t n;
};

struct history {
	struct window *window;
	struct window_conf conf;
	struct thing things[ITEMS];
	unsigned added, settled;
	struct flight flights[REQUESTS];
	unsigned flying;
	int64_t now;
};

static struct thing *thing_of(struct window_item *item)
{
	return (struct thing *)((char *)item - offsetof(struct thing, item));
}

static bool bound(const struct history *h, const struct thing *t)
{
	return t->item.grouped && h->conf.order != WINDOW_NONE;
}

static void add(struct history *h)
{
	struct thing *t = &h->things[h->added];

	if (h->added == ITEMS)
		return;
	t->order = h->added++;
	t->item.size = 1 + random_below(40);
	t->item.grouped = random_below(4) != 0;
	t->item.key = random_below(GROUPS);
	t->place = QUEUED;
	window_add(h->window, &t->item, h->now);
}

/* Nothing of the same group that came earlier may still wait or fly somewhere else. */
static void check_group(const struct history *h, const struct flight *f, size_t at)
{
	const struct thing *t = f->things[at];
	unsigned beside = 0;

	for (unsigned i = 0; i < h->added; i++) {
		const struct thing *other = &h->things[i];

		if (other == t || !other->item.grouped || other->item.key != t->item.key)
			continue;
		if (other->order < t->order)
			assert_int_not_equal(other->place, QUEUED);
		if (other->place == FLYING)
			beside++;
	}
	for (size_t i = 0; i < f->n; i++) {
		if (i != at && f->things[i]->item.grouped &&
		    f->things[i]->item.key == t->item.key) {
			assert_int_not_equal(h->conf.order, WINDOW_STRICT);
			assert_true((f->things[i]->order < t->order) == (i < at));
			beside--;
		}
	}
	assert_int_equal(beside, 0); /* whatever flies of the group flies in this request */
}

static void check_taken(struct history *h, const struct flight *f)
{
	uint64_t bytes = 0;
	size_t most = WINDOW_ENTRIES;

	for (size_t i = 0; i < f->n; i++) {
		assert_int_equal(f->things[i]->place, QUEUED);
		assert_true(f->things[i]->not_before <= h->now);
		f->things[i]->place = FLYING;
		bytes += f->things[i]->item.size;
		if (f->things[i]->item.most < most)
			most = f->things[i]->item.most;
	}
	assert_true(f->n <= most);
	assert_true(f->n == 1 || bytes <= h->conf.max_bytes);
	for (size_t i = 0; i < f->n; i++) {
		if (bound(h, f->things[i]))
			check_group(h, f, i);
	}
}

static bool take(struct history *h, bool eager)
{
	struct window_item *items[WINDOW_ENTRIES];
	struct flight *f = &h->flights[h->flying];
	size_t n = window_take(h->window, h->now, eager, items);

	if (n == 0)
		return false;
	assert_true(h->flying < h->conf.width);
	for (size_t i = 0; i < n; i++)
		f->things[i] = thing_of(items[i]);
	f->n = n;
	h->flying++;
	check_taken(h, f);
	return true;
}

static void land(struct history *h, unsigned failing)
{
	unsigned which = h->flying ? random_below(h->flying) : 0;
	struct flight f = h->flights[which];

	if (!h->flying)
		return;
	for (size_t i = 0; i < f.n; i++) {
		struct thing *t = f.things[i];

		if (random_below(100) < failing) {
			t->place = QUEUED;
			t->not_before = h->now + random_below(20);
			if (random_below(4) == 0)
				window_halve(&t->item, (f.n + 1) / 2);
			window_retry(h->window, &t->item, t->not_before);
		} else {
			t->place = DONE;
			h->settled++;
			window_settle(h->window, &t->item);
		}
	}
	window_end(h->window);
	h->flights[which] = h->flights[--h->flying];
	if (random_below(8) == 0)
		window_throttled(h->window, h->now);
	else
		window_went_well(h->window);
}

/* With nothing more to come, all of it must get through, and window_due must lead there. */
static void drain(struct history *h)
{
	for (unsigned turns = 0; h->settled < h->added; turns++) {
		int64_t due;

		assert_true(turns < 10000);
		while (take(h, true))
			;
		if (h->flying) {
			land(h, 10);
			continue;
		}
		due = window_due(h->window, h->now, true);
		assert_true(due >= 0);
		h->now = due > h->now ? due : h->now;
	}
}

static void run_history(uint64_t seed)
{
	struct history h = {.now = 1000};

	random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	h.conf = (struct window_conf){
		.order = (enum window_order)random_below(3),
		.width = 1 + random_below(REQUESTS),
		.max_bytes = 60,
		.linger_ms = random_below(2) * 5,
		.max_items = ITEMS,
	};
	h.window = window_new(&h.conf);
	for (unsigned i = 0; i < 60; i++) {
		switch (random_below(5)) {
		case 0:
		case 1:
			add(&h);
			break;
		case 2:
			take(&h, random_below(2));
			break;
		case 3:
			land(&h, 30);
			break;
		case 4:
			h.now += random_below(8);
			break;
		}
		assert_int_equal(window_items(h.window), h.added - h.settled);
		assert_int_equal(window_in_flight(h.window), h.flying);
	}
	drain(&h);
	assert_int_equal(window_items(h.window), 0);
	window_free(h.window);
}

static void test_histories(void **unused)
{
	const char *text = getenv("KEB_HISTORIES");
	uint64_t n = text ? strtoull(text, NULL, 10) : 100000;

	(void)unused;
	for (uint64_t i = 0; i < n; i++)
		run_history(i);
}

/* --- the examples of window.h ------------------------------------------------- */

static struct window *open_window(enum window_order order)
{
	struct window_conf conf = {
		.order = order, .width = 4, .max_bytes = 1000, .linger_ms = 5, .max_items = 64};

	return window_new(&conf);
}

static void add_grouped(struct window *w, struct window_item *items, size_t n, uint64_t key)
{
	for (size_t i = 0; i < n; i++) {
		items[i] = (struct window_item){.key = key, .grouped = true, .size = 1};
		window_add(w, &items[i], 0);
	}
}

/* The first request goes at once, the second waits for more until the linger time is over. */
static void test_linger(void **unused)
{
	struct window *w = open_window(WINDOW_REQUEST);
	struct window_item *taken[WINDOW_ENTRIES],
		items[3] = {{.size = 1}, {.size = 1}, {.size = 1}};

	(void)unused;
	window_add(w, &items[0], 100);
	assert_int_equal(window_take(w, 100, false, taken), 1);
	window_add(w, &items[1], 100);
	assert_int_equal(window_take(w, 101, false, taken), 0);
	assert_int_equal(window_due(w, 101, false), 105);
	window_add(w, &items[2], 102);
	assert_int_equal(window_take(w, 105, false, taken), 2);
	window_free(w);
}

/* A hot key still fills requests; the next of it waits for the one in flight. */
static void test_hot_key(void **unused)
{
	struct window *w = open_window(WINDOW_REQUEST);
	struct window_item *taken[WINDOW_ENTRIES], items[25];

	(void)unused;
	add_grouped(w, items, 25, 7);
	assert_int_equal(window_take(w, 0, true, taken), 10);
	assert_int_equal(window_take(w, 0, true, taken), 0);
	for (size_t i = 0; i < 10; i++) {
		assert_ptr_equal(&items[i], taken[i]);
		window_settle(w, taken[i]);
	}
	window_end(w);
	assert_int_equal(window_take(w, 0, true, taken), 10);
	assert_ptr_equal(&items[10], taken[0]);
	window_free(w);
}

static void test_strict(void **unused)
{
	struct window *w = open_window(WINDOW_STRICT);
	struct window_item *taken[WINDOW_ENTRIES], a[2], b[2];

	(void)unused;
	add_grouped(w, a, 2, 1);
	add_grouped(w, b, 2, 2);
	assert_int_equal(window_take(w, 0, true, taken), 2);
	assert_ptr_equal(&a[0], taken[0]);
	assert_ptr_equal(&b[0], taken[1]);
	window_free(w);
}

/* The group waits while one of its entries backs off, others go on. */
static void test_backoff(void **unused)
{
	struct window *w = open_window(WINDOW_REQUEST);
	struct window_item *taken[WINDOW_ENTRIES], a[4], b[1];

	(void)unused;
	add_grouped(w, a, 3, 1);
	assert_int_equal(window_take(w, 0, true, taken), 3);
	window_settle(w, &a[0]);
	window_retry(w, &a[1], 50);
	window_settle(w, &a[2]);
	window_end(w);
	add_grouped(w, &a[3], 1, 1);
	add_grouped(w, b, 1, 2);
	assert_int_equal(window_take(w, 10, true, taken), 1);
	assert_ptr_equal(&b[0], taken[0]);
	assert_int_equal(window_take(w, 49, true, taken), 0);
	assert_int_equal(window_due(w, 49, true), 50);
	assert_int_equal(window_take(w, 50, true, taken), 2);
	assert_ptr_equal(&a[1], taken[0]);
	assert_ptr_equal(&a[3], taken[1]);
	window_free(w);
}

static void test_width(void **unused)
{
	struct window *w = open_window(WINDOW_NONE);

	(void)unused;
	window_throttled(w, 1000);
	assert_int_equal(window_width(w), 2);
	window_throttled(w, 1100); /* too early */
	assert_int_equal(window_width(w), 2);
	window_throttled(w, 1600);
	window_throttled(w, 2200);
	assert_int_equal(window_width(w), 1);
	for (int i = 0; i < 1 + 2 + 3; i++)
		window_went_well(w);
	assert_int_equal(window_width(w), 4);
	window_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histories), cmocka_unit_test(test_linger),
		cmocka_unit_test(test_hot_key),	  cmocka_unit_test(test_strict),
		cmocka_unit_test(test_backoff),	  cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
