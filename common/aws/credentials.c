#include "aws/credentials.h"

#include "aws/outage.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_MOST_MS	(5 * 60 * 1000)
#define FIRST_TRIES	3
#define AGAIN_MOST_MS	30000
#define FORCED_EVERY_MS 60000
#define STABLE_MS	(15 * 60 * 1000) /* for how long expired keys of IMDS serve on */
#define SPARE_MS	1000		 /* of a key's life: the request has to get there */
#define TELL_MS		60000

struct credentials {
	struct provider_env env;
	struct provider *provider;
	bool last; /* nothing was configured: it may not be there */
	struct keys keys;
	struct credential_keys view;
	bool have;
	unsigned version;
	int64_t due_real_ms; /* to fetch ahead of expiry; 0: never */
	bool fetching, forced;
	int64_t forced_ms;
	unsigned forced_version; /* whose keys it replaced */
	unsigned failures;
	int64_t again_ms; /* clock_ms() of the next try after a failure */
	bool failed;
	struct err err; /* of the last failure */
	struct msg_gate gate;
	struct retry_chance chance;
	struct retry_quota quota;
};

static bool valid(const struct credentials *c)
{
	return c->have &&
	       (c->keys.expires_ms == 0 || clock_real_ms() < c->keys.expires_ms - SPARE_MS);
}

/* --- the end of a fetch ------------------------------------------------------ */

/* A third of what is left, at most five minutes, less a little that differs from one to another. */
static void schedule(struct credentials *c)
{
	int64_t now = clock_real_ms(), left = c->keys.expires_ms - now, window = left / 3;
	int64_t jitter;

	c->due_real_ms = 0;
	if (!c->keys.expires_ms)
		return;
	if (window > WINDOW_MOST_MS)
		window = WINDOW_MOST_MS;
	jitter = window > 4 ? retry_jitter(window / 4, &c->chance) : 0;
	c->due_real_ms = c->keys.expires_ms - window + jitter;
	if (c->due_real_ms < now + 1000)
		c->due_real_ms = now + 1000;
}

/* Static stability: what the metadata service goes on giving goes on being used. */
static void prolong(struct credentials *c)
{
	int64_t now = clock_real_ms();

	if (!c->provider->kind->stable || !c->keys.expires_ms ||
	    c->keys.expires_ms > now + SPARE_MS)
		return;
	msg_warning("%s gives keys that have expired: they are used for 15 more minutes",
		    c->provider->name);
	c->keys.expires_ms = now + STABLE_MS + retry_jitter(8 * 60 * 1000, &c->chance);
}

static void take(struct credentials *c, struct keys *keys)
{
	bool others = !c->have || strcmp(c->keys.key_id, keys->key_id) != 0 ||
		      strcmp(c->keys.secret, keys->secret) != 0 ||
		      strcmp(c->keys.token ? c->keys.token : "", keys->token ? keys->token : "");

	if (others && c->have)
		msg_info("new keys from %s", c->provider->name);
	keys_wipe(&c->keys);
	c->keys = *keys;
	*keys = (struct keys){0};
	c->view = keys_view(&c->keys);
	c->have = true;
	retry_give(&c->quota, c->failures ? RETRY_THROTTLED : RETRY_NEVER);
	c->version += others;
	c->failures = 0;
	c->again_ms = 0;
	prolong(c);
	schedule(c);
}

/* The first keys must come; later ones are asked for again for as long as it takes. */
static void miss(struct credentials *c, enum provider_result result, const struct err *err)
{
	bool again = result == PROVIDER_AGAIN || (c->have && result == PROVIDER_ABSENT);
	int64_t delay;

	c->err = *err;
	c->failures++;
	if (valid(c) && !c->forced) {
		if (msg_due(&c->gate, TELL_MS))
			msg_warning("%s; the keys that are there are still valid", err->text);
	} else if (!again || (!c->have && c->failures >= FIRST_TRIES)) {
		c->failed = true;
	}
	if (result == PROVIDER_ABSENT && !c->have && c->last)
		err_set(&c->err, EXIT_USAGE,
			"no credentials: neither the environment nor a profile has any, and %s "
			"(set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with "
			"--profile)",
			err->text);
	delay = retry_wait_ms(&c->quota, c->have ? RETRY_THROTTLED : RETRY_TRANSIENT, c->failures,
			      SLICE_NONE, &c->chance);
	c->again_ms = clock_ms() + (delay < AGAIN_MOST_MS ? delay : AGAIN_MOST_MS);
}

/* Keys that nobody can sign with, from a source that is to give fresh ones. */
static bool late(const struct credentials *c, const struct keys *keys, struct err *err)
{
	char date[CLOCK_DATE_LEN];

	if (c->provider->kind->stable || !keys->expires_ms ||
	    clock_real_ms() < keys->expires_ms - SPARE_MS)
		return false;
	clock_put_date(date, keys->expires_ms);
	err_set(err, EXIT_REFUSED,
		"%s gave keys that expired at %.19sZ (check it, and the clock of this machine)",
		c->provider->name, date);
	return true;
}

static void on_done(void *ctx, enum provider_result result, struct keys *keys,
		    const struct err *err)
{
	struct credentials *c = ctx;
	struct err expired;

	c->fetching = false;
	if (result == PROVIDER_KEYS && late(c, keys, &expired)) {
		keys_wipe(keys);
		result = c->provider->kind->fixed ? PROVIDER_FAILED : PROVIDER_AGAIN;
		err = &expired;
	}
	if (result == PROVIDER_KEYS)
		take(c, keys);
	else
		miss(c, result, err);
	c->forced = c->forced && result == PROVIDER_AGAIN;
}

static void begin(struct credentials *c)
{
	c->fetching = true;
	provider_start(c->provider, on_done, c);
}

/* --- opening --------------------------------------------------------------- */

struct credentials *credentials_open(const struct credentials_conf *conf, struct err *err)
{
	struct credentials *c = mem_alloc(sizeof(*c));

	c->env = (struct provider_env){
		.http = conf->http,
		.region = conf->region,
		.session_name = conf->chain.session_name,
		.profiles = conf->profiles,
		.profile = conf->profile,
		.insecure_http = conf->insecure_http,
	};
	retry_seed(&c->chance);
	c->provider = chain_choose(&c->env, &conf->chain, &c->last, err);
	/* Providers took from the files what they need. */
	c->env.profiles = NULL;
	c->env.profile = NULL;
	c->env.session_name = NULL;
	if (!c->provider) {
		free(c);
		return NULL;
	}
	return c;
}

void credentials_free(struct credentials *c)
{
	if (!c)
		return;
	provider_free(c->provider);
	keys_wipe(&c->keys);
	free(c);
}

/* --- living ---------------------------------------------------------------- */

/* 1 keys can sign, 0 not yet, -1 with err when there will be none. */
static int state_of(const struct credentials *c, struct err *err)
{
	if (!c->failed)
		return valid(c) && !c->forced;
	*err = c->err;
	return -1;
}

static bool wanted(const struct credentials *c)
{
	return !c->have || c->forced || (c->due_real_ms && clock_real_ms() >= c->due_real_ms);
}

void credentials_step(struct credentials *c)
{
	if (c->fetching)
		provider_step(c->provider);
	else if (!c->failed && wanted(c) && clock_ms() >= c->again_ms)
		begin(c);
}

int credentials_fd(const struct credentials *c)
{
	return c->fetching ? provider_fd(c->provider) : -1;
}

int64_t credentials_due(const struct credentials *c)
{
	int64_t now = clock_ms(), due;

	if (c->failed)
		return -1;
	if (c->fetching)
		return c->provider->kind->step ? now + 100 : -1;
	if (c->have && !c->forced && !c->due_real_ms)
		return -1;
	due = c->have && !c->forced ? now + (c->due_real_ms - clock_real_ms()) : now;
	return due > c->again_ms ? due : c->again_ms;
}

int credentials_ready(struct credentials *c, struct outage *outage, int64_t now_ms, struct err *err)
{
	int state;

	credentials_step(c);
	state = state_of(c, err);
	if (state != 1 && credentials_trouble(c))
		outage_failed(outage, now_ms, credentials_trouble(c));
	return state;
}

int credentials_wait(struct credentials *c, int stop_fd, struct err *err)
{
	for (;;) {
		struct pollfd fds[2];
		int64_t due, now;
		int state;

		credentials_step(c);
		state = state_of(c, err);
		if (state != 0)
			return state < 0 ? -1 : 0;
		due = credentials_due(c);
		now = clock_ms();
		fds[0] = (struct pollfd){.fd = credentials_fd(c), .events = POLLIN};
		fds[1] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
		if (due < 0 || due > now + 1000)
			due = now + 1000;
		if (http_wait(c->env.http, fds, 2, due > now ? (int)(due - now) : 0, err) != 0)
			return -1;
		if (fds[1].revents)
			return err_set(err, EXIT_UNREACHABLE, "stopped while waiting for %s",
				       c->provider->name);
	}
}

const char *credentials_trouble(const struct credentials *c)
{
	return c->failures && !valid(c) ? c->err.text : NULL;
}

const struct credential_keys *credentials_keys(const struct credentials *c)
{
	return &c->view;
}

int64_t credentials_expire_ms(const struct credentials *c)
{
	return c->keys.expires_ms;
}

unsigned credentials_version(const struct credentials *c)
{
	return c->version;
}

const char *credentials_origin(const struct credentials *c)
{
	return c->provider->name;
}

bool credentials_refused(struct credentials *c, unsigned version)
{
	int64_t now = clock_ms();

	if (version != c->version || c->forced)
		return true;
	if (c->forced_ms && (now - c->forced_ms < FORCED_EVERY_MS || c->forced_version == version))
		return false;
	c->forced_ms = now;
	c->forced_version = version;
	c->forced = true;
	if (!c->fetching)
		begin(c);
	return c->forced || c->version != version;
}
