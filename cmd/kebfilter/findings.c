#include "findings.h"

#include "base/fd.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/visible.h"
#include "cli/program.h"
#include "judge.h"
#include "pattern/lint.h"

#include <stdlib.h>
#include <unistd.h>

#define FILTERS_MAX 5

/* A rule's name and where it begins, for what is found when all were read. */
struct origin {
	struct buf where, name;
	size_t n; /* in the order they were read */
};

/* What lint finds comes in no order. */
struct warning {
	struct pattern_fault fault;
	size_t n;
};

struct findings {
	const struct options *options;
	struct patterns *patterns;
	struct lint *lint;
	const struct rule_text *rule;	/* the one at hand */
	LIST_OF(struct origin) origins; /* of the valid ones, in the order they were read */
	LIST_OF(struct warning) warned; /* of the rule at hand */
	size_t wildcards;		/* rules that have some */
	size_t errors, warnings;
	struct buf out;
};

static void add(struct findings *f, const char *kind, const struct pattern_fault *fault)
{
	struct buf excerpt = {0};

	rule_text_place(f->rule, fault, &f->out, &excerpt);
	buf_addf(&f->out, ": %s: ", kind);
	visible_add(&f->out, slice_of(fault->text));
	buf_addc(&f->out, '\n');
	buf_adds(&f->out, buf_slice(&excerpt));
	buf_free(&excerpt);
}

static void note_warning(void *ctx, const struct pattern_fault *warning)
{
	struct findings *f = ctx;

	list_add(&f->warned, ((struct warning){*warning, f->warned.n}));
}

static int by_place(const void *a, const void *b)
{
	const struct warning *x = a, *y = b;

	if (x->fault.at != y->fault.at)
		return x->fault.at < y->fault.at ? -1 : 1;
	return x->n < y->n ? -1 : 1;
}

/* Of the rule at hand as a whole. */
static void note_whole(struct findings *f, const char *what)
{
	struct pattern_fault warning;

	pattern_fault_set(&warning, f->rule->pattern, 0, 0, "%s", what);
	note_warning(f, &warning);
}

/* The warnings of the rule at hand, in the order of its text. */
static void warn(struct findings *f)
{
	if (f->rule->doubtful)
		note_whole(f, RULE_TEXT_DOUBT);
	if (!f->options->library && !rule_text_is_part(f->rule) && lint_is_long(f->rule->pattern))
		note_whole(f, "longer than 4,096 characters with its white space: the service "
			      "refuses such a text (jq -c . removes it)");
	lint_add(f->lint, f->rule->pattern, note_warning, f);
	if (f->warned.n)
		qsort(f->warned.p, f->warned.n, sizeof *f->warned.p, by_place);
	for (size_t i = 0; i < f->warned.n; i++)
		add(f, "warning", &f->warned.p[i].fault);
	f->warnings += f->warned.n;
	f->warned.n = 0;
}

/* Remembers where the rule begins. */
static void note_origin(struct findings *f, const struct rule_text *rule)
{
	struct pattern_fault start;
	struct buf excerpt = {0};
	struct origin *origin;

	list_add(&f->origins, ((struct origin){.n = f->origins.n}));
	origin = &f->origins.p[f->origins.n - 1];
	pattern_fault_set(&start, rule->pattern, 0, 0, "%s", "");
	rule_text_place(rule, &start, &origin->where, &excerpt);
	visible_add(&origin->name, rule->name);
	buf_free(&excerpt);
}

/* Of the fields: what the mode filters by. */
static bool is_known(const struct options *o, struct slice pattern, struct pattern_fault *fault)
{
	return o->rules.check == NULL || o->rules.check(pattern, fault) == 0;
}

/* What a bus, a pipe or a mapping takes of the rule at hand's kind. */
static void check_number(struct findings *f)
{
	struct pattern_fault first;

	if (f->options->library)
		return;
	if (f->options->mode != MODE_BUS) {
		if (f->origins.n != FILTERS_MAX + 1)
			return;
		pattern_fault_set(&first, f->rule->pattern, 0, 0,
				  "filter %u: a pipe or an event source mapping takes %d, unless "
				  "its quota was raised",
				  f->origins.n, FILTERS_MAX);
	} else {
		if (!lint_has_wildcard(f->lint) || ++f->wildcards != LINT_WILDCARD_RULES + 1)
			return;
		pattern_fault_set(&first, f->rule->pattern, 0, 0,
				  "rule %zu with wildcards: a bus takes %d such rules",
				  f->wildcards, LINT_WILDCARD_RULES);
	}
	f->warnings++;
	add(f, "warning", &first);
}

static int look(void *ctx, const struct rule_text *rule, struct err *err)
{
	struct findings *f = ctx;
	struct pattern_fault fault;

	(void)err;
	f->rule = rule;
	if ((rule->function.p && rule_text_unresolved(rule, &fault) < 0) ||
	    patterns_add(f->patterns, rule->name, rule->pattern, &fault) < 0 ||
	    !is_known(f->options, rule->pattern, &fault)) {
		f->errors++;
		add(f, "error", &fault);
		return 0;
	}
	note_origin(f, rule);
	warn(f);
	check_number(f);
	return 0;
}

static void compare(void *ctx, size_t rule, size_t other, bool same)
{
	struct findings *f = ctx;
	struct origin *a = &f->origins.p[rule], *b = &f->origins.p[other];

	f->warnings++;
	buf_adds(&f->out, buf_slice(&a->where));
	buf_addf(&f->out, ": warning: '%s' %s '%s'\n", buf_text(&a->name),
		 same ? "selects the same as" : "selects nothing that is not selected by",
		 buf_text(&b->name));
}

static int by_name(const void *a, const void *b)
{
	const struct origin *x = *(const struct origin *const *)a;
	const struct origin *y = *(const struct origin *const *)b;
	int d = rule_name_order(buf_slice(&x->name), buf_slice(&y->name));

	return d ? d : (x->n > y->n) - (x->n < y->n);
}

/* Of rules, names tell one from another. */
static void check_names(struct findings *f)
{
	struct origin **sorted = mem_array(f->origins.n + 1, sizeof(struct origin *));

	for (size_t i = 0; i < f->origins.n; i++)
		sorted[i] = &f->origins.p[i];
	qsort(sorted, f->origins.n, sizeof *sorted, by_name);
	for (size_t i = 1; i < f->origins.n; i++) {
		struct origin *first = sorted[i - 1], *again = sorted[i];

		if (!slice_eq(buf_slice(&first->name), buf_slice(&again->name)))
			continue;
		f->errors++;
		buf_adds(&f->out, buf_slice(&again->where));
		buf_addf(&f->out, ": error: another rule is named '%s', at %s\n",
			 buf_text(&again->name), buf_text(&first->where));
	}
	free(sorted);
}

int findings_report(const struct options *o)
{
	struct findings f = {.options = o};
	unsigned flags = o->rules.flags | (o->mode == MODE_BUS ? LINT_ENVELOPE : 0) |
			 (o->bus ? LINT_BUS_ADDS : 0);
	struct buf excerpt = {0};
	struct bus bus;
	struct err err;
	int status = EXIT_OK;

	if (o->bus && judge_bus(o->bus, &bus, &err) != 0)
		return program_fail(&err);
	f.patterns = patterns_new(o->rules.flags);
	f.lint = lint_new(flags);
	if (rules_each(&o->rules, look, &f, &excerpt, &err) != 0) {
		status = program_fail(&err);
		(void)fd_write_all(STDERR_FILENO, excerpt.p, excerpt.len);
	} else {
		if (o->rules.many.n)
			check_names(&f);
		lint_compare(f.lint, compare, &f);
	}
	if (status == EXIT_OK && fd_write_all(STDOUT_FILENO, f.out.p, f.out.len) != 0) {
		err_errno(&err, EXIT_LOCAL, "cannot write to stdout");
		status = program_fail(&err);
	}
	if (status == EXIT_OK && (f.errors || f.warnings))
		status = f.errors ? EXIT_USAGE : EXIT_NEGATIVE;
	for (size_t i = 0; i < f.origins.n; i++) {
		buf_free(&f.origins.p[i].where);
		buf_free(&f.origins.p[i].name);
	}
	list_free(&f.origins);
	buf_free(&excerpt);
	list_free(&f.warned);
	lint_free(f.lint);
	patterns_free(f.patterns);
	buf_free(&f.out);
	return status;
}
