/*
 * kebwrite: records into a topic, each settled once the broker has confirmed it.
 */
#include "base/fd.h"
#include "base/msg.h"
#include "cli/program.h"
#include "cli/rows.h"
#include "cli/stop.h"
#include "lines/limit.h"
#include "msk/msk.h"
#include "write.h"

#include <stdlib.h>
#include <unistd.h>

struct options {
	struct kafka_options kafka;
	struct msk_options msk;
	struct write_conf write;
	uint64_t max_line;
	bool results;
	int status_fd;
};

static int parse(struct options *o, int *argc, char **argv, struct err *err)
{
	const struct opt opts[] = {
		OPT_GROUP("Where to"),
		KAFKA_OPT_BROKERS(&o->kafka),
		OPT_TEXT('t', "topic", &o->write.message.topic, "TOPIC",
			 "topic for every record [the line's]"),
		OPT_FLAG(0, "keep-partition", &o->write.message.keep_partition,
			 "the partition of the line [by the key, as Java's producer]"),
		KAFKA_OPT_PROPS(&o->kafka),
		KAFKA_OPT_FILES(&o->kafka),
		MSK_OPTS(&o->msk),
		OPT_GROUP("How much at a time"),
		OPT_NUMBER(0, "in-flight", &o->write.max_records, "N", 1, 1000000,
			   "records sent and not yet confirmed [10000]"),
		OPT_SIZE(0, "in-flight-bytes", &o->write.max_bytes, 1, UINT64_C(1) << 40,
			 "their bytes together [64MiB]"),
		OPT_GROUP("Lines"),
		OPT_FLAG(0, "results", &o->results, "write what became of each line to stdout"),
		OPT_ROW_MAX_LINE(&o->max_line, "read"),
		OPT_ROW_STATUS_FD(&o->status_fd),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebwrite",
		.summary = "write records into Kafka topics",
		.usage = "-b HOST:PORT,... [options] [FILE ...]",
		.opts = opts,
		.examples = "kebwrite -b localhost:9092 <records.ndjson\n"
			    "kebread -b a:9092 -t orders -e | kebwrite -b b:9092 -t copy",
		.libraries = {producer_library},
	};

	return opt_parse(&cli, argc, argv, err);
}

static int write_files(struct write *w, char **names, struct err *err)
{
	int go_on = 1;

	for (; *names && go_on > 0; names++) {
		int fd = fd_open_input(*names, err);

		if (fd < 0)
			return -1;
		go_on = write_input(w, fd, fd == STDIN_FILENO ? "stdin" : *names, err);
		if (fd != STDIN_FILENO)
			close(fd);
	}
	return go_on;
}

static int run(struct write *w, char **names, struct err *err)
{
	static char dash[] = "-";
	char *input[] = {dash, NULL};
	int reached = write_reach(w, err);
	struct err second;

	if (reached <= 0)
		return reached;
	if (write_files(w, *names ? names : input, err) < 0) {
		write_finish(w, &second); /* what is in flight; the first failure is told */
		return -1;
	}
	return write_finish(w, err);
}

static struct kafka_conf *configure(struct options *o, struct err *err)
{
	struct kafka_conf *kafka = kafka_conf_new(&o->kafka, producer_owned, err);

	/* in a loop nobody gives up before kebread does */
	if (kafka && report_wired(o->write.report))
		kafka_conf_default(kafka, "message.timeout.ms", "0");
	return kafka;
}

static int write_all(struct options *o, char **names, struct err *err)
{
	struct msk *msk = msk_open(&o->msk, &o->kafka, "kebwrite/" KEB_VERSION, err);
	struct kafka_conf *kafka = msk ? configure(o, err) : NULL;
	struct write *w = kafka ? write_new(&o->write, kafka, err) : NULL;
	int result;

	if (!w) {
		msk_free(msk);
		return -1;
	}
	result = run(w, names, err);
	msg_info("delivered %llu, rejected %llu",
		 (unsigned long long)report_counts(o->write.report)->delivered,
		 (unsigned long long)report_counts(o->write.report)->rejected);
	if (write_unsettled(w))
		msg_warning("%zu %s unsettled", write_unsettled(w),
			    msg_plural(write_unsettled(w), "record stays", "records stay"));
	if (result == 0)
		result = report_exit_status(o->write.report, write_bad(w));
	write_free(w);
	msk_free(msk);
	return result;
}

static int run_program(struct options *o, char **names, struct err *err)
{
	struct report_conf report = {
		.program = "kebwrite", .status_fd = o->status_fd, .results = o->results};
	int status;

	if (line_limit(o->max_line, &o->write.max_line, err) != 0)
		return -1;
	o->write.report = report_new(&report, err);
	if (!o->write.report)
		return -1;
	stop_install();
	status = write_all(o, names, err);
	if (status < 0 && report_lost(o->write.report))
		program_die_of_sigpipe();
	report_free(o->write.report);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {.write = {.max_records = 10000, .max_bytes = 64 << 20},
			    .status_fd = -1};
	struct err err;
	int status;

	program_start("kebwrite", PROGRAM_SEES_EPIPE);
	status = parse(&o, &argc, argv, &err);
	if (status > 0)
		status = run_program(&o, argv + 1, &err);
	free(o.kafka.props.items);
	free(o.kafka.files.items);
	return status < 0 ? program_fail(&err) : status;
}
