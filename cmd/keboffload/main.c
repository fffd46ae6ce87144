#include "base/mem.h"
#include "base/msg.h"
#include "cli/program.h"
#include "cli/rows.h"
#include "cli/stop.h"
#include "flow.h"
#include "lines/limit.h"
#include "tags.h"

#include <stdlib.h>
#include <string.h>

struct options {
	struct opt_list buckets, fields, tags;
	struct aws_options aws;
	const char *prefix, *sse_key, *storage_class, *owner, *reject_file;
	bool restore, path_style, compat;
	int sse, name;
	uint64_t threshold, in_flight, max_object, max_line, max_attempts;
	int64_t reuse, retry_for, max_age;
	int status_fd;
};

static const char *const sse_names[] = {NULL, "AES256", "aws:kms", "aws:kms:dsse"};
static const char *const default_field[] = {"$.detail.value"};

static int parse(struct options *o, int *argc, char **argv, struct err *err)
{
	const struct opt opts[] = {
		OPT_GROUP("What is moved"),
		OPT_LIST(0, "field", &o->fields, "PATH",
			 "value to move, in this order; repeatable [$.detail.value]"),
		OPT_SIZE(0, "threshold", &o->threshold, 0, INT64_MAX,
			 "move only where the entry is larger; 0: always [1023KiB]"),
		OPT_FLAG(0, "connector-compat", &o->compat,
			 "store strings without quotes, as the Kafka Connect sink does"),
		OPT_FLAG(0, "restore", &o->restore, "the way back: put values into the events"),
		OPT_SIZE(0, "max-object", &o->max_object, 1, 1 << 30,
			 "largest object that is read back [64MiB]"),
		OPT_GROUP("Where to"),
		OPT_LIST(0, "bucket", &o->buckets, "NAME",
			 "bucket; with --restore repeatable, no other is read"),
		OPT_TEXT(0, "prefix", &o->prefix, "TEXT", "what object names begin with"),
		OPT_CHOICE(0, "name", &o->name, "content|record",
			   "objects named after content, or one for each event [content]"),
		OPT_DURATION(0, "reuse", &o->reuse, 0, INT64_MAX / 2,
			     "do not send the same object again within this time [10m]"),
		OPT_CHOICE(0, "sse", &o->sse, "bucket|AES256|aws:kms|aws:kms:dsse",
			   "encryption of the objects [what the bucket says]"),
		OPT_TEXT(0, "sse-kms-key-id", &o->sse_key, "KEY", "key for it (implies aws:kms)"),
		OPT_TEXT(0, "storage-class", &o->storage_class, "CLASS",
			 "storage class of the objects"),
		OPT_LIST(0, "tag", &o->tags, "KEY=VALUE", "tag of the objects; repeatable"),
		OPT_TEXT(0, "expected-bucket-owner", &o->owner, "ACCOUNT",
			 "refuse buckets of another account"),
		AWS_OPT_REGION(&o->aws, ""),
		AWS_OPT_ENDPOINT(&o->aws, "S3"),
		OPT_FLAG(0, "path-style", &o->path_style, "bucket in the path, not in the host"),
		AWS_OPT_INSECURE(&o->aws),
		OPT_GROUP("Who sends"),
		AWS_OPTS_WHO(&o->aws),
		OPT_GROUP("Failures and speed"),
		OPT_NUMBER(0, "in-flight", &o->in_flight, "N", 1, 256, "objects at a time [8]"),
		OPT_ROW_RETRY_FOR(&o->retry_for, "calls have"),
		OPT_NUMBER(0, "max-attempts", &o->max_attempts, "N", 1, UINT32_MAX,
			   "reject a record whose object has failed so often [no limit]"),
		OPT_DURATION(0, "max-age", &o->max_age, 1, INT64_MAX,
			     "reject a record whose object failed longer than this [no limit]"),
		OPT_ROW_REJECT_FILE(&o->reject_file),
		OPT_GROUP("Lines"),
		OPT_ROW_MAX_LINE(&o->max_line, "read or written"),
		OPT_ROW_STATUS_FD(&o->status_fd),
		OPT_END,
	};
	const struct cli cli = {
		.program = "keboffload",
		.summary = "move large values of events to S3, and back",
		.usage = "--bucket NAME [options] <EVENTS\n"
			 "--restore --bucket NAME [options] <EVENTS",
		.opts = opts,
		.examples = "keboffload --bucket big-payloads <events.ndjson\n"
			    "keboffload --restore --bucket big-payloads <events.ndjson",
		.stdin_only = "events",
		.libraries = {http_library},
	};

	return opt_parse(&cli, argc, argv, err);
}

/* --- the pieces ------------------------------------------------------------ */

static bool bucket_valid(const char *name)
{
	size_t n = strlen(name);

	return n >= 3 && n <= 63 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == n &&
	       name[0] != '.' && name[0] != '-' && name[n - 1] != '.' && name[n - 1] != '-';
}

static int check(struct options *o, struct err *err)
{
	if (o->buckets.n == 0)
		return err_set(err, EXIT_USAGE, "no bucket (give --bucket NAME)");
	if (o->buckets.n > 1 && !o->restore)
		return err_set(err, EXIT_USAGE, "several buckets: only --restore takes them");
	for (size_t i = 0; i < o->buckets.n; i++) {
		if (!bucket_valid(o->buckets.items[i]))
			return err_set(err, EXIT_USAGE, "'%s' is no name of a bucket",
				       o->buckets.items[i]);
	}
	if (o->fields.n > CLAIM_FIELDS_MAX)
		return err_set(err, EXIT_USAGE, "more than %d --field", CLAIM_FIELDS_MAX);
	if (o->prefix && strlen(o->prefix) > 1024 - DIGEST_HEX)
		return err_set(err, EXIT_USAGE, "--prefix is longer than %d bytes",
			       1024 - DIGEST_HEX);
	if (o->owner && (strlen(o->owner) != 12 || strspn(o->owner, "0123456789") != 12))
		return err_set(err, EXIT_USAGE,
			       "--expected-bucket-owner '%.100s' is no account: it has 12 digits",
			       o->owner);
	if (o->sse_key && (o->sse == 0))
		o->sse = 2;
	if (o->sse_key && o->sse == 1)
		return err_set(err, EXIT_USAGE, "--sse-kms-key-id does not go with --sse AES256");
	return 0;
}

struct paths {
	struct json_path *list[CLAIM_FIELDS_MAX];
	size_t n;
};

static int parse_paths(struct paths *paths, const struct options *o, struct err *err)
{
	for (; paths->n < o->fields.n; paths->n++) {
		paths->list[paths->n] = claim_path(o->fields.items[paths->n], err);
		if (!paths->list[paths->n])
			return -1;
	}
	return 0;
}

/* --- the run --------------------------------------------------------------- */

static int finish(struct flow *flow, const struct store *store, struct report *report, int result,
		  struct err *err)
{
	const struct flow_counts *c = flow_counts(flow);
	struct err unused;

	result = report_close(report, result == 0 ? err : &unused) == 0 ? result : -1;
	msg_info("lines %llu, objects %llu, of them not sent again %llu, rejected %llu, requests "
		 "%llu, tried again %llu",
		 (unsigned long long)c->lines, (unsigned long long)c->moved,
		 (unsigned long long)c->reused, (unsigned long long)report_counts(report)->rejected,
		 (unsigned long long)store_counts(store)->requests,
		 (unsigned long long)store_counts(store)->again);
	return result == 0 ? (int)report_exit_status(report, flow_bad(flow)) : result;
}

static struct store *open_store(const struct options *o, struct session *session, const char *tags,
				struct outage *outage, struct err *err)
{
	struct store_conf conf = {
		.where = {.session = session,
			  .endpoint_url = o->aws.endpoint_url,
			  .path_style = o->path_style,
			  .insecure_http = o->aws.insecure_http},
		.buckets = o->buckets.items,
		.n_buckets = o->buckets.n,
		.sse = sse_names[o->sse],
		.sse_key = o->sse_key,
		.storage_class = o->storage_class,
		.tags = tags,
		.owner = o->owner,
		.max_object = o->max_object,
		.in_flight = (unsigned)o->in_flight,
		.max_age_ms = o->max_age,
		.max_attempts = o->max_attempts,
		.outage = outage,
	};

	return store_new(&conf, err);
}

static int run(const struct options *o, struct session *session, const struct claim_conf *claim,
	       const char *tags, struct report *report, struct err *err)
{
	struct outage outage = {.limit_ms = opt_retry_ms(o->retry_for, report_wired(report))};
	struct flow_conf conf = {
		.restore = o->restore,
		.max_object = o->max_object,
		.buckets = o->buckets.items,
		.n_buckets = o->buckets.n,
		.http = session->http,
		.credentials = session->credentials,
		.report = report,
		.keep_lines = o->reject_file != NULL,
	};
	struct flow *flow;
	bool left;
	int result;

	if (line_limit(o->max_line, &conf.max_line, err) != 0)
		return -1;
	conf.store = open_store(o, session, tags, &outage, err);
	if (!conf.store)
		return -1;
	conf.claim = claim_new(claim);
	conf.reuse = reuse_new(o->reuse);
	flow = flow_new(&conf);
	result = finish(flow, conf.store, report, flow_run(flow, err), err);
	left = flow_reader_left(flow);
	session_cut(session); /* what is under way points into the flow */
	flow_free(flow);
	reuse_free(conf.reuse);
	claim_free(conf.claim);
	store_free(conf.store);
	if (left)
		program_die_of_sigpipe();
	return result;
}

static int open_and_run(const struct options *o, const struct paths *paths, const char *tags,
			struct err *err)
{
	struct session_conf conf = {
		.options = &o->aws,
		.requests = (unsigned)o->in_flight,
		.user_agent = "keboffload/" KEB_VERSION,
		.stop_fd = stop_fd(),
	};
	struct claim_conf claim = {
		.fields = o->fields.items,
		.paths = paths->list,
		.n_fields = paths->n,
		.threshold = o->threshold,
		.prefix = slice_of(o->prefix ? o->prefix : ""),
		.by_record = o->name == 1,
		.as_text = o->compat,
	};
	struct report_conf report_conf = {
		.program = "keboffload", .status_fd = o->status_fd, .reject_file = o->reject_file};
	struct report *report = report_new(&report_conf, err);
	struct session session = {0};
	struct buf arn = {0};
	int result = -1;

	if (report && session_prepare(&session, &conf, err) == 0 &&
	    session_open(&session, &conf, err) == 0) {
		buf_addf(&arn, "arn:%s:s3:::%s/", region_partition(session.region),
			 o->buckets.items[0]);
		claim.arn = buf_slice(&arn);
		result = run(o, &session, &claim, tags, report, err);
	}
	session_close(&session);
	report_free(report);
	buf_free(&arn);
	return result;
}

int main(int argc, char **argv)
{
	struct options o = {.threshold = (UINT64_C(1) << 20) - 1024,
			    .in_flight = 8,
			    .max_object = UINT64_C(64) << 20,
			    .reuse = 10 * 60 * 1000,
			    .retry_for = -1,
			    .status_fd = -1};
	struct paths paths = {0};
	struct buf tags = {0};
	struct err err;
	int status;

	program_start("keboffload", PROGRAM_SEES_EPIPE);
	status = parse(&o, &argc, argv, &err);
	if (status <= 0)
		return status < 0 ? program_fail(&err) : EXIT_OK;
	stop_install();
	if (o.fields.n == 0)
		o.fields = (struct opt_list){mem_array(1, sizeof(char *)), 1};
	if (!o.fields.items[0])
		o.fields.items[0] = default_field[0];
	status = check(&o, &err);
	if (status == 0)
		status = parse_paths(&paths, &o, &err);
	if (status == 0)
		status = tags_join(&o.tags, &tags, &err);
	if (status == 0)
		status = open_and_run(&o, &paths, tags.len ? buf_text(&tags) : NULL, &err);
	for (size_t i = 0; i < paths.n; i++)
		json_path_free(paths.list[i]);
	free(o.fields.items);
	free(o.buckets.items);
	free(o.tags.items);
	buf_free(&tags);
	return status < 0 ? program_fail(&err) : status;
}
