/*
 * kebrun: starts the stages of a pipeline, closes the loop between them, waits for
 * them and says which one failed.
 */
#include "connector.h"
#include "crew.h"
#include "supervise.h"

#include "cli/opt.h"
#include "cli/program.h"

#include <stdio.h>

struct options {
	uint64_t copies; /* 0: not asked for */
	uint64_t pipe_size;
	const char *connector;
	bool labels;
	bool print;
};

static int parse(int *argc, char **argv, struct options *o, struct err *err)
{
	const struct opt table[] = {
		OPT_NUMBER('j', "copies", &o->copies, "N", 1, 1000,
			   "run N copies as members of one consumer group; %i is the copy's number "
			   "[1]"),
		OPT_FLAG('l', "labels", &o->labels,
			 "put the stage's name in front of its messages"),
		OPT_SIZE(0, "pipe-size", &o->pipe_size, 4096, 1 << 30,
			 "size of the pipes between the stages [the kernel's, writers grow them]"),
		OPT_TEXT(0, "connector", &o->connector, "FILE",
			 "the pipeline of a Kafka Connect configuration of the EventBridge "
			 "connector"),
		OPT_FLAG(0, "print", &o->print, "show what would be started, and stop"),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebrun",
		.summary = "run a pipeline of keb programs as one settled loop",
		.usage = "[options] 'STAGE | STAGE ...'\n[options] --connector FILE",
		.opts = table,
		.operands_end = true,
		.examples = "kebrun 'kebread -b $BROKERS -G g -t orders | kebmap --source shop | "
			    "kebput --bus orders'\n"
			    "kebrun -j 4 'kebread -G g -t orders --metrics m.%i.prom | kebmap "
			    "--source shop | kebput --bus orders'",
	};
	int parsed = opt_parse(&cli, argc, argv, err);

	if (parsed == 1 && *argc != (o->connector ? 1 : 2))
		return err_set(err, EXIT_USAGE, "expected %s, got %d (try 'kebrun --help')",
			       o->connector ? "no argument with --connector"
					    : "one argument, the pipeline in quotes",
			       *argc - 1);
	return parsed;
}

static int make_plan(struct plan *plan, const char *text, unsigned copies, struct err *err)
{
	struct split split;
	int result;

	if (split_pipeline(&split, slice_of(text), err) != 0)
		return -1;
	result = plan_make(plan, &split, err);
	split_free(&split);
	if (result == 0 && copies > 1 && !plan->loop) {
		plan_free(plan);
		return err_set(err, EXIT_USAGE,
			       "-j needs kebread as the first stage: copies share the work as "
			       "members of one consumer group");
	}
	return result;
}

/* The pipeline of --connector; its tasks are copies, unless -j says how many. */
static int from_connector(struct options *o, struct buf *text, struct err *err)
{
	uint64_t tasks;

	if (connector_read(o->connector, text, &tasks, err) != 0)
		return -1;
	if (o->copies == 0 && tasks > 1)
		o->copies = tasks;
	return 0;
}

static int print_plan(const struct plan *plan, const struct crew_conf *conf, struct err *err)
{
	struct buf line = {0};
	int fd = crew_wire_fd();

	for (unsigned copy = 1; copy <= conf->copies; copy++) {
		for (size_t i = 0; i < plan->n; i++) {
			const struct plan_stage *stage = &plan->stages[i];

			if (stage->wire == WIRE_ACK)
				buf_addf(&line, "KEB_ACK_FD=%d ", fd);
			if (stage->wire == WIRE_STATUS)
				buf_addf(&line, "KEB_STATUS_FD=%d ", fd);
			if (conf->numbered)
				buf_addf(&line, "KEB_COPY=%u KEB_COPIES=%u ", copy, conf->copies);
			BUF_LIT(&line, "sh -c: ");
			plan_command(stage, conf->numbered ? copy : 0, &line);
			buf_addc(&line, '\n');
		}
	}
	fwrite(line.p, 1, line.len, stdout);
	buf_free(&line);
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
	return 0;
}

static int run(const struct plan *plan, const struct crew_conf *conf, struct err *err)
{
	struct supervisor *sv = supervisor_new(err);
	struct crew crew;
	int status = -1;

	if (sv && crew_start(&crew, plan, conf, supervisor_blocks(sv), err) == 0) {
		status = supervisor_run(sv, &crew, conf->numbered);
		crew_free(&crew);
	}
	supervisor_free(sv);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct err err = {0};
	struct crew_conf conf;
	struct buf text = {0};
	struct plan plan;
	int status;

	program_start("kebrun", PROGRAM_SEES_EPIPE);
	status = parse(&argc, argv, &o, &err);
	if (status <= 0)
		return status < 0 ? program_fail(&err) : EXIT_OK;
	if (o.connector && from_connector(&o, &text, &err) != 0)
		return program_fail(&err);
	conf = (struct crew_conf){.copies = o.copies ? (unsigned)o.copies : 1,
				  .numbered = o.copies > 0,
				  .pipe_size = o.pipe_size,
				  .labels = o.labels};
	if (make_plan(&plan, o.connector ? buf_text(&text) : argv[1], conf.copies, &err) != 0)
		return program_fail(&err);
	status = o.print ? print_plan(&plan, &conf, &err) : run(&plan, &conf, &err);
	plan_free(&plan);
	buf_free(&text);
	return status < 0 ? program_fail(&err) : status;
}
