#include "base/clock.h"
#include "base/env.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "check.h"
#include "cli/program.h"
#include "cli/rows.h"
#include "cli/stop.h"
#include "connection.h"
#include "dryrun.h"
#include "gauges.h"
#include "identity.h"
#include "lines/limit.h"

#include <stdlib.h>
#include <unistd.h>

struct options {
	const char *bus, *endpoint_id, *rate, *reject_file, *metrics;
	struct aws_options aws;
	bool no_bus_check, check, dry_run, results;
	int order; /* enum window_order */
	uint64_t in_flight, max_request, max_attempts, max_line;
	int64_t linger, retry_for, max_age;
	struct opt_list map_source;
	int status_fd;
};

static int parse(struct options *o, int *argc, char **argv, struct err *err)
{
	const struct opt opts[] = {
		OPT_GROUP("Where to"),
		OPT_TEXT(0, "bus", &o->bus, "NAME|ARN",
			 "event bus; 'default' is the account's own"),
		AWS_OPT_REGION(&o->aws, "the ARN's, "),
		AWS_OPT_ENDPOINT(&o->aws, "EVENTBRIDGE"),
		OPT_TEXT(0, "endpoint-id", &o->endpoint_id, "ID",
			 "global endpoint, as abcde.veo; signed with SigV4A"),
		AWS_OPT_INSECURE(&o->aws),
		OPT_FLAG(0, "no-bus-check", &o->no_bus_check, "do not ask whether the bus exists"),
		OPT_FLAG(0, "check", &o->check, "check credentials, bus and permission, and stop"),
		OPT_GROUP("Who sends"),
		AWS_OPTS_WHO(&o->aws),
		OPT_GROUP("What is sent"),
		OPT_CHOICE(0, "order", &o->order, "request|strict|none",
			   "order of entries with the same _group [request]"),
		OPT_LIST(0, "map-source", &o->map_source, "A=B",
			 "replace the prefix A of a source by B; repeatable"),
		OPT_FLAG(0, "dry-run", &o->dry_run,
			 "send nothing; count entries, requests and bytes"),
		OPT_FLAG(0, "results", &o->results, "write what became of each line to stdout"),
		OPT_GROUP("How fast"),
		OPT_NUMBER(0, "in-flight", &o->in_flight, "N", 1, 1000, "requests at a time [32]"),
		OPT_SIZE(0, "max-request", &o->max_request, 1024, 16 << 20,
			 "bytes of entries in a request [1023KiB; 255KiB in some regions]"),
		OPT_DURATION(0, "linger", &o->linger, 0, 60000,
			     "wait to fill a request while others are in flight [5ms]"),
		OPT_TEXT(0, "rate", &o->rate, "RATE",
			 "at most so much a second: 100req, 5000ev or 1MB"),
		OPT_GROUP("Failures"),
		OPT_ROW_RETRY_FOR(&o->retry_for, "calls have"),
		OPT_NUMBER(0, "max-attempts", &o->max_attempts, "N", 1, UINT32_MAX,
			   "reject an entry that has failed so often [no limit]"),
		OPT_DURATION(0, "max-age", &o->max_age, 1, INT64_MAX,
			     "reject an entry not delivered within this time [no limit]"),
		OPT_ROW_REJECT_FILE(&o->reject_file),
		OPT_GROUP("Lines"),
		OPT_ROW_METRICS(&o->metrics),
		OPT_ROW_MAX_LINE(&o->max_line, "read"),
		OPT_ROW_STATUS_FD(&o->status_fd),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebput",
		.summary = "put events on an EventBridge bus",
		.usage = "--bus NAME|ARN [options] <EVENTS",
		.opts = opts,
		.examples = "kebput --bus orders --results <events.ndjson\n"
			    "kebput --dry-run <events.ndjson",
		.stdin_only = "events",
		.libraries = {http_library},
	};

	return opt_parse(&cli, argc, argv, err);
}

/* --- the pieces ------------------------------------------------------------ */

static int parse_rate(const struct options *o, struct rate *rate, struct err *err)
{
	const char *copies = env_text("KEB_COPIES");
	uint64_t n = 1;

	*rate = (struct rate){0};
	if (!o->rate)
		return 0;
	if (copies && (!num_u64(slice_of(copies), &n) || n == 0))
		return err_set(err, EXIT_USAGE, "KEB_COPIES '%s' is no number of copies", copies);
	return rate_parse(rate, o->rate, n, err);
}

struct maps {
	char **from;
	const char **to;
	size_t n;
};

static int parse_maps(const struct options *o, struct maps *maps, struct err *err)
{
	maps->from = mem_array(o->map_source.n, sizeof(*maps->from));
	maps->to = mem_array(o->map_source.n, sizeof(*maps->to));
	for (maps->n = 0; maps->n < o->map_source.n; maps->n++) {
		const char *text = o->map_source.items[maps->n];

		if (!entry_map_parse(text, &maps->from[maps->n], &maps->to[maps->n]))
			return err_set(err, EXIT_USAGE,
				       "--map-source '%s' is not of the form A=B, with A not empty",
				       text);
	}
	return 0;
}

static void free_maps(struct maps *maps)
{
	for (size_t i = 0; i < maps->n; i++)
		free(maps->from[i]);
	free(maps->from);
	free(maps->to);
}

/* Without a connection: what most regions take. */
static uint64_t max_request(const struct options *o, const struct connection *connection)
{
	if (o->max_request)
		return o->max_request;
	return connection ? connection_max_request(connection) : MAX_REQUEST_DEFAULT;
}

/* --- the runs -------------------------------------------------------------- */

static int run_dry(const struct options *o, const struct intake *intake, struct err *err)
{
	struct dryrun counts;

	if (dryrun(&counts, intake, max_request(o, NULL), err) != 0 ||
	    report_flush(intake->report, err) != 0)
		return -1;
	dryrun_print(&counts, report_counts(intake->report)->rejected,
		     o->results ? STDERR_FILENO : STDOUT_FILENO);
	return 0;
}

/* The first metrics show at once whether the file can be written. */
static int begin_metrics(struct metrics *m, const struct report *report, struct err *err)
{
	struct put_counts none = {0};

	if (!m)
		return 0;
	gauges_fill(m, &none, report_counts(report), clock_ms());
	return metrics_end(m, clock_ms(), err);
}

static void summarize(const struct put_conf *conf, const struct put_counts *sent, bool complete)
{
	const struct report_counts *counts = report_counts(conf->report);

	if (!complete && sent->maybe)
		msg_warning("%llu %s unsettled, of which %llu went out without an answer and may "
			    "have arrived",
			    (unsigned long long)sent->unsettled,
			    msg_plural(sent->unsettled, "record stays", "records stay"),
			    (unsigned long long)sent->maybe);
	else if (!complete && sent->unsettled)
		msg_warning("%llu %s unsettled", (unsigned long long)sent->unsettled,
			    msg_plural(sent->unsettled, "record stays", "records stay"));
	if (conf->metrics) {
		gauges_fill(conf->metrics, sent, counts, clock_ms());
		metrics_end_warn(conf->metrics, clock_ms());
	}

	msg_info("delivered %llu, rejected %llu, requests %llu, bytes %llu, sent again %llu",
		 (unsigned long long)counts->delivered, (unsigned long long)counts->rejected,
		 (unsigned long long)sent->requests, (unsigned long long)sent->bytes,
		 (unsigned long long)sent->retried);
}

static int run(const struct options *o, const struct rate *rate, struct connection *connection,
	       struct intake *intake, struct err *err)
{
	struct remote *remote = connection_remote(connection);
	struct report *report = intake->report;
	struct outage outage = {.limit_ms = opt_retry_ms(o->retry_for, report_wired(report))};
	struct put_conf conf = {
		.order = (enum window_order)o->order,
		.in_flight = (unsigned)o->in_flight,
		.max_request = max_request(o, connection),
		.linger_ms = o->linger,
		.max_age_ms = o->max_age,
		.max_attempts = o->max_attempts,
		.rate = *rate,
		.http = connection_http(connection),
		.remote = remote,
		.buscheck = o->no_bus_check ? NULL : buscheck_new(remote, &outage),
		.outage = &outage,
		.intake = intake,
		.report = report,
		.metrics = metrics_new(o->metrics),
	};
	struct put_counts counts;
	struct put *put = put_new(&conf);
	int result = begin_metrics(conf.metrics, report, err);

	if (result == 0)
		result = put_run(put, err);
	counts = put_counts(put);
	summarize(&conf, &counts, result == 0);
	put_free(put);
	metrics_free(conf.metrics);
	buscheck_free(conf.buscheck);
	return result;
}

static int run_check(const struct options *o, struct connection *connection, struct err *err)
{
	if (o->status_fd >= 0 || env_text("KEB_STATUS_FD"))
		return err_set(err, EXIT_USAGE,
			       "--check settles nothing: run it outside of a loop");
	if (identity(connection_remote(connection), connection_http(connection),
		     connection_sts(connection), err) != 0)
		return -1;
	return check(connection_remote(connection), connection_http(connection), !o->no_bus_check,
		     err);
}

/* The lines of stdin, sent or counted. */
static int run_lines(const struct options *o, struct connection *connection,
		     const struct maps *maps, struct err *err)
{
	struct report_conf report_conf = {"kebput", o->status_fd, o->results, o->reject_file};
	struct entry_conf entry = {
		.bus = connection ? connection_bus(connection) : slice_of(o->bus),
		.max_size = max_request(o, connection),
		.map_from = (const char *const *)maps->from,
		.map_to = maps->to,
		.n_maps = maps->n,
		.keep_lines = o->reject_file != NULL,
	};
	struct intake intake;
	struct report *report;
	struct rate rate;
	size_t max_line;
	int result;

	if (parse_rate(o, &rate, err) != 0 || line_limit(o->max_line, &max_line, err) != 0)
		return -1;
	report = report_new(&report_conf, err);
	if (!report)
		return -1;
	intake = (struct intake){.input = input_new(max_line, report_wired(report)),
				 .maker = entry_maker_new(&entry),
				 .report = report};
	input_open(intake.input, STDIN_FILENO, "stdin");
	result = connection ? run(o, &rate, connection, &intake, err) : run_dry(o, &intake, err);
	if (result == 0)
		result = report_close(report, err);
	if (result == 0)
		result = report_exit_status(report, input_bad_lines(intake.input));
	if (result < 0 && report_lost(report))
		program_die_of_sigpipe();
	input_free(intake.input);
	entry_maker_free(intake.maker);
	report_free(report);
	return result;
}

int main(int argc, char **argv)
{
	struct options o = {.in_flight = 32, .linger = 5, .retry_for = -1, .status_fd = -1};
	struct connection *connection = NULL;
	struct maps maps = {0};
	struct err err;
	int status;

	program_start("kebput", PROGRAM_SEES_EPIPE);
	status = parse(&o, &argc, argv, &err);
	if (status <= 0)
		return status < 0 ? program_fail(&err) : EXIT_OK;
	if (o.check && o.dry_run) {
		err_set(&err, EXIT_USAGE,
			"--check asks the bus, --dry-run asks nobody: choose one");
		return program_fail(&err);
	}
	stop_install();
	status = parse_maps(&o, &maps, &err);
	if (status == 0 && !o.dry_run) {
		struct connection_conf conf = {
			.bus = o.bus,
			.endpoint_id = o.endpoint_id,
			.aws = &o.aws,
			.requests = (unsigned)o.in_flight + 1,
		};

		connection = connection_new(&conf, &err);
		status = connection ? 0 : -1;
	}
	if (status == 0)
		status = o.check && connection ? run_check(&o, connection, &err)
					       : run_lines(&o, connection, &maps, &err);
	connection_free(connection);
	free_maps(&maps);
	free(o.map_source.items);
	return status < 0 ? program_fail(&err) : status;
}
