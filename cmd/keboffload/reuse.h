/*
 * Names of objects that were put a short time ago, so that a repeat need not be sent
 * again. Bounded: a name may be forgotten early, which costs a request and no more.
 */
#ifndef KEB_KEBOFFLOAD_REUSE_H
#define KEB_KEBOFFLOAD_REUSE_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct reuse;

struct reuse *reuse_new(int64_t keep_ms); /* 0: nothing is remembered */
void reuse_free(struct reuse *r);

/* hex: 64 digits, which tell one object from another. */
void reuse_add(struct reuse *r, struct slice hex, int64_t now_ms);
bool reuse_has(const struct reuse *r, struct slice hex, int64_t now_ms);

#endif
