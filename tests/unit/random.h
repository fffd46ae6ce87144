/*
 * Random numbers that repeat (xorshift64), for tests that draw their cases.
 */
#ifndef KEB_TESTS_RANDOM_H
#define KEB_TESTS_RANDOM_H

#include <stdint.h>

static uint64_t random_state = UINT64_C(88172645463325252); /* the seed: any but 0 */

static inline uint64_t random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static inline unsigned random_below(unsigned n)
{
	return (unsigned)((random_bits() >> 20) % n);
}

#endif
