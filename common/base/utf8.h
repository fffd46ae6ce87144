/*
 * UTF-8 of RFC 3629: shortest forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef KEB_BASE_UTF8_H
#define KEB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_valid(const char *p, size_t n);
/* Whether the byte is the first of a character, not a later one. */
static inline bool utf8_begins(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}
/* Characters in n bytes of valid UTF-8. */
size_t utf8_count(const char *p, size_t n);
/* Length of the character at p (1 to 4), 0 if there is no valid one within n bytes. */
unsigned utf8_char(const char *p, size_t n);
/* The largest length <= max at which n bytes of valid UTF-8 can be cut between characters. */
size_t utf8_cut(const char *p, size_t n, size_t max);
/* Puts '?' for every byte that is no UTF-8, as where a text was cut inside a character. */
void utf8_mend(char *p, size_t n);
/* Encodes a code point (surrogates too, as three bytes); returns 1 to 4. */
unsigned utf8_put(char to[4], uint32_t code);

#endif
