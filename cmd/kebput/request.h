/*
 * A request of PutEvents: the entries in it, its body, and what is to be known of it when
 * its answer comes. Reused.
 */
#ifndef KEB_KEBPUT_REQUEST_H
#define KEB_KEBPUT_REQUEST_H

#include "entry.h"

struct put;

struct request {
	struct put *put;      /* whose it is */
	struct request *next; /* unused ones */
	struct buf body;
	struct entry *entries[WINDOW_ENTRIES];
	size_t n;
	uint64_t size;
	unsigned epoch;
	int64_t began_ms;
	bool again; /* holds an entry that failed before */
	bool probe; /* of the circuit */
};

/* Makes the body; endpoint_id: of a global endpoint, absent if it goes to a region. */
void request_build(struct request *r, struct slice endpoint_id);

/* It is answered: no entries are in it, and a large body is given back. */
void request_clear(struct request *r);

/* The call failed: counts it for each entry. How often the worst one has, in a row. */
unsigned request_failed(struct request *r);

/* Entries in n requests that wait for their answer, but for those that are known as maybe. */
uint64_t request_unknown(const struct request *r, size_t n);

#endif
