#include "chance.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

void chance_seed(struct chance *c)
{
	if (getrandom(&c->state, sizeof c->state, 0) != sizeof c->state)
		c->state = (uint64_t)clock_us() ^ (uint64_t)getpid() << 32;
}

uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

bool chance_hits(struct chance *c, double share)
{
	if (share <= 0)
		return false;
	return (double)(chance_next(c) >> 11) * 0x1p-53 < share;
}

int64_t chance_between(struct chance *c, int64_t low, int64_t high)
{
	if (high <= low)
		return low;
	return low + (int64_t)(chance_next(c) % ((uint64_t)(high - low) + 1));
}

void chance_uuid(struct chance *c, char to[37])
{
	char hex[32];
	static const unsigned char cuts[] = {8, 4, 4, 4, 12};
	const char *from = hex;

	hash_put_hex(hex, chance_next(c));
	hash_put_hex(hex + 16, chance_next(c));
	hex[12] = '4';
	hex[16] = "89ab"[(unsigned char)hex[16] & 3];
	for (unsigned i = 0; i < sizeof cuts; i++) {
		memcpy(to, from, cuts[i]);
		to += cuts[i];
		from += cuts[i];
		*to++ = '-';
	}
	to[-1] = '\0';
}
