/*
 * Which entries go into the next request, and when: the order of groups, the filling
 * of requests, the number of requests in flight. Pure: no clock, no I/O, no memory
 * per entry.
 *
 * The promises, by order:
 *   request  entries of a group may share a request, in their order; no two requests
 *            in flight hold the same group; a group waits while one of its entries
 *            backs off
 *   strict   the same, and a request holds one entry of a group at most
 *   none     every entry goes when there is room
 * Entries without a group are bound to nothing.
 *
 * Not full, a request waits for `linger` after its oldest entry came, but only while
 * others are in flight: when nothing is under way nothing is won by waiting.
 *
 * Every item is in one place: queued, in a request (window_take), or backing off. Of
 * each request taken, every item is settled or retried once, in the request's order,
 * and then window_end is called.
 */
#ifndef KEB_KEBPUT_WINDOW_H
#define KEB_KEBPUT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINDOW_ENTRIES 10 /* PutEvents, Entries */

enum window_order {
	WINDOW_REQUEST,
	WINDOW_STRICT,
	WINDOW_NONE,
};

struct window_conf {
	enum window_order order;
	unsigned width;	    /* requests in flight */
	uint64_t max_bytes; /* sum of the sizes in a request */
	int64_t linger_ms;
	size_t max_items; /* that are in the window at a time: sizes its tables */
};

struct window_group;

/* To be embedded; key, grouped and size are the caller's, the rest is the window's. */
struct window_item {
	uint64_t key; /* of its group */
	bool grouped;
	uint32_t size;

	uint8_t most; /* entries that a request with this one may have */
	uint64_t seq;
	int64_t since_ms; /* when it became ready */
	struct window_group *group;
	struct window_item *next;
};

struct window;

struct window *window_new(const struct window_conf *conf);
void window_free(struct window *w); /* the items are the caller's */

void window_add(struct window *w, struct window_item *item, int64_t now_ms);

/*
 * The items of the next request; 0 when none may be sent now. `eager`: do not linger (the input has
 * ended).
 */
size_t window_take(struct window *w, int64_t now_ms, bool eager,
		   struct window_item *items[WINDOW_ENTRIES]);

/* The item of a request in flight is done with; the window forgets it. */
void window_settle(struct window *w, struct window_item *item);
/* It goes back, not to be taken before at_ms, and before everything later of its group. */
void window_retry(struct window *w, struct window_item *item, int64_t at_ms);
/* It was refused together with others: requests with it have at most `most` entries from now on. */
void window_halve(struct window_item *item, size_t most);
void window_end(struct window *w);

/* Throttling halves the requests in flight, twice a second at most; success lets them grow again.
 */
void window_throttled(struct window *w, int64_t now_ms);
void window_went_well(struct window *w);
/* The same growth from the start, after a time in which nothing was answered. */
void window_restart(struct window *w);

/*
 * When window_take may give something that it does not give now: a time, now_ms or earlier for "at
 * once", or -1 when only window_add or window_end can change that.
 */
int64_t window_due(struct window *w, int64_t now_ms, bool eager);

size_t window_items(const struct window *w);	   /* in all places */
unsigned window_in_flight(const struct window *w); /* requests */
unsigned window_width(const struct window *w);	   /* requests that may be, by now */

#endif
