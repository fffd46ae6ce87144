#include "aws/outage.h"

#include <stdio.h>

#define QUIET_MS 1000
#define AGAIN_MS 60000

void outage_failed(struct outage *o, int64_t now_ms, const char *why)
{
	outage_hung(o, now_ms, now_ms, why);
}

void outage_hung(struct outage *o, int64_t began_ms, int64_t now_ms, const char *why)
{
	if (!o->since_ms) {
		o->since_ms = began_ms > o->well_ms ? began_ms : o->well_ms;
		o->told = false;
		o->gate = (struct msg_gate){0};
	}
	snprintf(o->why, sizeof(o->why), "%s", why);
	msg_debug("%s", why);
	if (now_ms - o->since_ms < QUIET_MS || !msg_due(&o->gate, AGAIN_MS))
		return;
	msg_warning("%s (since %lld s; trying again)", why,
		    (long long)((now_ms - o->since_ms) / 1000));
	o->told = true;
}

void outage_over(struct outage *o, int64_t now_ms)
{
	if (o->since_ms && o->told)
		msg_warning("the endpoint answers again, after %lld s",
			    (long long)((now_ms - o->since_ms) / 1000));
	o->since_ms = 0;
	o->well_ms = now_ms;
}

bool outage_spent(const struct outage *o, int64_t now_ms, struct err *err)
{
	if (!o->since_ms || o->limit_ms < 0 || now_ms - o->since_ms < o->limit_ms)
		return false;
	err_set(err, EXIT_UNREACHABLE, "%s (given up after %lld %s, see --retry-for)", o->why,
		(long long)(o->limit_ms < 1000 ? o->limit_ms : (now_ms - o->since_ms) / 1000),
		o->limit_ms < 1000 ? "ms" : "s");
	return true;
}

int64_t outage_due(const struct outage *o)
{
	return o->since_ms && o->limit_ms >= 0 ? o->since_ms + o->limit_ms : -1;
}

int64_t outage_time_ms(const struct outage *o, int64_t now_ms, int64_t most_ms)
{
	int64_t left = o->limit_ms;

	if (o->limit_ms <= 0)
		return most_ms;
	if (o->since_ms)
		left += o->since_ms - now_ms;
	return left < 1 ? 1 : left < most_ms ? left : most_ms;
}
