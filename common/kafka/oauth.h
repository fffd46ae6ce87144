/*
 * SASL/OAUTHBEARER with tokens that somebody else makes. The client asks for one when
 * it needs it and again before it expires, on a thread of its own: so a loop that is
 * held up elsewhere never costs the connection.
 */
#ifndef KEB_KAFKA_OAUTH_H
#define KEB_KAFKA_OAUTH_H

#include "base/buf.h"
#include "kafka/conf.h"

struct kafka_token {
	struct buf text;       /* NUL-terminated by the maker; wiped after use */
	int64_t expires_ms;    /* since the epoch */
	const char *principal; /* until the next call */
};

/* Fills *token; -1 with err. Called on the client's thread, one call at a time. */
typedef int kafka_token_fn(void *ctx, struct kafka_token *token, struct err *err);

struct kafka_oauth {
	kafka_token_fn *make;
	void *ctx;
};

/* Before kafka_conf_take; `oauth` must stay as long as the client. -1 with err. */
int kafka_oauth_configure(struct kafka_conf *conf, const struct kafka_oauth *oauth,
			  struct err *err);

struct rd_kafka_s;
/* After rd_kafka_new. -1 with err. */
int kafka_oauth_start(struct rd_kafka_s *rk, struct err *err);

#endif
