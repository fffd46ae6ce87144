/*
 * kebexec: a foreign command as a stage of a settled loop.
 */
#include "cli/program.h"
#include "cli/rows.h"
#include "cli/stop.h"
#include "filter.h"
#include "lines/limit.h"
#include "sink.h"

#include <unistd.h>

struct options {
	const char *filter, *sink;
	uint64_t window, batch, batch_bytes;	      /* 0: not given */
	int64_t window_time, idle, linger, retry_for; /* -1: not given */
	const char *ok, *reject_status, *reject_file;
	uint64_t max_line;
	int status_fd;
};

static int parse(struct options *o, int *argc, char **argv, struct err *err)
{
	const struct opt opts[] = {
		OPT_GROUP("What runs"),
		OPT_TEXT(0, "filter", &o->filter, "CMD",
			 "pass the lines through CMD: what it drops is filtered"),
		OPT_TEXT(0, "sink", &o->sink, "CMD",
			 "give the lines to CMD: what it takes with status 0 is delivered"),
		OPT_GROUP("A filter"),
		OPT_NUMBER(0, "window", &o->window, "N", 1, 1000000,
			   "lines until CMD's input is ended and it starts again [10000]"),
		OPT_DURATION(0, "window-time", &o->window_time, 1, 3600000,
			     "the same after so long [5s]"),
		OPT_DURATION(0, "idle", &o->idle, 1, 3600000,
			     "the same after so long without output [1s]"),
		OPT_TEXT(0, "ok", &o->ok, "N,...", "the exit statuses of a good end [0]"),
		OPT_GROUP("A sink"),
		OPT_NUMBER('n', "batch", &o->batch, "N", 1, 1000000,
			   "lines given to CMD at a time, at most [1]"),
		OPT_SIZE(0, "batch-bytes", &o->batch_bytes, 1, UINT64_C(1) << 30,
			 "their bytes; a larger line goes alone [1MiB]"),
		OPT_DURATION(0, "linger", &o->linger, 0, 3600000,
			     "how long to wait for a batch to be filled [5ms]"),
		OPT_TEXT(0, "reject-status", &o->reject_status, "N,...",
			 "the exit statuses that refuse a line for good [65]"),
		OPT_ROW_RETRY_FOR(&o->retry_for, "CMD has"),
		OPT_ROW_REJECT_FILE(&o->reject_file),
		OPT_GROUP("Lines"),
		OPT_ROW_MAX_LINE(&o->max_line, "read"),
		OPT_ROW_STATUS_FD(&o->status_fd),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebexec",
		.summary =
			"run a command of your own as a stage that says what became of each line",
		.usage = "[options] --filter CMD\n[options] --sink CMD",
		.opts = opts,
		.examples = "kebexec --filter 'jq -c \"select(.detail.value.a > 1)\"' <events\n"
			    "kebexec -n 100 --sink 'curl -fsS --data-binary @- "
			    "https://example.com/hook' <events",
	};

	return opt_parse(&cli, argc, argv, err);
}

/* An option of the other mode would do nothing, silently. */
static int check(const struct options *o, int argc, char **argv, struct err *err)
{
	bool of_filter = o->window || o->window_time >= 0 || o->idle >= 0 || o->ok;
	bool of_sink = o->batch || o->batch_bytes || o->linger >= 0 || o->reject_status ||
		       o->retry_for >= 0 || o->reject_file;

	if (argc > 1)
		return err_set(
			err, EXIT_USAGE,
			"unexpected '%s': the command is one argument of --filter or --sink, "
			"in quotes (try 'kebexec --help')",
			argv[1]);
	if (!o->filter == !o->sink)
		return err_set(err, EXIT_USAGE,
			       "give one of --filter and --sink (try 'kebexec --help')");
	if (o->filter && of_sink)
		return err_set(err, EXIT_USAGE,
			       "-n, --batch-bytes, --linger, --reject-status, --retry-for and "
			       "--reject-file are for --sink");
	if (o->sink && of_filter)
		return err_set(err, EXIT_USAGE,
			       "--window, --window-time, --idle and --ok are for --filter");
	return 0;
}

static int run_filter(const struct options *o, size_t max_line, struct input *in, struct ends *ends,
		      struct err *err)
{
	struct filter_conf conf = {
		.command = o->filter,
		.max_line = max_line,
		.window = o->window ? o->window : 10000,
		.window_ms = o->window_time >= 0 ? o->window_time : 5000,
		.idle_ms = o->idle >= 0 ? o->idle : 1000,
	};

	if (codes_parse(&conf.ok, o->ok ? o->ok : "0", "ok", err) != 0)
		return -1;
	return filter_run(&conf, in, ends, err);
}

static int run_sink(const struct options *o, struct input *in, struct ends *ends, struct err *err)
{
	struct sink_conf conf = {
		.command = o->sink,
		.lines = o->batch ? o->batch : 1,
		.bytes = o->batch_bytes ? o->batch_bytes : 1 << 20,
		.linger_ms = o->linger >= 0 ? o->linger : 5,
		.retry_ms = opt_retry_ms(o->retry_for, report_wired(ends->report)),
	};

	if (codes_parse(&conf.reject, o->reject_status ? o->reject_status : "65", "reject-status",
			err) != 0)
		return -1;
	return sink_run(&conf, in, ends, err);
}

static int run(const struct options *o, struct ends *ends, struct err *err)
{
	bool wired = report_wired(ends->report);
	struct input *in;
	size_t max_line;
	int result;

	if (line_limit(o->max_line, &max_line, err) != 0)
		return -1;
	if (wired)
		stop_install(); /* alone, a signal simply ends us, and CMD with us */
	in = input_new(max_line, wired);
	input_open(in, STDIN_FILENO, "stdin");
	result = o->filter ? run_filter(o, max_line, in, ends, err) : run_sink(o, in, ends, err);
	if (result == 0)
		result = report_exit_status(ends->report, input_bad_lines(in));
	input_free(in);
	return result;
}

static int run_program(const struct options *o, struct err *err)
{
	struct report_conf conf = {
		.program = "kebexec", .status_fd = o->status_fd, .reject_file = o->reject_file};
	struct ends ends = {.report = report_new(&conf, err)};
	int status;

	if (!ends.report)
		return -1;
	status = run(o, &ends, err);
	report_free(ends.report);
	if (status < 0 && ends.lost)
		program_die_of_sigpipe();
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {
		.window_time = -1, .idle = -1, .linger = -1, .retry_for = -1, .status_fd = -1};
	struct err err;
	int status;

	program_start("kebexec", PROGRAM_SEES_EPIPE);
	status = parse(&o, &argc, argv, &err);
	if (status > 0)
		status = check(&o, argc, argv, &err) == 0 ? run_program(&o, &err) : -1;
	return status < 0 ? program_fail(&err) : status;
}
