/*
 * JSON strings: escaping and unescaping. A lone surrogate escape stands for three
 * bytes that no valid UTF-8 holds, so it equals only itself.
 */
#ifndef KEB_JSON_TEXT_H
#define KEB_JSON_TEXT_H

#include "base/buf.h"

/* Appends `text` (valid UTF-8) escaped, without quotes: \" \\ and control bytes only. */
void json_add_escaped(struct buf *to, struct slice text);
/* The same with quotes around it. */
void json_add_string(struct buf *to, struct slice text);
/* One character that must be escaped: as a letter if there is one, else by digits of `hex`. */
void json_add_escape(struct buf *to, unsigned char c, const char *hex);

/* Appends what the content of a checked string (no quotes) stands for, as UTF-8. */
void json_unescape(struct slice raw, struct buf *to);

/* How many bytes json_unescape would append. */
size_t json_unescaped_len(struct slice raw);

/* Whether json_unescape would append exactly `text`; needs no buffer. */
bool json_unescaped_is(struct slice raw, struct slice text);

#endif
