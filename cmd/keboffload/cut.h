/*
 * One value taken out of JSON text, or put back, such that the way there and back
 * gives the same bytes, whatever blanks stood around it.
 */
#ifndef KEB_KEBOFFLOAD_CUT_H
#define KEB_KEBOFFLOAD_CUT_H

#include "base/buf.h"
#include "json/path.h"

struct cut {
	struct slice value;
	struct slice before, after; /* what goes with it: name, colon, comma, blanks */
	uint64_t at;		    /* its place, from 0, in the object or array that holds it */
};

/*
 * Finds the value at the steps of the path from `from` on. False if it is not there, or `from` is
 * the path's end. Slices of text.
 */
bool cut_find(struct cut *cut, const struct json_path *path, size_t from, struct slice text);

/* Whether before and after are what cut_put makes by itself for that place. */
bool cut_plain(const struct cut *cut, const struct json_path *path);

/* Appends text without what the cut holds. */
void cut_out(struct buf *to, struct slice text, const struct cut *cut);

/*
 * Appends text with cut's value at its place; an absent `before` and `after`: as short as can be.
 * A place behind the last is the end. False when the object or array is not there.
 */
bool cut_put(struct buf *to, struct slice text, const struct json_path *path, size_t from,
	     const struct cut *cut);

#endif
