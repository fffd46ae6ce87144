/*
 * Hexadecimal digits.
 */
#ifndef KEB_BASE_HEX_H
#define KEB_BASE_HEX_H

#include <stddef.h>

/* Two lower-case digits a byte, no NUL. */
void hex_put(char *to, const void *bytes, size_t n);

/* 0 to 15, in either case; -1: it is no digit. */
int hex_digit(char c);

/* The byte that the %XX at the front of n bytes stands for (RFC 3986); -1: it is none. */
int hex_percent(const char *p, size_t n);

#endif
