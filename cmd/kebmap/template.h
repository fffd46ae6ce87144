/*
 * Text of an option with {topic} in it, ready to be written into a JSON string.
 */
#ifndef KEB_KEBMAP_TEMPLATE_H
#define KEB_KEBMAP_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"

struct template;

/*
 * `option` ("--source") is for messages. NULL with err (EXIT_USAGE): blank, no
 * UTF-8, another {name}, a ${topic}, or text without {topic} of more than `max`
 * characters (the limit of PutEvents; 0: none).
 */
struct template *template_new(const char *text, const char *option, size_t max, struct err *err);
void template_free(struct template *t);

/* Appends the content of a JSON string, without quotes; topic as it stands in the line. */
void template_add(const struct template *t, struct buf *to, struct slice raw_topic);

#endif
