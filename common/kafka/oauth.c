#include "kafka/oauth.h"

#include "base/mem.h"
#include "base/msg.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>

static void on_refresh(rd_kafka_t *rk, const char *config, void *opaque)
{
	struct kafka_token token = {0};
	struct kafka_oauth *oauth;
	char why[300];
	struct err err;
	int made;

	(void)opaque;
	if (!config || sscanf(config, "%p", (void **)&oauth) != 1)
		return;
	made = oauth->make(oauth->ctx, &token, &err);
	if (made != 0) {
		msg_warning("%s", err.text);
		rd_kafka_oauthbearer_set_token_failure(rk, err.text);
	} else if (rd_kafka_oauthbearer_set_token(rk, buf_text(&token.text), token.expires_ms,
						  token.principal, NULL, 0, why,
						  sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		msg_warning("the Kafka client does not take the token: %s", why);
		rd_kafka_oauthbearer_set_token_failure(rk, why);
	}
	if (token.text.p)
		mem_wipe(token.text.p, token.text.cap);
	buf_free(&token.text);
}

int kafka_oauth_configure(struct kafka_conf *conf, const struct kafka_oauth *oauth, struct err *err)
{
	char at[32];

	snprintf(at, sizeof at, "%p", (const void *)oauth); /* the client's opaque is its owner's */
	kafka_conf_default(conf, "security.protocol", "sasl_ssl");
	if (kafka_conf_set(conf, "sasl.mechanisms", "OAUTHBEARER", err) != 0 ||
	    kafka_conf_set(conf, "sasl.oauthbearer.config", at, err) != 0)
		return -1;
	kafka_conf_oauth(conf, on_refresh);
	return 0;
}

int kafka_oauth_start(rd_kafka_t *rk, struct err *err)
{
	rd_kafka_error_t *error = rd_kafka_sasl_background_callbacks_enable(rk);

	if (!error)
		return 0;
	err_set(err, EXIT_LOCAL, "no thread for tokens: %s", rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return -1;
}
