#include "aws/provider.h"

#include "aws/retry.h"

#include <stdlib.h>

void provider_start(struct provider *p, provider_done_fn *done, void *ctx)
{
	p->done = done;
	p->ctx = ctx;
	p->kind->start(p);
}

void provider_end(struct provider *p, enum provider_result result, struct keys *keys,
		  const struct err *err)
{
	struct keys none = {0};

	p->done(p->ctx, result, keys ? keys : &none, err);
	if (keys)
		keys_wipe(keys);
}

void provider_free(struct provider *p)
{
	if (!p)
		return;
	if (p->kind->free)
		p->kind->free(p);
	free(p->name);
	free(p);
}

int provider_fd(const struct provider *p)
{
	return p->kind->fd ? p->kind->fd(p) : -1;
}

void provider_step(struct provider *p)
{
	if (p->kind->step)
		p->kind->step(p);
}

enum provider_result provider_trouble(const struct provider *p, const struct http_answer *answer,
				      const char *url, struct err *err)
{
	if (answer->failure == HTTP_UNTRUSTED)
		err_set(err, EXIT_REFUSED,
			"%s: no trust in '%s': %s (check AWS_CA_BUNDLE and the clock)", p->name,
			url, answer->why);
	else if (answer->failure != HTTP_ANSWERED)
		err_set(err, EXIT_UNREACHABLE, "%s: cannot reach '%s': %s", p->name, url,
			answer->why);
	else
		err_set(err,
			retry_status(answer->status) == RETRY_NEVER ? EXIT_REFUSED
								    : EXIT_UNREACHABLE,
			"%s: '%s' answered %d", p->name, url, answer->status);
	return err->status == EXIT_REFUSED ? PROVIDER_FAILED : PROVIDER_AGAIN;
}

int provider_within(struct err *err, const char *what)
{
	struct err inner = *err;

	return err_set(err, inner.status, "%s: %.800s", what, inner.text);
}
