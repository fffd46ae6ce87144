#include "json/simd.h"

#ifdef __SSE2__
const char *simd_plain_long(const char *p, const char *end)
{
	for (; end - p >= 16; p += 16) {
		unsigned bits = simd_special(p);

		if (bits)
			return p + __builtin_ctz(bits);
	}
	return p;
}
#endif
