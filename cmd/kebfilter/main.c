/*
 * kebfilter: the lines whose events match a pattern.
 */
#include "base/fd.h"
#include "cli/program.h"
#include "expect.h"
#include "filter.h"
#include "findings.h"
#include "lines/limit.h"

#include <unistd.h>

/* What would keep lines back, or end before them, has no place in a loop. */
static int check_loop(const struct options *o, struct err *err)
{
	const char *alone = options_alone(o);
	struct status *status = alone ? status_open(o->status_fd, "kebfilter", err) : NULL;
	bool wired = status && status_wired(status);

	status_free(status);
	if (alone == NULL || (status && !wired))
		return 0;
	if (status == NULL)
		return -1;
	return err_set(
		err, EXIT_USAGE,
		"--%s passes no lines on as they came: it cannot be a stage of a loop (a status "
		"fd is there: --status-fd or KEB_STATUS_FD)",
		alone);
}

static int filter(const struct options *o, size_t max_line, const struct rules *rules,
		  struct judge *judge, struct stage *stage, char **names)
{
	struct err err;
	struct filter *f = filter_new(o, max_line, rules, judge, &err);
	int status;
	bool more;

	if (f == NULL)
		return program_fail(&err);
	more = *names || filter_file(f, stage, "-");
	for (; more && *names; names++)
		more = filter_file(f, stage, *names);
	status = filter_finish(f, stage);
	filter_free(f);
	return status;
}

static int run(const struct options *o, const struct stage_conf *conf, const struct rules *rules,
	       struct judge *judge, char **names)
{
	struct err err;
	struct stage *stage = stage_new(conf, &err);
	int status;

	if (stage == NULL)
		return program_fail(&err);
	if (o->expect)
		status = expect_run(o, rules, judge, stage);
	else
		status = filter(o, conf->max_line, rules, judge, stage, names);
	stage_free(stage);
	return status;
}

/* The message, and below it the place in the pattern. */
static int refuse(const struct err *err, const struct buf *excerpt)
{
	int status = program_fail(err);

	(void)fd_write_all(STDERR_FILENO, excerpt->p, excerpt->len);
	return status;
}

static int judge(const struct options *o, char **names)
{
	struct stage_conf conf = {.program = "kebfilter", .status_fd = o->status_fd};
	struct buf excerpt = {0};
	struct rules rules;
	struct judge *judge;
	struct err err;
	int status;

	if (check_loop(o, &err) != 0)
		return program_fail(&err);
	if (o->lint)
		return findings_report(o);
	if (line_limit(o->max_line, &conf.max_line, &err) != 0)
		return program_fail(&err);
	if (rules_read(&rules, &o->rules, &excerpt, &err) != 0) {
		status = refuse(&err, &excerpt);
	} else {
		judge = judge_new(o, &rules, &err);
		status = judge ? run(o, &conf, &rules, judge, names) : program_fail(&err);
		judge_free(judge);
		rules_free(&rules);
	}
	buf_free(&excerpt);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {.status_fd = -1};
	struct err err;
	int status;

	program_start("kebfilter", PROGRAM_DIES_OF_SIGPIPE);
	status = options_parse(&o, &argc, argv, &err);
	if (status > 0)
		status = judge(&o, argv + 1);
	else if (status < 0)
		status = program_fail(&err);
	options_free(&o);
	return status;
}
