#include "status/part.h"

#include "base/num.h"

#define PARTS_MAX 1000000

bool part_split(struct slice token, struct slice *whole, uint32_t *index, uint32_t *of)
{
	const char *tilde = token.n ? memrchr(token.p, '~', token.n) : NULL;
	const char *slash;
	struct slice rest;
	uint64_t i, n;

	if (!tilde)
		return false;
	rest = (struct slice){tilde + 1, (size_t)(token.p + token.n - tilde) - 1};
	slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
	if (!slash || !num_u64((struct slice){rest.p, (size_t)(slash - rest.p)}, &i) ||
	    !num_u64((struct slice){slash + 1, (size_t)(rest.p + rest.n - slash) - 1}, &n) ||
	    i < 1 || i > n || n > PARTS_MAX)
		return false;
	*whole = (struct slice){token.p, (size_t)(tilde - token.p)};
	*index = (uint32_t)i;
	*of = (uint32_t)n;
	return true;
}

void part_add(struct buf *to, struct slice token, uint32_t index, uint32_t of)
{
	buf_adds(to, token);
	buf_addc(to, '~');
	buf_add_u64(to, index);
	buf_addc(to, '/');
	buf_add_u64(to, of);
}
