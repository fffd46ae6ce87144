/*
 * IP addresses as event patterns read them, in patterns and events alike: an IPv4
 * dotted quad (groups in decimal, leading zeros too), or IPv6 of RFC 4291 in hex
 * digits and colons only. An IPv4-mapped IPv6 address is the IPv4 address.
 */
#ifndef KEB_PATTERN_ADDRESS_H
#define KEB_PATTERN_ADDRESS_H

#include "base/slice.h"

#include <stdint.h>

struct address {
	uint8_t bits; /* 32 or 128 */
	uint8_t byte[16];
};

struct network {
	struct address base; /* host bits are zero */
	uint8_t mask;	     /* leading bits that count */
};

bool address_read(struct slice text, struct address *address);

/* ADDRESS/BITS with BITS below 32 or 128. NULL, or what is wrong with it. */
const char *network_read(struct slice text, struct network *network);
bool network_holds(const struct network *network, const struct address *address);

#endif
