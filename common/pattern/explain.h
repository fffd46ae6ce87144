/*
 * Why an event matches a pattern or does not: for each alternative and each field what
 * was wanted, what was there, and what stands between the two. Exact, not fast.
 */
#ifndef KEB_PATTERN_EXPLAIN_H
#define KEB_PATTERN_EXPLAIN_H

#include "pattern/pattern.h"
#include "json/scan.h"

struct explainer;

/* A pattern that patterns_add accepted with the same flags; the text is copied. */
struct explainer *explainer_new(struct slice pattern, unsigned flags);
void explainer_free(struct explainer *e);

/* Names of members of the event itself that are not shown to the pattern. */
void explainer_hide(struct explainer *e, bool (*hidden)(struct slice raw_name));

/*
 * Appends the explanation: as lines of text, each behind `indent`, or as members of a
 * JSON object, "match" and "alternatives", without braces around. Returns whether the
 * event, a checked object, matches.
 */
bool explainer_text(struct explainer *e, struct slice event, const char *indent, struct buf *to);
bool explainer_json(struct explainer *e, struct slice event, struct buf *to);

#endif
