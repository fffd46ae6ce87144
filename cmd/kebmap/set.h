/*
 * --set FIELD=$.path, and --set FIELD=PROGRAM, whose value is the one result of a jq
 * program on the event (query.h): what begins with "$." or "$[" is a path.
 *
 * A path copies a value of the event to another place of it, byte for
 * byte, after the event has been shaped. FIELD is source, detail-type, time,
 * resources, detail, or a member below detail (detail.a.b, detail['a b']); the path
 * is rooted at the event. Several are applied in order.
 *
 * Where nothing stands at the path, or the program has no result, or null for a field that
 * is no member of the detail, the field stays as it is: so what the other
 * options say is the default. What is found replaces the last member of that name,
 * else it is added at the end; objects on the way to it are made. A record is
 * refused (invalid) when what is found cannot be that field (a source that is no
 * text, a detail that is no object), or when something that is no object stands on
 * the way.
 */
#ifndef KEB_KEBMAP_SET_H
#define KEB_KEBMAP_SET_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/opt.h"
#include "refusal.h"

struct sets;

/* NULL with err (EXIT_USAGE). */
struct sets *sets_new(struct opt_list items, struct err *err);
void sets_free(struct sets *sets);
size_t sets_count(const struct sets *sets);

/* Edits the event, a checked JSON object and all that is in the buffer. False with why. */
bool sets_apply(struct sets *sets, struct buf *event, struct refusal *why);

/* How often nothing stood at a path. The first time of each was warned of. */
uint64_t sets_missed(const struct sets *sets);

#endif
