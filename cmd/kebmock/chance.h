/*
 * Chance that can be repeated: splitmix64. Not for secrets.
 */
#ifndef KEB_KEBMOCK_CHANCE_H
#define KEB_KEBMOCK_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state; /* any value is a seed */
};

void chance_seed(struct chance *c); /* by the system: never the same */
uint64_t chance_next(struct chance *c);
bool chance_hits(struct chance *c, double share);		     /* 0: never, 1: always */
int64_t chance_between(struct chance *c, int64_t low, int64_t high); /* both included */
void chance_uuid(struct chance *c, char to[37]); /* version 4, lower case, with a NUL */

#endif
