/*
 * The names of the rules that matched, as a member of the line.
 */
#ifndef KEB_KEBFILTER_ANNOTATE_H
#define KEB_KEBFILTER_ANNOTATE_H

#include "base/buf.h"
#include "pattern/pattern.h"

/*
 * Appends the line, a checked object, with the member `name` at its front: the names of
 * the n rules, in order. Members of that name that the line brings along are left out,
 * all else stays byte for byte.
 */
void annotate_add(struct buf *to, struct slice line, struct slice name, const struct patterns *all,
		  const uint32_t *rules, size_t n);

#endif
