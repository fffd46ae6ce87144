/*
 * The topics that the client takes as not there, whatever expression they match: internal
 * ones, those of dead letters, and what topic.blacklist says. librdkafka hides them from
 * the group's subscription only, so whoever else looks at the brokers' topics asks here.
 */
#ifndef KEB_KEBREAD_HIDDEN_H
#define KEB_KEBREAD_HIDDEN_H

#include <stdbool.h>

struct hidden;

/* Expressions with commas between them, as in topic.blacklist; ",," is a comma of one. */
struct hidden *hidden_new(const char *list);
void hidden_free(struct hidden *h);
bool hidden_has(const struct hidden *h, const char *topic);

#endif
