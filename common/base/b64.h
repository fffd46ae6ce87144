/*
 * Base64 of RFC 4648 section 4, with padding.
 */
#ifndef KEB_BASE_B64_H
#define KEB_BASE_B64_H

#include <stddef.h>
#include <sys/types.h>

#define B64_ENCODED(n) (((n) + 2) / 3 * 4)
#define B64_DECODED(n) ((n) / 4 * 3)

/* `to` has room for B64_ENCODED(n) bytes; returns how many were written. */
size_t b64_encode(char *to, const void *from, size_t n);

/*
 * `to` has room for B64_DECODED(n) bytes and may be `from` itself. Strict: length a
 * multiple of four, padding only at the end, unused bits zero, no other byte.
 * Returns the length or -1.
 */
ssize_t b64_decode(void *to, const char *from, size_t n);

#endif
