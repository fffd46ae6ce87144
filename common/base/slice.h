/*
 * A slice: bytes somewhere else, with their length. It owns nothing and may hold
 * any byte, NUL too. A slice whose p is NULL is absent, which is not the same as
 * empty.
 */
#ifndef KEB_BASE_SLICE_H
#define KEB_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *p;
	size_t n;
};

#define SLICE(literal) ((struct slice){"" literal, sizeof(literal) - 1})
#define SLICE_NONE     ((struct slice){NULL, 0})
/* For printf: printf("%.*s", SLICE_ARG(s)). Not for foreign bytes on a terminal: see msg.h. */
#define SLICE_ARG(s) (int)(s).n, (s).p

static inline struct slice slice_of(const char *text)
{
	return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	/* Most that differ do so in their first byte, and need no call. */
	return a.n == b.n &&
	       (a.n == 0 || (a.p[0] == b.p[0] && memcmp(a.p + 1, b.p + 1, a.n - 1) == 0));
}

static inline bool slice_is(struct slice a, const char *text)
{
	return slice_eq(a, slice_of(text));
}

/* Whether it is one of the names; NULL ends them. */
static inline bool slice_in(struct slice a, const char *const *names)
{
	while (*names && !slice_is(a, *names))
		names++;
	return *names;
}

static inline bool slice_starts(struct slice a, struct slice prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

static inline bool slice_ends(struct slice a, struct slice suffix)
{
	return a.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(a.p + a.n - suffix.n, suffix.p, suffix.n) == 0);
}

#endif
