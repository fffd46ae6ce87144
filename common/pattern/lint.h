/*
 * What is valid but will be regretted: fields that no event has, tests that no value
 * passes, tests and rules that another one makes superfluous, wildcards close to the
 * limit.
 */
#ifndef KEB_PATTERN_LINT_H
#define KEB_PATTERN_LINT_H

#include "pattern/pattern.h"

struct lint;

/* Bits of flags, beside PATTERN_LIBRARY. */
enum {
	LINT_ENVELOPE = 256, /* patterns are for events of a bus: their members are known */
	LINT_BUS_ADDS = 512, /* the members that a bus adds are there, too */
};

/* Above this many rules lint_compare does nothing: it looks at every pair. */
#define LINT_COMPARED_MAX 2000

struct lint *lint_new(unsigned flags);
void lint_free(struct lint *lint);

typedef void lint_fn(void *ctx, const struct pattern_fault *warning);

/* Looks at a pattern that patterns_add accepted with the same flags; copies what it keeps. */
void lint_add(struct lint *lint, struct slice pattern, lint_fn *warn, void *ctx);

/* Whether the name is that of a member of the events of a bus. */
bool lint_knows_member(struct slice name);

/* Whether the text, sent as it is, is longer than a service takes: white space counts then. */
bool lint_is_long(struct slice pattern);

/* Whether the pattern added last has a wildcard: a bus takes few rules that have. */
#define LINT_WILDCARD_RULES 30
bool lint_has_wildcard(const struct lint *lint);

/*
 * Compares the patterns with each other, in the order in which they were added: `rule`
 * selects nothing that `other` does not (at the same time the other way round if same).
 */
typedef void lint_pair_fn(void *ctx, size_t rule, size_t other, bool same);
void lint_compare(const struct lint *lint, lint_pair_fn *pair, void *ctx);

#endif
