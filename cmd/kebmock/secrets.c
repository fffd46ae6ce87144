#include "secrets.h"

#include "aws/keys.h"
#include "base/fd.h"
#include "base/mem.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdio.h>
#include <stdlib.h>

#define SECRET_MAX (64u << 10)

struct secrets {
	struct secrets_conf conf;
	struct auth *auth;
	struct buf text; /* of the secret at hand */
};

struct secrets *secrets_new(const struct secrets_conf *conf, struct auth *auth, struct err *err)
{
	struct secrets *s = mem_alloc(sizeof *s);

	s->conf = *conf;
	s->auth = auth;
	for (size_t i = 0; i < conf->list->n; i++) {
		const char *equals = strchr(conf->list->items[i], '=');

		if (equals && equals > conf->list->items[i])
			continue;
		err_set(err, EXIT_USAGE, "bad --secret '%s': it is NAME=TEXT or NAME=@FILE",
			conf->list->items[i]);
		secrets_free(s);
		return NULL;
	}
	return s;
}

void secrets_free(struct secrets *s)
{
	if (!s)
		return;
	buf_free(&s->text);
	free(s);
}

/* Whether `id` is the name, or the ARN, whose end is a dash and six letters. */
static bool is_named(const struct secrets *s, const char *id, struct slice name)
{
	char arn[512];
	size_t n = strlen(id);
	int made = snprintf(arn, sizeof arn, "arn:aws:secretsmanager:%s:%s:secret:%.*s",
			    s->conf.region, s->conf.account, SLICE_ARG(name));

	if (slice_is(name, id))
		return true;
	if (made < 0 || (size_t)made >= sizeof arn || strncmp(id, arn, (size_t)made) != 0)
		return false;
	return n == (size_t)made || (n == (size_t)made + 7 && id[made] == '-');
}

static bool find(struct secrets *s, const char *id, struct slice *name)
{
	struct err err;

	for (size_t i = 0; i < s->conf.list->n; i++) {
		const char *text = s->conf.list->items[i], *equals = strchr(text, '=');

		*name = (struct slice){text, (size_t)(equals - text)};
		if (!is_named(s, id, *name))
			continue;
		buf_reset(&s->text);
		if (equals[1] != '@')
			buf_adds(&s->text, slice_of(equals + 1));
		else if (fd_read_file(equals + 2, SECRET_MAX, &s->text, &err) != 0)
			return false;
		return true;
	}
	return false;
}

static void get(struct secrets *s, const struct request *request, struct answer *answer)
{
	char *id = json_check(request->body, NULL) == JSON_OBJECT
			   ? keys_member(request->body, "SecretId")
			   : NULL;
	struct slice name;

	if (!id || !find(s, id, &name)) {
		answer_error(answer, 400, "ResourceNotFoundException",
			     "Secrets Manager can't find the specified secret.");
	} else {
		answer->type = ANSWER_AWS_JSON;
		buf_addf(&answer->body,
			 "{\"ARN\":\"arn:aws:secretsmanager:%s:%s:secret:%.*s-KebMck\",\"Name\":",
			 s->conf.region, s->conf.account, SLICE_ARG(name));
		json_add_string(&answer->body, name);
		BUF_LIT(&answer->body, ",\"VersionStages\":[\"AWSCURRENT\"],\"SecretString\":");
		json_add_string(&answer->body, buf_slice(&s->text));
		BUF_LIT(&answer->body, "}");
	}
	free(id);
}

bool secrets_handle(struct secrets *s, const struct request *request, int64_t now_ms,
		    struct answer *answer, const char **call)
{
	if (!slice_is(request_header(request, "x-amz-target"), "secretsmanager.GetSecretValue"))
		return false;
	*call = "GetSecretValue";
	if (auth_check(s->auth, request, "secretsmanager", now_ms, answer))
		get(s, request, answer);
	return true;
}
