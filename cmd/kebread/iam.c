#include "iam.h"

#include "aws/credentials.h"
#include "aws/msk.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define WIDTH	   3
#define PATIENCE_S 10

struct iam {
	char region[64];
	struct http *http;
	struct credentials *credentials;
	struct kafka_oauth oauth;
	int timer;
	char principal[160];
};

/* --- a token --------------------------------------------------------------- */

/* The keys as they are, or renewed; not for longer than PATIENCE_S. */
static int wait_for_keys(struct iam *iam, struct err *err)
{
	struct itimerspec limit = {.it_value = {.tv_sec = PATIENCE_S}};
	struct err waited;

	timerfd_settime(iam->timer, 0, &limit, NULL);
	if (credentials_wait(iam->credentials, iam->timer, &waited) == 0)
		return 0;
	if (credentials_trouble(iam->credentials))
		return err_set(err, EXIT_UNREACHABLE, "%s", credentials_trouble(iam->credentials));
	*err = waited;
	return -1;
}

static int make(void *ctx, struct kafka_token *token, struct err *err)
{
	struct iam *iam = ctx;
	const struct credential_keys *keys;
	int64_t now, end;

	if (wait_for_keys(iam, err) != 0)
		return -1;
	keys = credentials_keys(iam->credentials);
	now = clock_real_ms();
	end = credentials_expire_ms(iam->credentials);
	if (!msk_token(keys, iam->region, "kebread/" KEB_VERSION, now, &token->text))
		return err_set(err, EXIT_LOCAL, "a token for MSK cannot be signed");
	token->expires_ms = now + MSK_TOKEN_MS;
	if (end && end < token->expires_ms)
		token->expires_ms = end;
	snprintf(iam->principal, sizeof iam->principal, "%.*s", SLICE_ARG(keys->key_id));
	token->principal = iam->principal;
	return 0;
}

const struct kafka_oauth *iam_oauth(const struct iam *iam)
{
	return &iam->oauth;
}

/* --- opening --------------------------------------------------------------- */

static int choose_region(struct iam *iam, const struct iam_conf *conf,
			 const struct profile *profile, struct err *err)
{
	struct slice broker = msk_region(slice_of(conf->brokers));
	char store[64];
	const char *region;

	region = region_choose(conf->region, conf->region ? SLICE_NONE : broker, profile, store,
			       err);
	if (!region)
		return -1;
	memcpy(iam->region, region, strlen(region) + 1); /* it is valid, so at most 63 */
	return 0;
}

static int open_with(struct iam *iam, const struct iam_conf *conf, const struct profiles *profiles,
		     struct err *err)
{
	const char *bundle = getenv("AWS_CA_BUNDLE");
	struct http_conf http = {.width = WIDTH, .user_agent = "kebread/" KEB_VERSION};
	struct credentials_conf credentials = {
		.chain = {.profile = conf->profile,
			  .role_arn = conf->role_arn,
			  .external_id = conf->external_id},
		.profiles = profiles,
	};

	if (profiles_choose(profiles, conf->profile, &credentials.profile, err) != 0 ||
	    choose_region(iam, conf, credentials.profile, err) != 0)
		return -1;
	http.ca_bundle = bundle && *bundle ? bundle : profile_get(credentials.profile, "ca_bundle");
	iam->http = http_new(&http, err);
	credentials.http = iam->http;
	credentials.region = iam->region;
	if (iam->http)
		iam->credentials = credentials_open(&credentials, err);
	return iam->credentials ? credentials_wait(iam->credentials, stop_fd(), err) : -1;
}

struct iam *iam_new(const struct iam_conf *conf, struct err *err)
{
	struct iam *iam = mem_alloc(sizeof *iam);
	struct profiles *profiles = profiles_read(err);
	int result;

	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core would hold the keys */
	iam->oauth = (struct kafka_oauth){make, iam};
	iam->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	result = iam->timer < 0 ? err_errno(err, EXIT_LOCAL, "no timer") : 0;
	if (result == 0)
		result = profiles ? open_with(iam, conf, profiles, err) : -1;
	profiles_free(profiles);
	if (result == 0)
		return iam;
	iam_free(iam);
	return NULL;
}

void iam_free(struct iam *iam)
{
	if (!iam)
		return;
	http_free(iam->http);
	credentials_free(iam->credentials);
	if (iam->timer >= 0)
		close(iam->timer);
	free(iam);
}
