#include "pattern/address.h"

#include "base/num.h"

#define V4_TEXT_MAX 15
#define V6_GROUPS   8

static bool read_v4(struct slice text, struct address *a)
{
	unsigned group = 0, value = 0, digits = 0;

	if (text.n > V4_TEXT_MAX)
		return false;
	for (size_t i = 0; i <= text.n; i++) {
		if (i == text.n || text.p[i] == '.') {
			if (digits == 0 || group > 3)
				return false;
			a->byte[group++] = (uint8_t)value;
			value = digits = 0;
		} else if (text.p[i] >= '0' && text.p[i] <= '9') {
			value = value * 10 + (unsigned)(text.p[i] - '0');
			digits++;
			if (value > 255)
				return false;
		} else {
			return false;
		}
	}
	a->bits = 32;
	return group == 4;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Groups up to a "::" or the end; false when what stands there is no group. */
static bool read_groups(const char **at, const char *end, uint16_t *group, unsigned *n)
{
	const char *p = *at;

	while (p < end) {
		unsigned value = 0, digits = 0;

		for (; p < end && hex_value(*p) >= 0; p++, digits++)
			value = value << 4 | (unsigned)hex_value(*p);
		if (digits == 0 || digits > 4 || *n == V6_GROUPS)
			return false;
		group[(*n)++] = (uint16_t)value;
		if (p == end)
			break;
		if (*p != ':' || end - p < 2)
			return false;
		if (p[1] == ':')
			break;
		p++;
	}
	*at = p;
	return true;
}

static bool read_v6(struct slice text, struct address *a)
{
	const char *p = text.p, *end = p + text.n;
	uint16_t head[V6_GROUPS], tail[V6_GROUPS];
	unsigned heads = 0, tails = 0;

	if (text.n < 2 || memchr(p, ':', text.n) == NULL)
		return false;
	if (!(p[0] == ':' && p[1] == ':') && !read_groups(&p, end, head, &heads))
		return false;
	if (p < end) {
		p += 2;
		if (!read_groups(&p, end, tail, &tails) || p < end)
			return false;
		if (heads + tails >= V6_GROUPS)
			return false;
	} else if (heads != V6_GROUPS) {
		return false;
	}
	*a = (struct address){.bits = 128};
	for (unsigned i = 0; i < heads + tails; i++) {
		uint16_t value = i < heads ? head[i] : tail[i - heads];
		unsigned at = i < heads ? i : V6_GROUPS - tails + (i - heads);

		a->byte[2 * at] = (uint8_t)(value >> 8);
		a->byte[2 * at + 1] = (uint8_t)value;
	}
	return true;
}

bool address_read(struct slice text, struct address *a)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	if (text.n == 0 || (hex_value(text.p[0]) < 0 && text.p[0] != ':'))
		return false;
	*a = (struct address){0};
	if (read_v4(text, a))
		return true;
	if (!read_v6(text, a))
		return false;
	if (memcmp(a->byte, mapped, sizeof(mapped)) == 0) {
		memmove(a->byte, a->byte + 12, 4);
		memset(a->byte + 4, 0, 12);
		a->bits = 32;
	}
	return true;
}

const char *network_read(struct slice text, struct network *network)
{
	const char *slash = text.n ? memchr(text.p, '/', text.n) : NULL;
	struct slice host, bits;
	uint64_t mask;

	if (slash == NULL)
		return "an address range is ADDRESS/BITS";
	host = (struct slice){text.p, (size_t)(slash - text.p)};
	bits = (struct slice){slash + 1, text.n - host.n - 1};
	if (memchr(bits.p, '/', bits.n))
		return "an address range has one '/'";
	if (!address_read(host, &network->base))
		return "this is no IPv4 or IPv6 address";
	if (!num_u64(bits, &mask))
		return "the bits after '/' must be a whole number";
	if (mask >= network->base.bits)
		return network->base.bits == 32
			       ? "the bits of an IPv4 range are 0 to 31: one address is "
				 "written as a string, [\"10.0.0.1\"]"
			       : "the bits of an IPv6 range are 0 to 127: one address "
				 "is written as a string, [\"::1\"]";
	network->mask = (uint8_t)mask;
	for (unsigned i = 0; i < sizeof(network->base.byte); i++) {
		unsigned kept = mask >= 8 * (i + 1) ? 8
				: mask <= 8 * i	    ? 0
						    : (unsigned)mask - 8 * i;

		network->base.byte[i] &= (uint8_t)(0xff00 >> kept);
	}
	return NULL;
}

bool network_holds(const struct network *network, const struct address *address)
{
	unsigned whole = network->mask / 8, rest = network->mask % 8;

	if (network->base.bits != address->bits ||
	    memcmp(network->base.byte, address->byte, whole) != 0)
		return false;
	return rest == 0 ||
	       ((network->base.byte[whole] ^ address->byte[whole]) & (0xff00 >> rest) & 0xff) == 0;
}
