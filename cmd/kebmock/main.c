/*
 * kebmock: a throwaway Kafka and AWS endpoint in one process. One thread serves HTTP,
 * the signals and the command from one poll loop; the mock brokers have their own.
 */
#include "base/fd.h"
#include "base/num.h"
#include "cli/opt.h"
#include "cli/program.h"
#include "cli/stop.h"
#include "command.h"
#include "services.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static struct services_conf conf = {
	.brokers = 1,
	.max_body = UINT64_C(4) << 20,
	.endpoint = {.region = "us-east-1", .account = "123456789012", .max_request = 1 << 20},
};
static bool until_eof;
static const char *seed_text;

#define OPT_OUTPUT(long_name, target, text)                                                        \
	{                                                                                          \
		.kind = OPT_KIND_TEXT, .name = long_name, .arg = "FILE", .help = text,             \
		.to = OPT_TO(const char *, target), .flags = OPT_FILE                              \
	}

static const struct opt options[] = {
	OPT_GROUP("Kafka"),
	OPT_NUMBER(0, "brokers", &conf.brokers, "N", 1, 32, "how many brokers [1]"),
	OPT_LIST('t', "topic", &conf.topics, "NAME[:N]", "a topic with N partitions [1]"),
	OPT_GROUP("AWS"),
	OPT_LIST(0, "bus", &conf.endpoint.buses, "NAME", "an event bus besides 'default'"),
	OPT_LIST(0, "bucket", &conf.endpoint.buckets, "NAME[:REGION]", "a bucket of S3"),
	OPT_LIST(0, "secret", &conf.endpoint.secrets, "NAME=TEXT",
		 "a secret of Secrets Manager; TEXT may be @FILE"),
	OPT_LIST(0, "cluster", &conf.endpoint.clusters, "NAME[:KIND,...]",
		 "a cluster of MSK, with what it offers [plain]"),
	OPT_LIST(0, "rule", &conf.endpoint.rules, "NAME=PATTERN",
		 "append events that match to NAME.ndjson"),
	OPT_TEXT(0, "region", &conf.endpoint.region, "REGION", "the region [us-east-1]"),
	OPT_NUMBER(0, "port", &conf.port, "PORT", 1, 65535, "of the endpoint [any that is free]"),
	OPT_SIZE(0, "max-request-size", &conf.endpoint.max_request, 1, 1 << 30,
		 "entries of a request together, as PutEvents counts [1MiB]"),
	OPT_SIZE(0, "max-body", &conf.max_body, 1, 1 << 30,
		 "body above which it is a bare 413 [4MiB]"),
	OPT_OUTPUT("events", &conf.endpoint.events_file, "append accepted events to FILE"),
	OPT_OUTPUT("log", &conf.endpoint.log_file, "append a line for each request to FILE"),
	OPT_LIST(0, "role", &conf.endpoint.roles, "NAME[:ID]",
		 "a role that may be assumed, with its external id [any role]"),
	OPT_DURATION(0, "keys-live", &conf.endpoint.keys_live_ms, 1, INT64_MAX,
		     "how long keys live that are given out [as long as was asked for]"),
	OPT_GROUP("Schema registry"),
	OPT_LIST(0, "schema", &conf.endpoint.schemas, "[ID=]PATH",
		 "a schema (.avsc, .proto, .json), or a folder of them"),
	OPT_TEXT(0, "registry-user", &conf.endpoint.registry_user, "USER:PASSWORD",
		 "ask for basic authentication"),
	OPT_TEXT(0, "registry-token", &conf.endpoint.registry_token, "TOKEN",
		 "ask for a bearer token"),
	OPT_GROUP("Faults"),
	OPT_LIST(0, "fault", &conf.faults, "KEY=VALUE,...", "faults on demand: kebmock(1)"),
	OPT_TEXT(0, "seed", &seed_text, "N", "make chance repeatable"),
	OPT_GROUP("Running"),
	OPT_FLAG(0, "until-eof", &until_eof, "without COMMAND: end at the end of stdin"),
	OPT_END,
};

static const struct cli cli = {
	.program = "kebmock",
	.summary = "a throwaway Kafka and EventBridge in one process",
	.usage = "[options] [-- COMMAND [ARGUMENT ...]]",
	.opts = options,
	.examples = "kebmock -t orders:4 -- sh -c 'kcat -b $KEB_BROKERS -L'\n"
		    "kebmock --events bus.ndjson --fault latency=30ms,fail=0.1:InternalFailure",
	.operands_end = true,
	.libraries = {broker_library, server_library},
};

/* What is waited for besides HTTP; fd -1: nothing. */
struct waits {
	struct command *command;
	int input;
};

/* Serves until the command ends, a signal or the end of stdin comes, or a file fails. */
static void serve(struct services *s, struct waits *w)
{
	struct server *server = services_server(s);
	struct pollfd fds[] = {{server_fd(server), POLLIN, 0},
			       {stop_fd(), POLLIN, 0},
			       {w->command ? w->command->fd : -1, POLLIN, 0},
			       {w->input, POLLIN, 0}};
	char thrown_away[4096];

	while (!services_failure(s)) {
		int64_t us = server_wait_us(server);
		struct timespec wait = {us / 1000000, us % 1000000 * 1000};

		if (ppoll(fds, sizeof fds / sizeof *fds, us < 0 ? NULL : &wait, NULL) < 0)
			continue;
		server_run(server);
		if (fds[2].revents)
			return;
		if (fds[3].revents && read(w->input, thrown_away, sizeof thrown_away) <= 0)
			return;
		if (fds[1].revents) {
			stop_clear();
			if (!w->command)
				return;
			command_signal(w->command, stop_signal());
		}
	}
}

/* Tells the addresses and closes stdout, so that $(kebmock ... &) can end. */
static int tell(const struct services *s, struct err *err)
{
	struct buf lines = {0};
	int null, done = 0;

	services_tell(s, &lines);
	buf_addf(&lines, "KEBMOCK_PID=%d\n", (int)getpid());
	if (fd_write_all(STDOUT_FILENO, lines.p, lines.len) != 0)
		done = err_errno(err, EXIT_LOCAL, "cannot write to stdout");
	buf_free(&lines);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDOUT_FILENO);
		close(null);
	}
	return done;
}

static int run_command(struct services *s, char **argv, struct err *err)
{
	struct command command;
	struct waits waits = {.command = &command, .input = -1};
	const struct err *failure;

	services_setenv(s);
	if (command_start(&command, argv, err) != 0)
		return program_fail(err);
	serve(s, &waits);
	failure = services_failure(s);
	if (!failure)
		return command_end(&command);
	program_fail(failure);
	command_signal(&command, SIGTERM);
	command_end(&command);
	return COMMAND_FAILED;
}

static int run_alone(struct services *s, struct err *err)
{
	struct waits waits = {.input = until_eof ? STDIN_FILENO : -1};

	if (tell(s, err) != 0)
		return program_fail(err);
	serve(s, &waits);
	return services_failure(s) ? program_fail(services_failure(s)) : EXIT_OK;
}

static int take_seed(struct err *err)
{
	if (!seed_text) {
		(void)!getrandom(&conf.endpoint.seed, sizeof conf.endpoint.seed, 0);
		return 0;
	}
	if (num_u64(slice_of(seed_text), &conf.endpoint.seed))
		return 0;
	return err_set(err, EXIT_USAGE, "bad --seed '%s': it is a number", seed_text);
}

int main(int argc, char **argv)
{
	struct services *services;
	struct err err;
	int status;

	program_start(cli.program, PROGRAM_SEES_EPIPE);
	status = opt_parse(&cli, &argc, argv, &err);
	if (status <= 0)
		return status ? program_fail(&err) : EXIT_OK;
	if (take_seed(&err) != 0)
		return program_fail(&err);
	stop_install();
	services = services_start(&conf, &err);
	if (!services) {
		program_fail(&err);
		return argc > 1 && err.status != EXIT_USAGE ? COMMAND_FAILED : (int)err.status;
	}
	status = argc > 1 ? run_command(services, argv + 1, &err) : run_alone(services, &err);
	services_end(services);
	return status;
}
