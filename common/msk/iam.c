#include "msk/iam.h"

#include "aws/msk.h"
#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PATIENCE_S 10

struct iam {
	struct session *session;
	const char *user_agent;
	struct kafka_oauth oauth;
	pthread_mutex_t one; /* a program may have several clients, each with a thread */
	int timer;
	char principal[160];
};

/* The keys as they are, or renewed; not for longer than PATIENCE_S. */
static int wait_for_keys(struct iam *iam, struct err *err)
{
	struct itimerspec limit = {.it_value = {.tv_sec = PATIENCE_S}};
	struct credentials *credentials = iam->session->credentials;
	struct err waited;

	timerfd_settime(iam->timer, 0, &limit, NULL);
	if (credentials_wait(credentials, iam->timer, &waited) == 0)
		return 0;
	if (credentials_trouble(credentials))
		return err_set(err, EXIT_UNREACHABLE, "%s", credentials_trouble(credentials));
	*err = waited;
	return -1;
}

static int make_one(struct iam *iam, struct kafka_token *token, struct err *err)
{
	const struct credentials *credentials = iam->session->credentials;
	const struct credential_keys *keys;
	int64_t now, end;

	if (wait_for_keys(iam, err) != 0)
		return -1;
	keys = credentials_keys(credentials);
	now = clock_real_ms();
	end = credentials_expire_ms(credentials);
	if (!msk_token(keys, iam->session->region, iam->user_agent, now, &token->text))
		return err_set(err, EXIT_LOCAL, "a token for MSK cannot be signed");
	token->expires_ms = now + MSK_TOKEN_MS;
	if (end && end < token->expires_ms)
		token->expires_ms = end;
	snprintf(iam->principal, sizeof iam->principal, "%.*s", SLICE_ARG(keys->key_id));
	token->principal = iam->principal;
	return 0;
}

static int make(void *ctx, struct kafka_token *token, struct err *err)
{
	struct iam *iam = ctx;
	int result;

	pthread_mutex_lock(&iam->one);
	result = make_one(iam, token, err);
	pthread_mutex_unlock(&iam->one);
	return result;
}

const struct kafka_oauth *iam_oauth(const struct iam *iam)
{
	return &iam->oauth;
}

struct iam *iam_new(struct session *session, const char *user_agent, struct err *err)
{
	struct iam *iam = mem_alloc(sizeof *iam);

	iam->session = session;
	iam->user_agent = user_agent;
	iam->oauth = (struct kafka_oauth){make, iam};
	pthread_mutex_init(&iam->one, NULL);
	iam->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (iam->timer >= 0)
		return iam;
	err_errno(err, EXIT_LOCAL, "no timer");
	iam_free(iam);
	return NULL;
}

void iam_free(struct iam *iam)
{
	if (!iam)
		return;
	if (iam->timer >= 0)
		close(iam->timer);
	pthread_mutex_destroy(&iam->one);
	free(iam);
}
