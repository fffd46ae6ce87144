#include "token.h"

#include "base/clock.h"
#include "base/num.h"

#include <sys/random.h>
#include <unistd.h>

/* Takes what stands behind the last `c` off the end of rest. */
static bool cut_last(struct slice *rest, char c, struct slice *tail)
{
	const char *at = rest->n ? memrchr(rest->p, c, rest->n) : NULL;

	if (!at)
		return false;
	*tail = (struct slice){at + 1, (size_t)(rest->p + rest->n - at) - 1};
	rest->n = (size_t)(at - rest->p);
	return true;
}

bool token_parse(struct token *token, struct slice text)
{
	const char *tilde = text.n ? memchr(text.p, '~', text.n) : NULL;
	struct slice rest, epoch, offset, partition;
	uint64_t v;

	if (tilde)
		text.n = (size_t)(tilde - text.p);
	token->whole = rest = text;
	if (!cut_last(&rest, '.', &epoch) || !cut_last(&rest, '/', &token->run) ||
	    !cut_last(&rest, '/', &offset) || !cut_last(&rest, '/', &partition))
		return false;
	token->topic = rest;
	if (!num_u64(epoch, &token->epoch) || !num_u64(offset, &v) || v > INT64_MAX)
		return false;
	token->offset = (int64_t)v;
	if (!num_u64(partition, &v) || v > INT32_MAX)
		return false;
	token->partition = (int32_t)v;
	return rest.n > 0 && token->run.n > 0;
}

void token_new_run(char run[TOKEN_RUN_SIZE])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	uint32_t v;
	int n = 0;

	if (getrandom(&v, sizeof v, GRND_NONBLOCK) != (ssize_t)sizeof v)
		v = (uint32_t)clock_us() ^ ((uint32_t)getpid() << 16);
	for (; n < 4 || (v && n < TOKEN_RUN_SIZE - 1); v /= 36)
		run[n++] = digits[v % 36];
	run[n] = '\0';
}
