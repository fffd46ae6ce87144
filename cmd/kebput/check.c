#include "check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "buscheck.h"
#include "cli/stop.h"
#include "json/text.h"

#include <stdio.h>

#define PATIENCE_MS 10000

struct probe {
	struct remote *remote;
	struct buf body;
	unsigned epoch;
	bool answered, again;
	bool failed;
	struct err fate;
};

static int wait_for(struct http *http, const bool *flag, struct err *err)
{
	while (!*flag && http_under_way(http)) {
		if (http_wait(http, NULL, 0, 1000, err) != 0)
			return -1;
	}
	return 0;
}

static int check_bus(struct remote *remote, struct http *http, struct err *err)
{
	struct outage outage = {.limit_ms = PATIENCE_MS};
	struct buscheck *bus = buscheck_new(remote, &outage);
	int result = 0;

	while (result == 0 && !buscheck_passed(bus)) {
		result = credentials_wait(remote_credentials(remote), stop_fd(), err);
		if (result == 0)
			result = buscheck_step(bus, clock_ms(), err);
		if (result == 0 && outage_spent(&outage, clock_ms(), err))
			result = -1;
		if (result == 0)
			result = http_wait(http, NULL, 0, 50, err);
	}
	if (result == 0)
		printf("bus          %.*s%s\n", SLICE_ARG(remote_bus(remote)),
		       buscheck_allowed(bus) ? ", exists"
					     : ", not allowed to ask whether it exists");
	buscheck_free(bus);
	return result;
}

static void denied(struct probe *p, struct slice code, struct slice message, int status)
{
	p->failed = true;
	remote_denied(p->remote, &p->fate, "PutEvents", code, message, status);
}

/* That the entry is refused is what shows that the caller is not. */
static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct entry_outcome entry;
	struct call_outcome outcome;
	struct probe *p = ctx;
	char why[256];

	p->answered = true;
	outcome_of_call(&outcome, answer);
	switch (outcome.verdict) {
	case CALL_ANSWERED:
		if (outcome_of_entries(&entry, 1, answer->body) && entry.verdict == ENTRY_DENIED)
			denied(p, entry.code, entry.message, 200);
		return;
	case CALL_SPLIT:
		return;
	case CALL_EXPIRED:
	case CALL_CLOCK:
		p->again = remote_recover(p->remote, &outcome, answer, p->epoch);
		if (p->again)
			return;
		break;
	case CALL_AGAIN:
	case CALL_THROTTLED:
		p->failed = true;
		remote_explain(p->remote, why, sizeof(why), "PutEvents", &outcome, answer);
		err_set(&p->fate, EXIT_UNREACHABLE, "%s", why);
		return;
	case CALL_DENIED:
		break;
	}
	denied(p, outcome.error.code, outcome.error.message, answer->status);
}

static int check_permission(struct probe *p, struct http *http, struct err *err)
{
	do {
		p->again = p->answered = false;
		if (credentials_wait(remote_credentials(p->remote), stop_fd(), err) != 0 ||
		    remote_put(p->remote, buf_slice(&p->body), 0, on_answer, p, &p->epoch, err) !=
			    0 ||
		    wait_for(http, &p->answered, err) != 0)
			return -1;
	} while (p->again);
	if (!p->failed)
		return 0;
	*err = p->fate;
	return -1;
}

int check(struct remote *remote, struct http *http, bool ask_bus, struct err *err)
{
	struct probe probe = {.remote = remote};
	int result;

	if (ask_bus && check_bus(remote, http, err) != 0)
		return -1;
	BUF_LIT(&probe.body, "{");
	if (remote_endpoint_id(remote).p)
		buf_addf(&probe.body, "\"EndpointId\":\"%.*s\",",
			 SLICE_ARG(remote_endpoint_id(remote)));
	BUF_LIT(&probe.body, "\"Entries\":[{\"Source\":\"keb.check\",\"DetailType\":\"check\","
			     "\"EventBusName\":");
	json_add_string(&probe.body, remote_bus(remote));
	BUF_LIT(&probe.body, "}]}");
	result = check_permission(&probe, http, err);
	if (result == 0)
		printf("permission   events:PutEvents\n");
	fflush(stdout);
	buf_free(&probe.body);
	return result;
}
