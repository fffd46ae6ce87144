#include "identity.h"

#include "aws/xml.h"
#include "base/clock.h"
#include "base/msg.h"

#include <stdio.h>

struct asking {
	struct sts *sts;
	bool answered, skewed;
	enum provider_result result;
	struct buf arn;
	struct err err;
};

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct asking *a = ctx;

	a->answered = true;
	a->result = sts_outcome(a->sts, answer, "GetCallerIdentity", &a->skewed, &a->err);
	if (a->result == PROVIDER_KEYS &&
	    xml_text(answer->body, "GetCallerIdentityResponse/GetCallerIdentityResult/Arn",
		     &a->arn) != 1) {
		a->result = PROVIDER_AGAIN;
		err_set(&a->err, EXIT_UNREACHABLE, "'%s' answered GetCallerIdentity without an ARN",
			sts_endpoint(a->sts)->url);
	}
}

static int ask(struct asking *a, struct remote *remote, struct http *http, struct err *err)
{
	for (int tries = 0; tries == 0 || (a->skewed && tries < 2); tries++) {
		a->answered = a->skewed = false;
		sts_begin(a->sts, "GetCallerIdentity");
		if (sts_send(a->sts, credentials_keys(remote_credentials(remote)), on_answer, a,
			     err) != 0)
			return -1;
		while (!a->answered) {
			if (http_wait(http, NULL, 0, 1000, err) != 0)
				return -1;
		}
	}
	return 0;
}

static void print_keys(const struct credentials *c)
{
	struct slice key_id = credentials_keys(c)->key_id;
	char date[CLOCK_DATE_LEN];

	printf("credentials  %s, key %.*s", credentials_origin(c), SLICE_ARG(key_id));
	if (credentials_expire_ms(c)) {
		clock_put_date(date, credentials_expire_ms(c));
		printf(", until %.19sZ", date);
	}
	printf("\n");
}

int identity(struct remote *remote, struct http *http, struct sts *sts, struct err *err)
{
	struct asking asking = {.sts = sts};
	int result = 0;

	print_keys(remote_credentials(remote));
	if (ask(&asking, remote, http, err) != 0) {
		result = -1;
	} else if (asking.result == PROVIDER_FAILED) {
		*err = asking.err;
		result = -1;
	} else if (asking.result == PROVIDER_AGAIN) {
		msg_warning("%s", asking.err.text);
	} else {
		printf("identity     %.*s\n", SLICE_ARG(buf_slice(&asking.arn)));
	}
	fflush(stdout);
	buf_free(&asking.arn);
	return result;
}
