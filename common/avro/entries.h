/*
 * Entries of a Connect map while it is printed: each was appended as it came, and what
 * the map must not have (a key that comes again, pairs where it is an object) is mended at
 * its end, in place.
 */
#ifndef KEB_AVRO_ENTRIES_H
#define KEB_AVRO_ENTRIES_H

#include "plan.h"

/* What is printed so far of a map: everything from `open` on, in the shape `printed`. */
struct printed_map {
	struct buf *to;
	size_t base;	/* what entries count from */
	size_t open;	/* where its bracket stands */
	uint32_t first; /* its first entry in plan->entries */
	enum entries_shape printed;
};

void entries_add(struct avro_schema *plan, struct entry entry);

/*
 * The closing bracket is there: of entries with equal keys only the last stays, and the
 * map takes `shape`. Its entries are taken off the list.
 */
void entries_settle(struct avro_schema *plan, const struct printed_map *map,
		    enum entries_shape shape);

#endif
