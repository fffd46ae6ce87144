/*
 * EventBridge event patterns: many named rules compiled to one structure, events
 * matched against all of them in one scan of their text.
 *
 * The language is that of EventBridge rules as Event Ruler evaluates it, accidents
 * of its automaton left out: keb(7) and kebfilter(1) describe it. A pattern is held
 * to the service's limits unless PATTERN_LIBRARY is set.
 *
 *	struct patterns *all = patterns_new(0);
 *	if (patterns_add(all, name, text, &fault) < 0) ...
 *	struct matcher *m = matcher_new(all);
 *	n = matcher_match(m, line, &bad);
 */
#ifndef KEB_PATTERN_PATTERN_H
#define KEB_PATTERN_PATTERN_H

#include "pattern/fault.h"
#include "json/scan.h"

#include <stdint.h>

/* --- rules ------------------------------------------------------------------ */

struct patterns;

/* Bits of flags. */
enum {
	PATTERN_LIBRARY = 1, /* do not hold patterns to the service's limits */
	PATTERN_PIPES = 2,   /* only the operators that the filters of Pipes know */
};

struct patterns *patterns_new(unsigned flags);
void patterns_free(struct patterns *all);

/*
 * Adds a rule; name and text are copied as far as they are needed. Returns its
 * number (0, 1, ... in the order of the calls), or -1 with fault set.
 */
int patterns_add(struct patterns *all, struct slice name, struct slice text,
		 struct pattern_fault *fault);

size_t patterns_count(const struct patterns *all);
struct slice patterns_name(const struct patterns *all, size_t rule);

/* --- matching --------------------------------------------------------------- */

/*
 * The working memory of one thread that matches. Rules must not be added while a
 * matcher is there; any number of matchers may share them. It grows with the largest
 * event so far, by the fields that rules name, and allocates nothing else.
 */
struct matcher;

struct matcher *matcher_new(struct patterns *all);
void matcher_free(struct matcher *m);

/*
 * Members of the event itself, not below it, whose names start with an underscore are
 * shown to `hide` before they are looked at: 1 hides the member from all patterns, 0
 * does not, -1 makes the event malformed.
 */
typedef int matcher_hide_fn(void *ctx, const struct json_member *member);
void matcher_hide(struct matcher *m, matcher_hide_fn *hide, void *ctx);

/*
 * Of what no rule names check only UTF-8, quotes and brackets. Events that are no valid
 * JSON may then be matched.
 */
void matcher_trust(struct matcher *m, bool trust);

/*
 * Matches one event, which must be a JSON object and is validated as a whole.
 * Returns how many rules match, or -1 with fault set.
 */
int matcher_match(struct matcher *m, struct slice event, struct json_fault *fault);

/* The numbers of the rules that matched last, in order; valid until the next event. */
const uint32_t *matcher_rules(const struct matcher *m, size_t *n);

#endif
