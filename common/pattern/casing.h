/*
 * Comparing without regard to case, as event patterns do: each character of the
 * pattern accepts its full lower-case form and its full upper-case form (one
 * character may become several), and itself where it is neither (title case). This
 * is not case folding, and it is not symmetric: pattern U+00DF accepts "SS", pattern
 * "SS" does not accept U+00DF.
 */
#ifndef KEB_PATTERN_CASING_H
#define KEB_PATTERN_CASING_H

#include "base/buf.h"

enum casing_place { CASING_WHOLE, CASING_PREFIX, CASING_SUFFIX };

bool casing_match(struct slice pattern, struct slice value, enum casing_place place);

/*
 * Hash of the text with all forms of a character brought to one: if a pattern
 * accepts a whole value, both have the same. For sharing many tests of one field.
 */
uint64_t casing_hash(struct slice text);

#endif
