/*
 * The parts of records that a program made several lines of: which of ~1/3 ~2/3 ~3/3
 * were reported, nested ones too (keb(7), STATUS PROTOCOL). Pure, no I/O.
 *
 * A record's parts are a list of counts, one for each token that was split; the list
 * begins as NULL and belongs to the caller.
 */
#ifndef KEB_KEBREAD_PARTS_H
#define KEB_KEBREAD_PARTS_H

#include "status/status.h"

struct parts;

enum parts_got {
	PARTS_WHOLE, /* the last one that was missing: *outcome is that of the record */
	PARTS_MORE,  /* counted, others are missing */
	PARTS_AGAIN, /* reported before: counts once */
	PARTS_WRONG, /* another number of parts than was said before, or too many to keep */
};

#define PARTS_MEMORY_MAX (64u << 20) /* bytes, all records together */

/*
 * Takes the outcome of `token`, whose first n bytes are the record's own token.
 * The worst part decides: rejected, then discarded, then delivered or filtered.
 * *used counts bytes over all records.
 */
enum parts_got parts_take(struct parts **list, struct slice token, size_t n, enum outcome *outcome,
			  size_t *used);
void parts_free(struct parts **list, size_t *used);

#endif
