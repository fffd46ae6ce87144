/*
 * What an index keeps of a text (json/index), and how it is found once the strings are.
 */
#ifndef KEB_JSON_LANDMARKS_H
#define KEB_JSON_LANDMARKS_H

#include "json/sieve.h"

/* Of 64 bytes, a bit each: what is in a string is none of them. */
struct landmarks {
	uint64_t quote; /* at either end of a string */
	uint64_t open, close;
	uint64_t stop; /* those, and a string's first byte if it may lead to something */
};

/* Starts with `leads`, and `to` the marks of the first block. */
struct spotter {
	struct landmarks *to;
	const struct ascii *leads;
	uint64_t quoted; /* all bits: the block begins in a string */
	uint64_t begins; /* one bit: its first byte is that of a string */
};

/* The block at p; the quotes are known. */
INLINE void spot_block(struct spotter *m, const char *p, const struct wide *w)
{
	struct landmarks *to = m->to++;
	const uint64_t inside = w->parity(to->quote) ^ m->quoted;
	struct edges e;

	w->look_edges(p, &e);
	m->quoted = UINT64_C(0) - (inside >> 63);
	to->open = e.open & ~inside;
	to->close = e.close & ~inside;
	to->stop = to->open | to->close |
		   (behind(to->quote & inside, &m->begins) & w->among(p, m->leads));
}

#endif
