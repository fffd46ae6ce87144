/*
 * A 64-bit hash for tables and ordering groups: FNV-1a with a final mix. Not for
 * secrets and not against an adversary.
 */
#ifndef KEB_BASE_HASH_H
#define KEB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

uint64_t hash_add(uint64_t h, const void *p, size_t n);
uint64_t hash_end(uint64_t h);
void hash_put_hex(char to[16], uint64_t h); /* 16 lower-case digits, no NUL */

#endif
