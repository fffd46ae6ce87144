#include "msk/brokers.h"

#include "json/scan.h"
#include "json/text.h"

static const struct list {
	const char *member;
	enum brokers_kind kind;
	enum brokers_access access;
} lists[] = {
	{"bootstrapBrokerString", BROKERS_PLAIN, BROKERS_PRIVATE},
	{"bootstrapBrokerStringTls", BROKERS_TLS, BROKERS_PRIVATE},
	{"bootstrapBrokerStringSaslScram", BROKERS_SCRAM, BROKERS_PRIVATE},
	{"bootstrapBrokerStringSaslIam", BROKERS_IAM, BROKERS_PRIVATE},
	{"bootstrapBrokerStringPublicTls", BROKERS_TLS, BROKERS_PUBLIC},
	{"bootstrapBrokerStringPublicSaslScram", BROKERS_SCRAM, BROKERS_PUBLIC},
	{"bootstrapBrokerStringPublicSaslIam", BROKERS_IAM, BROKERS_PUBLIC},
	{"bootstrapBrokerStringVpcConnectivityTls", BROKERS_TLS, BROKERS_VPC},
	{"bootstrapBrokerStringVpcConnectivitySaslScram", BROKERS_SCRAM, BROKERS_VPC},
	{"bootstrapBrokerStringVpcConnectivitySaslIam", BROKERS_IAM, BROKERS_VPC},
};

static const struct kind {
	const char *name, *how;
} kinds[] = {
	[BROKERS_PLAIN] = {"plaintext", "-X security.protocol=plaintext"},
	[BROKERS_TLS] = {"TLS", "-X security.protocol=ssl"},
	[BROKERS_SCRAM] = {"SASL/SCRAM", "--secret"},
	[BROKERS_IAM] = {"IAM", "--msk-iam"},
};

static const char *const accesses[] = {
	[BROKERS_PRIVATE] = "private",
	[BROKERS_PUBLIC] = "public",
	[BROKERS_VPC] = "vpc",
};

const char *brokers_kind_name(enum brokers_kind kind)
{
	return kinds[kind].name;
}

static bool is_list(const struct json_member *m, const struct list *list)
{
	return m->type == JSON_STRING && json_is(m->name, slice_of(list->member)) &&
	       json_raw(m->value).n > 0;
}

/* "TLS (-X security.protocol=ssl), public IAM (--msk-iam)" */
static void offer(struct slice answer, struct buf *to)
{
	struct json_walk walk;
	struct json_member m;

	json_walk(&walk, answer);
	while (json_next(&walk, &m)) {
		for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
			const struct kind *kind = &kinds[lists[i].kind];

			if (!is_list(&m, &lists[i]))
				continue;
			buf_addf(to, "%s%s%s%s (%s)", to->len ? ", " : "",
				 lists[i].access ? accesses[lists[i].access] : "",
				 lists[i].access ? " " : "", kind->name, kind->how);
		}
	}
}

/* What goes into bootstrap.servers: a host and a port each, and nothing else. */
static bool is_servers(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c && strchr(".-_:,[]", c))))
			return false;
	}
	return text.n > 0;
}

static bool find(struct slice answer, const struct list *list, struct buf *to)
{
	struct json_walk walk;
	struct json_member m;

	json_walk(&walk, answer);
	while (json_next(&walk, &m)) {
		if (is_list(&m, list)) {
			buf_reset(to);
			json_unescape(json_raw(m.value), to);
		}
	}
	return is_servers(buf_slice(to));
}

int brokers_pick(struct slice answer, const char *cluster, enum brokers_kind kind,
		 enum brokers_access access, struct buf *to, struct err *err)
{
	struct buf offers = {0};

	buf_reset(to);
	if (json_check(answer, NULL) != JSON_OBJECT)
		return err_set(err, EXIT_UNREACHABLE,
			       "GetBootstrapBrokers of cluster '%s' answered something that is no "
			       "JSON object (check AWS_ENDPOINT_URL)",
			       cluster);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (lists[i].kind == kind && lists[i].access == access &&
		    find(answer, &lists[i], to))
			return 0;
	}
	offer(answer, &offers);
	err_set(err, EXIT_USAGE,
		"cluster '%s' has no %s brokers for %s: it offers %s (see --msk-access)", cluster,
		accesses[access], kinds[kind].name, offers.len ? buf_text(&offers) : "none yet");
	buf_free(&offers);
	return -1;
}
