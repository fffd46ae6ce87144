#include "msk/secret.h"

#include "aws/keys.h"
#include "base/mem.h"
#include "json/scan.h"

struct property {
	const char *member, *name;
	bool needed;
};

static const struct property user[] = {
	{"username", "sasl.username", true},
	{"password", "sasl.password", true},
	{NULL, NULL, false},
};
static const struct property certificate[] = {
	{"certificate", "ssl.certificate.pem", true},
	{"privateKey", "ssl.key.pem", true},
	{"privateKeyPassword", "ssl.key.password", false},
	{NULL, NULL, false},
};

static int apply_one(const struct property *p, struct slice json, const char *from,
		     struct kafka_conf *conf, struct err *err)
{
	char *value = keys_member(json, p->member);
	int result = 0;

	if (kafka_conf_given(conf, p->name))
		result = err_set(err, EXIT_USAGE, "-X %s and --secret exclude each other", p->name);
	else if (!value && p->needed)
		result =
			err_set(err, EXIT_USAGE, "secret '%s' has no text \"%s\"", from, p->member);
	else if (value)
		result = kafka_conf_set(conf, p->name, value, err);
	mem_free_secret(value);
	return result;
}

static bool has(struct slice json, const char *member)
{
	char *value = keys_member(json, member);

	mem_free_secret(value);
	return value != NULL;
}

int secret_apply(struct slice json, const char *from, struct kafka_conf *conf, struct err *err)
{
	const struct property *p;

	if (json_check(json, NULL) != JSON_OBJECT)
		return err_set(err, EXIT_USAGE,
			       "secret '%s' is no JSON object with username and password, or "
			       "certificate and privateKey",
			       from);
	p = has(json, "certificate") ? certificate : user;
	kafka_conf_default(conf, "security.protocol", p == user ? "sasl_ssl" : "ssl");
	if (p == user && !kafka_conf_given(conf, "sasl.mechanism"))
		kafka_conf_default(conf, "sasl.mechanisms", "SCRAM-SHA-512");
	for (; p->member; p++)
		if (apply_one(p, json, from, conf, err) != 0)
			return -1;
	return 0;
}

int secret_of_answer(struct slice answer, const char *from, struct buf *to, struct err *err)
{
	char *text = NULL;

	if (json_check(answer, NULL) == JSON_OBJECT)
		text = keys_member(answer, "SecretString");
	if (!text)
		return err_set(err, EXIT_USAGE,
			       "secret '%s' has no text (a binary one is not what MSK keeps)",
			       from);
	buf_room(to, strlen(text) + 1);
	buf_adds(to, slice_of(text));
	mem_free_secret(text);
	return 0;
}
