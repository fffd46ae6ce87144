/*
 * The rules of a line with several events (--each with --whole): those that one of its
 * events matched.
 */
#ifndef KEB_KEBFILTER_TOGETHER_H
#define KEB_KEBFILTER_TOGETHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct together;

struct together *together_new(size_t rules);
void together_free(struct together *t);

void together_begin(struct together *t);				/* a line */
void together_add(struct together *t, const uint32_t *rules, size_t n); /* an event's, in order */

/* In order; valid until the next line. */
const uint32_t *together_rules(struct together *t, size_t *n);
/* Whether an event did not match the rule. */
bool together_missed(const struct together *t, size_t rule);

#endif
