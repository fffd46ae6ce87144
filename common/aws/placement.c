#include "aws/placement.h"

#include "aws/endpoint.h"
#include "aws/imds.h"
#include "base/msg.h"

#include <string.h>

#define TURN_MS 500

struct asking {
	char *region;
	bool done, found;
};

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct asking *a = ctx;

	a->done = true;
	if (answer->failure != HTTP_ANSWERED || answer->status != 200 ||
	    !region_valid(answer->body))
		return;
	memcpy(a->region, answer->body.p, answer->body.n);
	a->region[answer->body.n] = '\0';
	a->found = true;
	msg_info("region %s, as the instance metadata service says", a->region);
}

int placement_region(const struct profile *profile, const char *user_agent, int stop_fd,
		     char store[64], struct err *err)
{
	struct http_conf conf = {.width = 2, .user_agent = user_agent};
	struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
	struct asking a = {.region = store};
	struct http *http = http_new(&conf, err);
	struct imds *imds = http ? imds_new(profile, http, err) : NULL;
	bool wrong = !imds && err->status != EXIT_OK;

	if (imds)
		imds_get(imds, "latest/meta-data/placement/region", SLICE(""), on_answer, &a);
	while (imds && !a.done && !stop.revents && http_wait(http, &stop, 1, TURN_MS, err) == 0)
		;
	http_free(http);
	imds_free(imds);
	return wrong ? -1 : a.found;
}
