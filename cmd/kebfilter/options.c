#include "options.h"

#include "base/utf8.h"
#include "cli/rows.h"
#include "event/marks.h"
#include "records.h"

#include <stdlib.h>

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
		OPT_FLAG(0, "library", &o->library,
			 "accept patterns over the limits of the service"),
		OPT_CHOICE(0, "mode", &o->mode, "bus|pipes|lambda",
			   "whose filter it is: pipes and lambda take records [bus]"),
		OPT_TEXT(0, "bus", &o->bus, "ARN",
			 "show patterns the members that this bus would add"),
		OPT_GROUP("Output"),
		OPT_FLAG(0, "invert", &o->invert, "the lines that do not match"),
		{.kind = OPT_KIND_TEXT,
		 .name = "annotate",
		 .arg = "NAME",
		 .help = "add a member with the names of the rules that match [_rules]",
		 .to = &o->annotate,
		 .flags = OPT_OPTIONAL},
		OPT_TEXT(0, "split", &o->split, "DIR",
			 "into DIR/RULE.ndjson, a file for each of --rules"),
		OPT_FLAG(0, "count", &o->count, "only how many lines; with --rules, for each rule"),
		OPT_FLAG('q', "quiet", &o->quiet, "nothing: end at the first line, see the status"),
		OPT_NUMBER('m', "max-count", &o->most, "N", 1, UINT64_MAX, "end after N lines"),
		OPT_GROUP("Instead of filtering"),
		{.kind = OPT_KIND_TEXT,
		 .name = "explain",
		 .arg = "FORM",
		 .help = "why each line matches or not: text or json [text]",
		 .to = &o->explain,
		 .flags = OPT_OPTIONAL},
		OPT_FLAG(0, "lint", &o->lint,
			 "check the patterns: what is refused, and what will be regretted"),
		OPT_TEXT(0, "expect", &o->expect, "FILE",
			 "test the rules against the examples in FILE"),
		OPT_GROUP("Lines"),
		OPT_FLAG(0, "json-stream", &o->stream,
			 "objects on any number of lines, and arrays of them"),
		OPT_TEXT(0, "each", &o->each, "PATH", "the events are the elements of $.path"),
		OPT_TEXT(0, "field", &o->field, "PATH",
			 "the event is at $.path, an object or a string that holds one"),
		OPT_FLAG(0, "whole", &o->whole,
			 "with --each or --field: the line around the event"),
		OPT_FLAG(0, "trust", &o->trust,
			 "what no pattern names: check only UTF-8, quotes and brackets"),
		OPT_ROW_MAX_LINE(&o->max_line, "read"),
		OPT_ROW_STATUS_FD(&o->status_fd),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebfilter",
		.summary = "select events by EventBridge event patterns",
		.usage = "-p JSON | -f FILE | --rules DIR|FILE [options] [FILE ...]",
		.opts = opts,
		.examples =
			"kebfilter -p '{\"detail\": {\"state\": [\"running\"]}}' events.ndjson\n"
			"kebfilter -f rule.json --count captured.ndjson.gz\n"
			"kebfilter --rules template.json --lint",
	};

	return opt_parse(&cli, argc, argv, err);
}

/* --- what goes together ------------------------------------------------------------ */

struct given {
	const char *name;
	bool given;
};

/* At most one of them. */
static int check_one(const struct given *all, size_t n, struct err *err)
{
	const char *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!all[i].given)
			continue;
		if (first)
			return err_set(err, EXIT_USAGE, "--%s and --%s exclude each other", first,
				       all[i].name);
		first = all[i].name;
	}
	return 0;
}

static int check_together(const struct options *o, struct err *err)
{
	const struct given outputs[] = {
		{"count", o->count}, {"quiet", o->quiet},   {"explain", o->explain},
		{"lint", o->lint},   {"expect", o->expect}, {"split", o->split},
	};
	const struct given modes[] = {
		{"mode", o->mode != MODE_BUS},
		{"bus", o->bus},
		{"explain", o->explain},
		{"expect", o->expect},
	};
	const struct given aside[] = {
		{"invert", o->invert},	    {"annotate", o->annotate}, {"max-count", o->most},
		{"json-stream", o->stream}, {"each", o->each},	       {"field", o->field},
	};
	const struct given notes[] = {{"annotate", o->annotate}, {"split", o->split}};
	const struct given turned[] = {{"invert", o->invert}, {"split", o->split}};
	/* What takes the line apart has to check all of it. */
	const struct given checks[] = {
		{"mode", o->mode != MODE_BUS}, {"bus", o->bus},		{"each", o->each},
		{"field", o->field},	       {"explain", o->explain}, {"lint", o->lint},
		{"expect", o->expect},
	};

	if (check_one(outputs, sizeof outputs / sizeof *outputs, err) ||
	    check_one(notes, sizeof notes / sizeof *notes, err) || check_one(turned, 2, err))
		return -1;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		const struct given two[] = {{"trust", o->trust}, checks[i]};

		if (check_one(two, 2, err))
			return -1;
	}
	for (size_t i = 0; i < sizeof aside / sizeof *aside; i++) {
		const struct given two[] = {{"lint", o->lint}, {"expect", o->expect}, aside[i]};

		if ((o->lint || o->expect) && check_one(two, 3, err))
			return -1;
	}
	if (o->mode != MODE_BUS && check_one(modes, sizeof modes / sizeof *modes, err))
		return -1;
	if (o->annotate && *o->annotate != '\0' && !slice_is(slice_of(o->annotate), "_rules") &&
	    marks_owns(slice_of(o->annotate)))
		return err_set(err, EXIT_USAGE,
			       "--annotate=%s: that member is keb's own (see keb(7))", o->annotate);
	if (o->annotate && !utf8_valid(o->annotate, strlen(o->annotate)))
		return err_set(err, EXIT_USAGE, "--annotate: the name is not UTF-8");
	if (o->rules.disabled && o->rules.many.n == 0)
		return err_set(err, EXIT_USAGE, "--disabled goes with --rules");
	if (o->whole && !o->each && !o->field)
		return err_set(err, EXIT_USAGE, "--whole goes with --each or --field");
	if (o->split && (o->rules.many.n == 0 || o->rules.texts.n || o->rules.files.n))
		return err_set(err, EXIT_USAGE,
			       "--split needs named patterns: --rules, without -p and -f");
	if (o->expect && o->rules.many.n == 0 && o->rules.files.n == 0 && o->rules.texts.n == 0)
		return err_set(err, EXIT_USAGE, "--expect tests patterns: name them with --rules");
	if (o->explain && *o->explain && strcmp(o->explain, "text") != 0 &&
	    strcmp(o->explain, "json") != 0)
		return err_set(err, EXIT_USAGE, "--explain=%s: text or json", o->explain);
	return 0;
}

static size_t count_stdin(char *const *names, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += strcmp(names[i], "-") == 0;
	return count;
}

/* Patterns, and then events, cannot both come from it. */
static int check_stdin(const struct options *o, char **names, size_t n, struct err *err)
{
	size_t patterns = 0, events = count_stdin(names, n) || (n == 0 && !o->lint && !o->expect);

	for (size_t i = 0; i < o->rules.files.n; i++)
		patterns += strcmp(o->rules.files.items[i], "-") == 0;
	for (size_t i = 0; i < o->rules.many.n; i++)
		patterns += strcmp(o->rules.many.items[i], "-") == 0;
	if (o->expect && strcmp(o->expect, "-") == 0)
		events = 1;
	if (patterns == 0 || patterns + events == 1)
		return 0;
	return err_set(err, EXIT_USAGE,
		       "stdin ('-') cannot be read twice: patterns come from it, so name the files "
		       "of the rest");
}

int options_parse(struct options *o, int *argc, char **argv, struct err *err)
{
	int status = parse(o, argc, argv, err);

	if (status <= 0)
		return status;
	if (*argc > 1 && argv[1][0] == '{')
		return err_set(err, EXIT_USAGE,
			       "'{...' is no file: did you mean -p '{...'? (operands are files)");
	if (check_together(o, err))
		return -1;
	if (*argc > 1 && (o->lint || o->expect))
		return err_set(err, EXIT_USAGE, "--%s reads no events: leave out '%s'",
			       o->lint ? "lint" : "expect", argv[1]);
	o->rules.flags =
		(o->library ? PATTERN_LIBRARY : 0) | (o->mode != MODE_BUS ? PATTERN_PIPES : 0);
	if (check_stdin(o, argv + 1, (size_t)*argc - 1, err))
		return -1;
	o->rules.keep = o->mode != MODE_BUS;
	o->rules.check = o->mode == MODE_PIPES	  ? records_check_pipe
			 : o->mode == MODE_LAMBDA ? records_check_lambda
						  : NULL;
	o->rules.explain = o->explain || o->expect;
	return 1;
}

void options_free(struct options *o)
{
	free((void *)o->rules.texts.items);
	free((void *)o->rules.files.items);
	free((void *)o->rules.many.items);
}

const char *options_alone(const struct options *o)
{
	const struct given all[] = {
		{"count", o->count},	{"quiet", o->quiet},   {"explain", o->explain},
		{"lint", o->lint},	{"expect", o->expect}, {"split", o->split},
		{"each", o->each},	{"field", o->field},   {"json-stream", o->stream},
		{"max-count", o->most},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].given)
			return all[i].name;
	return NULL;
}
