/*
 * Objects that are being written, of which a name that comes twice has its last value
 * only: what was written for the earlier ones is taken out again.
 */
#ifndef KEB_CONNECT_MEMBERS_H
#define KEB_CONNECT_MEMBERS_H

#include "base/buf.h"
#include "base/list.h"

struct member_place {
	uint64_t hash;
	size_t at, name_end, end; /* in the text: where name and value begin and end */
	uint32_t order;
	bool dropped;
};

/* Of all objects that are open, the innermost last. Starts as {0}. */
struct members {
	LIST_OF(struct member_place) list;
	LIST_OF(struct member_place) sorted;
};

void members_free(struct members *m);

/* A new object begins: what is returned is for members_close. */
static inline uint32_t members_open(const struct members *m)
{
	return m->list.n;
}

/* The name that was written from `at` on is that of the next member. */
void members_name(struct members *m, const struct buf *to, size_t at);
/* The value of the last member ends here. */
void members_value(struct members *m, const struct buf *to);
/* The object is complete but for its closing bracket. */
void members_close(struct members *m, uint32_t open, struct buf *to);

#endif
