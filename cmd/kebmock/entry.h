/*
 * The entries of a PutEvents request: located, measured and judged one by one. Pure.
 */
#ifndef KEB_KEBMOCK_ENTRY_H
#define KEB_KEBMOCK_ENTRY_H

#include "base/buf.h"
#include "json/scan.h"

#include <stdint.h>

struct entry {
	struct slice source, detail_type, bus, trace; /* contents of strings, still escaped */
	struct slice resources;			      /* the array; absent if there is none */
	struct slice time;			      /* the number; absent if there is none */
	size_t detail_at, detail_n; /* where the buffer of details holds its text */
	uint64_t size;		    /* as the service counts it */
};

/*
 * Reads one object of checked JSON; the text of Detail, unescaped, is appended to
 * `details`. NULL, or the name of the member that has a wrong type.
 */
const char *entry_read(struct entry *entry, struct slice object, struct buf *details);

/* Whether Source, DetailType and Detail are all there. */
bool entry_complete(const struct entry *entry);

struct entry_fault {
	const char *code; /* NULL: nothing is wrong */
	const char *text;
};
/* What the service finds wrong with this entry alone. */
struct entry_fault entry_judge(const struct entry *entry, const struct buf *details);

/* The time of the event in ms since the epoch; now_ms if the entry has none. */
int64_t entry_time(const struct entry *entry, int64_t now_ms);

#endif
