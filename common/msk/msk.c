#include "msk/msk.h"

#include "aws/arn.h"
#include "aws/ask.h"
#include "aws/canonical.h"
#include "aws/msk.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "cli/stop.h"
#include "kafka/file.h"
#include "msk/brokers.h"
#include "msk/iam.h"
#include "msk/secret.h"
#include "json/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define REQUESTS 1
#define LIMIT_MS 30000

struct msk {
	const struct msk_options *o;
	struct kafka_options *kafka;
	struct arn cluster, secret; /* secret: only if it is an ARN */
	bool secret_is_arn;
	struct session session;
	struct iam *iam;
	struct buf brokers;
};

/* --- what the options say ------------------------------------------------------ */

static int parse_cluster(struct msk *m, struct err *err)
{
	struct slice text = slice_of(m->o->cluster);

	if (!m->o->cluster)
		return 0;
	if (!arn_split(text, &m->cluster) || !slice_is(m->cluster.service, "kafka") ||
	    !slice_starts(m->cluster.resource, SLICE("cluster/")))
		return err_set(err, EXIT_USAGE,
			       "--msk-cluster '%s' is no ARN of a cluster "
			       "(arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/ID)",
			       m->o->cluster);
	if (m->kafka->brokers)
		return err_set(err, EXIT_USAGE, "-b and --msk-cluster exclude each other");
	return 0;
}

static int parse_secret(struct msk *m, struct err *err)
{
	struct slice text = slice_of(m->o->secret);

	if (!m->o->secret || !slice_starts(text, SLICE("arn:")))
		return 0;
	m->secret_is_arn = true;
	if (!arn_split(text, &m->secret) || !slice_is(m->secret.service, "secretsmanager") ||
	    !slice_starts(m->secret.resource, SLICE("secret:")))
		return err_set(err, EXIT_USAGE,
			       "--secret '%s' is no ARN of a secret "
			       "(arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-ID)",
			       m->o->secret);
	return 0;
}

static bool needs_keys(const struct msk *m)
{
	return m->o->iam || m->o->cluster || m->secret_is_arn;
}

static int check(struct msk *m, struct err *err)
{
	const struct aws_options *aws = &m->o->aws;

	if (parse_cluster(m, err) != 0 || parse_secret(m, err) != 0)
		return -1;
	if (m->o->access && !m->o->cluster)
		return err_set(err, EXIT_USAGE, "--msk-access is for --msk-cluster");
	if (m->o->iam && m->o->secret)
		return err_set(err, EXIT_USAGE,
			       "--msk-iam and --secret exclude each other: IAM has no password");
	if (!needs_keys(m) &&
	    (aws->region || aws->profile || aws->role_arn || aws->external_id || aws->session_name))
		return err_set(err, EXIT_USAGE,
			       "--region, --profile, --role-arn, --external-id and "
			       "--role-session-name are for --msk-iam, --msk-cluster and --secret "
			       "ARN");
	return 0;
}

/* --- what is asked ------------------------------------------------------------- */

static int find_brokers(struct msk *m, enum brokers_kind kind, struct err *err)
{
	char region[64], subject[200];
	struct buf path = {0}, answer = {0};
	struct ask ask = {
		.session = &m->session,
		.options = &m->o->aws,
		.service = "kafka",
		.id = "kafka",
		.region = region,
		.call = "GetBootstrapBrokers",
		.subject = subject,
		.limit_ms = LIMIT_MS,
		.stop_fd = stop_fd(),
	};
	struct aws_request request = {.method = "GET"};
	int result;

	snprintf(region, sizeof region, "%.*s", SLICE_ARG(m->cluster.region));
	snprintf(subject, sizeof subject, "cluster '%s'", m->o->cluster);
	BUF_LIT(&path, "/v1/clusters/");
	canonical_encode(&path, slice_of(m->o->cluster), false);
	BUF_LIT(&path, "/bootstrap-brokers");
	request.path = buf_slice(&path);
	result = ask_service(&ask, &request, &answer, err);
	if (result == 0)
		result = brokers_pick(buf_slice(&answer), m->o->cluster, kind,
				      (enum brokers_access)m->o->access, &m->brokers, err);
	buf_free(&path);
	buf_free(&answer);
	if (result == 0)
		msg_info("brokers of cluster '%s' for %s: %s", m->o->cluster,
			 brokers_kind_name(kind), buf_text(&m->brokers));
	return result;
}

static int fetch_secret(struct msk *m, struct buf *to, struct err *err)
{
	char region[64], subject[200];
	struct buf body = {0}, answer = {0};
	struct ask ask = {
		.session = &m->session,
		.options = &m->o->aws,
		.service = "secretsmanager",
		.id = "secrets_manager",
		.region = region,
		.call = "GetSecretValue",
		.subject = subject,
		.limit_ms = LIMIT_MS,
		.stop_fd = stop_fd(),
	};
	struct http_header headers[] = {
		{SLICE("Content-Type"), SLICE("application/x-amz-json-1.1")},
		{SLICE("X-Amz-Target"), SLICE("secretsmanager.GetSecretValue")},
	};
	struct aws_request request = {
		.headers = headers, .n_headers = 2, .max_answer = 6 * SECRET_MAX, .secret = true};
	int result;

	snprintf(region, sizeof region, "%.*s", SLICE_ARG(m->secret.region));
	snprintf(subject, sizeof subject, "secret '%s'", m->o->secret);
	BUF_LIT(&body, "{\"SecretId\":");
	json_add_string(&body, slice_of(m->o->secret));
	BUF_LIT(&body, "}");
	request.body = buf_slice(&body);
	buf_room(&answer, request.max_answer);
	result = ask_service(&ask, &request, &answer, err);
	if (result == 0)
		result = secret_of_answer(buf_slice(&answer), m->o->secret, to, err);
	buf_wipe(&answer);
	buf_free(&body);
	return result;
}

static int use_secret(struct msk *m, struct kafka_conf *conf, struct err *err)
{
	struct buf text = {0};
	int result;

	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core would hold it */
	if (!m->secret_is_arn && kafka_file_is_public(m->o->secret))
		msg_warning("'%s' holds a secret and every user can read it: chmod 600",
			    m->o->secret);
	buf_room(&text, SECRET_MAX + 1);
	if (m->secret_is_arn)
		result = fetch_secret(m, &text, err);
	else
		result = fd_read_file(m->o->secret, SECRET_MAX, &text, err);
	if (result == 0)
		result = secret_apply(buf_slice(&text), m->o->secret, conf, err);
	buf_wipe(&text);
	return result;
}

/* --- the client's configuration ------------------------------------------------ */

/* How the client will authenticate, as far as that decides between the lists. */
static int kind_of(const struct msk *m, const struct kafka_conf *conf, enum brokers_kind *kind,
		   struct err *err)
{
	char protocol[32] = "", mechanism[64] = "";

	(void)kafka_conf_get(conf, "security.protocol", protocol, sizeof protocol);
	(void)kafka_conf_get(conf, "sasl.mechanisms", mechanism, sizeof mechanism);
	if (m->o->iam)
		*kind = BROKERS_IAM;
	else if (strcmp(protocol, "plaintext") == 0)
		*kind = BROKERS_PLAIN;
	else if (strcmp(protocol, "ssl") == 0)
		*kind = BROKERS_TLS;
	else if (strcmp(protocol, "sasl_ssl") == 0 && strncmp(mechanism, "SCRAM-", 6) == 0)
		*kind = BROKERS_SCRAM;
	else
		return err_set(err, EXIT_USAGE,
			       "no cluster of MSK takes security.protocol=%s with "
			       "sasl.mechanisms=%s (check -X and -F)",
			       protocol, mechanism);
	return 0;
}

/* What the user said would be overruled, or the token never be asked for. */
static int check_iam(const struct kafka_conf *conf, struct err *err)
{
	static const struct {
		const char *property, *values[2];
	} fitting[] = {
		{"sasl.mechanism", {"OAUTHBEARER"}},
		{"sasl.mechanisms", {"OAUTHBEARER"}},
		{"security.protocol", {"sasl_ssl", "sasl_plaintext"}},
	};

	for (size_t i = 0; i < sizeof fitting / sizeof *fitting; i++) {
		const char *other = fitting[i].values[1];
		char value[64] = "";

		if (!kafka_conf_given(conf, fitting[i].property) ||
		    (kafka_conf_get(conf, fitting[i].property, value, sizeof value) &&
		     (strcmp(value, fitting[i].values[0]) == 0 ||
		      (other && strcmp(value, other) == 0))))
			continue;
		return err_set(err, EXIT_USAGE, "-X %s=%s and --msk-iam exclude each other",
			       fitting[i].property, value);
	}
	return 0;
}

static int complete(void *ctx, struct kafka_conf *conf, struct err *err)
{
	struct msk *m = ctx;
	enum brokers_kind kind = BROKERS_PLAIN;

	if ((m->o->secret && use_secret(m, conf, err) != 0) ||
	    (m->iam && check_iam(conf, err) != 0) ||
	    (m->iam && kafka_oauth_configure(conf, iam_oauth(m->iam), err) != 0))
		return -1;
	if (!m->o->cluster)
		return 0;
	if (!m->brokers.len && (kind_of(m, conf, &kind, err) != 0 || find_brokers(m, kind, err)))
		return -1;
	m->kafka->brokers = buf_text(&m->brokers);
	m->kafka->brokers_of = "--msk-cluster";
	return 0;
}

/* --- opening --------------------------------------------------------------------- */

static int open_session(struct msk *m, const char *user_agent, struct err *err)
{
	const char *brokers = m->kafka->brokers ? m->kafka->brokers : getenv("KEB_BROKERS");
	struct session_conf conf = {
		.options = &m->o->aws,
		.requests = REQUESTS,
		.user_agent = user_agent,
		.stop_fd = stop_fd(),
	};

	if (m->o->cluster)
		conf.region = m->cluster.region;
	else if (m->o->iam && !m->o->aws.region)
		conf.region = msk_region(slice_of(brokers));
	else if (m->secret_is_arn && !m->o->aws.region)
		conf.region = m->secret.region;
	if (session_prepare(&m->session, &conf, err) != 0 ||
	    session_open(&m->session, &conf, err) != 0)
		return -1;
	if (!m->o->iam)
		return 0;
	m->iam = iam_new(&m->session, user_agent, err);
	return m->iam ? 0 : -1;
}

struct msk *msk_open(const struct msk_options *options, struct kafka_options *kafka,
		     const char *user_agent, struct err *err)
{
	struct msk *m = mem_alloc(sizeof *m);
	int result;

	m->o = options;
	m->kafka = kafka;
	result = check(m, err);
	if (result == 0 && needs_keys(m))
		result = open_session(m, user_agent, err);
	if (result != 0) {
		msk_free(m);
		return NULL;
	}
	if (needs_keys(m) || options->secret) {
		kafka->complete = complete;
		kafka->complete_ctx = m;
	}
	return m;
}

void msk_free(struct msk *m)
{
	if (!m)
		return;
	iam_free(m->iam);
	session_close(&m->session);
	buf_free(&m->brokers);
	free(m);
}
