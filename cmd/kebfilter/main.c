/*
 * kebfilter: the lines whose events match a pattern.
 */
#include "annotate.h"
#include "base/fd.h"
#include "base/mem.h"
#include "cli/program.h"
#include "lines/limit.h"
#include "rules.h"
#include "stage/stage.h"
#include "json/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct options {
	struct rules_conf rules;
	const char *annotate; /* the member's name; NULL: none */
	const char *explain;  /* "", "text" or "json"; NULL: no */
	bool invert, count, quiet;
	uint64_t most; /* -m; 0: no end */
	uint64_t max_line;
	int status_fd;
};

struct filter {
	const struct options *options;
	const struct rules *rules;
	struct matcher *matcher;
	struct marks marks; /* of the line at hand */
	uint64_t lines, selected;
	uint64_t *matches; /* by rule, if they are counted; NULL otherwise */
};

static int parse(struct options *o, int *argc, char **argv, struct err *err)
{
	const struct opt opts[] = {
		OPT_GROUP("Pattern"),
		OPT_LIST('p', "pattern", &o->rules.texts, "JSON",
			 "the pattern; several: lines that match any of them"),
		OPT_LIST('f', "file", &o->rules.files, "FILE", "the pattern, read from a file"),
		OPT_LIST(0, "rules", &o->rules.many, "DIR|FILE",
			 "many patterns: a folder of *.json, or a file of rules"),
		OPT_FLAG(0, "disabled", &o->rules.disabled, "take disabled rules, too"),
		OPT_FLAG(0, "library", &o->rules.library,
			 "accept patterns over the limits of the service"),
		OPT_GROUP("Output"),
		OPT_FLAG(0, "invert", &o->invert, "the lines that do not match"),
		{.kind = OPT_KIND_TEXT,
		 .name = "annotate",
		 .arg = "NAME",
		 .help = "add a member with the names of the rules that match [_rules]",
		 .to = &o->annotate,
		 .flags = OPT_OPTIONAL},
		{.kind = OPT_KIND_TEXT,
		 .name = "explain",
		 .arg = "FORM",
		 .help = "instead of lines, why each matches or not: text or json [text]",
		 .to = &o->explain,
		 .flags = OPT_OPTIONAL},
		OPT_FLAG(0, "count", &o->count, "only how many lines; with --rules, for each rule"),
		OPT_FLAG('q', "quiet", &o->quiet, "nothing: end at the first line, see the status"),
		OPT_NUMBER('m', "max-count", &o->most, "N", 1, UINT64_MAX, "end after N lines"),
		OPT_GROUP("Lines"),
		OPT_SIZE(0, "max-line", &o->max_line, 0, 0,
			 "longest line read [KEB_MAX_LINE, else 64MiB]"),
		OPT_FD(0, "status-fd", &o->status_fd,
		       "descriptor for status lines [KEB_STATUS_FD, else none]"),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebfilter",
		.summary = "select events by EventBridge event patterns",
		.usage = "-p JSON | -f FILE | --rules DIR|FILE [options] [FILE ...]",
		.opts = opts,
		.examples =
			"kebfilter -p '{\"detail\": {\"state\": [\"running\"]}}' events.ndjson\n"
			"kebfilter -f rule.json --count <captured.ndjson",
	};
	int status = opt_parse(&cli, argc, argv, err);

	if (status > 0 && *argc > 1 && argv[1][0] == '{')
		return err_set(err, EXIT_USAGE,
			       "'{...' is no file: did you mean -p '{...'? (operands are files)");
	if (status > 0 && o->explain && *o->explain && strcmp(o->explain, "text") != 0 &&
	    strcmp(o->explain, "json") != 0)
		return err_set(err, EXIT_USAGE, "--explain=%s: text or json", o->explain);
	return status;
}

/* What would keep lines back, or end before them, has no place in a loop. */
static int check_loop(const struct options *o, const struct stage *stage, struct err *err)
{
	if (!stage_wired(stage) || !(o->count || o->quiet || o->explain))
		return 0;
	return err_set(err, EXIT_USAGE,
		       "--%s passes no lines on: it cannot be a stage of a loop (a status fd is "
		       "there: --status-fd or KEB_STATUS_FD)",
		       o->count	  ? "count"
		       : o->quiet ? "quiet"
				  : "explain");
}

/* keb's own members are not for patterns. */
static int hide_mark(void *ctx, const struct json_member *member)
{
	struct filter *filter = ctx;

	return marks_take(&filter->marks, member);
}

/* What goes out for a line that is selected. */
static void pass(struct filter *filter, struct stage *stage, struct slice line)
{
	const char *name = filter->options->annotate;
	struct buf *out = stage_out(stage);
	size_t from = out->len, n;
	const uint32_t *rules = matcher_rules(filter->matcher, &n);

	if (name == NULL) {
		buf_adds(out, line);
		buf_addc(out, '\n');
		stage_line(stage);
		return;
	}
	annotate_add(out, line, *name ? slice_of(name) : SLICE("_rules"), filter->rules->patterns,
		     rules, n);
	buf_addc(out, '\n');
	stage_line_from(stage, from, &filter->marks);
}

static void explain_text(struct filter *filter, struct slice line, struct buf *out)
{
	const struct patterns *all = filter->rules->patterns;
	struct buf fields = {0};

	for (size_t i = 0; i < patterns_count(all); i++) {
		bool match;

		buf_reset(&fields);
		match = explainer_text(filter->rules->explainers[i], line, "  ", &fields);
		buf_addf(out, "event %llu: ", (unsigned long long)filter->lines);
		buf_adds(out, patterns_name(all, i));
		buf_addf(out, ": %s\n", match ? "match" : "no match");
		buf_adds(out, buf_slice(&fields));
	}
	buf_free(&fields);
}

static void explain_json(struct filter *filter, struct slice line, struct buf *out)
{
	const struct patterns *all = filter->rules->patterns;

	buf_addf(out, "{\"event\":%llu,\"rules\":[", (unsigned long long)filter->lines);
	for (size_t i = 0; i < patterns_count(all); i++) {
		buf_adds(out, i ? SLICE(",{\"name\":") : SLICE("{\"name\":"));
		json_add_string(out, patterns_name(all, i));
		buf_addc(out, ',');
		explainer_json(filter->rules->explainers[i], line, out);
		buf_addc(out, '}');
	}
	BUF_LIT(out, "]}\n");
}

/* Why each rule matches the line or not. */
static void explain(struct filter *filter, struct stage *stage, struct slice line)
{
	if (strcmp(filter->options->explain, "json") == 0)
		explain_json(filter, line, stage_out(stage));
	else
		explain_text(filter, line, stage_out(stage));
	stage_line(stage);
}

static void count_rules(struct filter *filter)
{
	const uint32_t *rules;
	size_t n;

	if (filter->matches == NULL)
		return;
	rules = matcher_rules(filter->matcher, &n);
	for (size_t i = 0; i < n; i++)
		filter->matches[rules[i]]++;
}

static bool filter_line(void *ctx, struct stage *stage, struct slice line)
{
	struct filter *filter = ctx;
	const struct options *o = filter->options;
	struct json_fault fault;
	int matched;

	filter->marks = (struct marks){0};
	matched = matcher_match(filter->matcher, line, &fault);
	if (matched < 0) {
		stage_bad(stage, &fault);
		return true;
	}
	filter->lines++;
	count_rules(filter);
	if (o->explain)
		explain(filter, stage, line);
	if ((matched > 0) == o->invert) {
		stage_filtered(stage, &filter->marks);
		return true;
	}
	filter->selected++;
	if (!o->count && !o->quiet && !o->explain)
		pass(filter, stage, line);
	return !o->quiet && filter->selected != o->most;
}

/* 1: go on with the next file, 0: the run has ended, -1: err. */
static int filter_file(struct filter *filter, struct stage *stage, const char *name,
		       struct err *err)
{
	bool is_stdin = strcmp(name, "-") == 0, more;
	int fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, EXIT_USAGE, "cannot open '%s'", name);
	more = stage_run(stage, fd, is_stdin ? "stdin" : name, filter_line, filter);
	if (!is_stdin)
		close(fd);
	return more;
}

static int filter_files(struct filter *filter, struct stage *stage, char **names, struct err *err)
{
	int more = *names ? 1 : filter_file(filter, stage, "-", err);

	for (; more > 0 && *names; names++)
		more = filter_file(filter, stage, *names, err);
	return more;
}

static void write_count(const struct filter *filter, struct stage *stage)
{
	struct buf *out = stage_out(stage);

	if (filter->matches == NULL) {
		buf_add_u64(out, filter->selected);
		buf_addc(out, '\n');
		stage_line(stage);
		return;
	}
	for (size_t i = 0; i < patterns_count(filter->rules->patterns); i++) {
		uint64_t n = filter->matches[i];

		buf_adds(out, patterns_name(filter->rules->patterns, i));
		buf_addc(out, '\t');
		buf_add_u64(out, filter->options->invert ? filter->lines - n : n);
		buf_addc(out, '\n');
		stage_line(stage);
	}
}

/* The count, the end of the output, and the exit status. */
static int finish(const struct filter *filter, struct stage *stage)
{
	bool wired = stage_wired(stage);
	int status;

	if (filter->options->count)
		write_count(filter, stage);
	status = stage_finish(stage);
	if (filter->options->quiet && filter->selected && status == EXIT_INPUT)
		return EXIT_OK;
	if (status == EXIT_OK && filter->selected == 0 && !wired)
		return EXIT_NEGATIVE;
	return status;
}

static int run(const struct options *o, const struct stage_conf *conf, const struct rules *rules,
	       char **names)
{
	struct filter filter = {.options = o, .rules = rules};
	struct err err;
	struct stage *stage = stage_new(conf, &err);
	int status;

	if (stage == NULL)
		return program_fail(&err);
	if (check_loop(o, stage, &err)) {
		stage_free(stage);
		return program_fail(&err);
	}
	filter.matcher = matcher_new(rules->patterns);
	matcher_hide(filter.matcher, hide_mark, &filter);
	if (o->count && o->rules.many.n)
		filter.matches = mem_array(patterns_count(rules->patterns), sizeof *filter.matches);
	status = filter_files(&filter, stage, names, &err) < 0 ? program_fail(&err) : EXIT_OK;
	if (status == EXIT_OK)
		status = finish(&filter, stage);
	else
		(void)stage_finish(stage);
	stage_free(stage);
	matcher_free(filter.matcher);
	free(filter.matches);
	return status;
}

/* The message, and below it the place in the pattern. */
static int refuse(struct buf *excerpt, const struct err *err)
{
	int status = program_fail(err);

	(void)fd_write_all(STDERR_FILENO, excerpt->p, excerpt->len);
	buf_free(excerpt);
	return status;
}

static int filter(struct options *o, char **names)
{
	struct stage_conf conf = {.program = "kebfilter", .status_fd = o->status_fd};
	struct rules rules;
	struct buf excerpt = {0};
	struct err err;
	int status;

	if (line_limit(o->max_line, &conf.max_line, &err) != 0)
		return program_fail(&err);
	o->rules.explain = o->explain != NULL;
	if (rules_read(&rules, &o->rules, &excerpt, &err) != 0)
		return refuse(&excerpt, &err);
	status = run(o, &conf, &rules, names);
	rules_free(&rules);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {.status_fd = -1};
	struct err err;
	int status;

	program_start("kebfilter", PROGRAM_DIES_OF_SIGPIPE);
	status = parse(&o, &argc, argv, &err);
	if (status > 0)
		status = filter(&o, argv + 1);
	else if (status < 0)
		status = program_fail(&err);
	free((void *)o.rules.texts.items);
	free((void *)o.rules.files.items);
	free((void *)o.rules.many.items);
	return status;
}
