/*
 * Foreign text as a terminal may get it: control characters, characters that are not seen
 * or turn the direction of text, and bytes that are no UTF-8 are shown as escapes, \x1b or
 * \u0085. And how many columns a terminal takes for it: none for combining marks, two for
 * wide characters (UAX #11), whatever the locale.
 */
#ifndef KEB_BASE_VISIBLE_H
#define KEB_BASE_VISIBLE_H

#include "base/buf.h"

#define VISIBLE_MAX 8 /* bytes that one character is shown with */

struct visible {
	unsigned taken;	  /* bytes of the text, 1 to 4 */
	unsigned len;	  /* of what is shown for them */
	unsigned columns; /* that it takes */
	char text[VISIBLE_MAX];
};

/* The first character of a text of n bytes, n > 0; allocates nothing. */
struct visible visible_char(const char *p, size_t n);

/* Appends the text as it is shown. */
void visible_add(struct buf *to, struct slice text);

#endif
