#include "rules.h"

#include "base/fd.h"
#include "base/magic.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "collection.h"
#include "event/marks.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX	 (256u << 20)
#define UNRESOLVED_SHOWN 300 /* bytes of the list of such rules, and one more of them */
#define UNRESOLVED_MAX	 560

struct reading {
	const struct rules_conf *conf;
	rule_text_fn *each;
	void *ctx;
	struct buf *excerpt;
	struct err *err;
	struct rule_text rule; /* path and file of the one at hand */
	struct pattern_place place;
};

/* --- where a pattern stands ------------------------------------------------------- */

static bool in_file(const struct rule_text *rule)
{
	return rule->pattern.p >= rule->file.p && rule->pattern.p <= rule->file.p + rule->file.n;
}

bool rule_text_is_part(const struct rule_text *rule)
{
	return in_file(rule) && rule->pattern.p != rule->file.p;
}

void rule_text_place(const struct rule_text *rule, const struct pattern_fault *fault,
		     struct buf *where, struct buf *excerpt)
{
	struct slice text = rule->pattern;
	struct pattern_fault placed = *fault;

	visible_add(where, slice_of(rule->path));
	if (in_file(rule)) {
		text = rule->file;
		placed.at += (size_t)(rule->pattern.p - rule->file.p);
	} else {
		BUF_LIT(where, ": pattern of '");
		visible_add(where, rule->name);
		BUF_LIT(where, "': ");
	}
	pattern_place_find(rule->place, text, placed.at);
	buf_addf(where, in_file(rule) ? ":%u:%u" : "%u:%u", rule->place->line, rule->place->column);
	pattern_fault_show(excerpt, text, &placed);
}

/* --- one pattern ------------------------------------------------------------------ */

static int give(struct reading *r, struct slice name, struct slice pattern)
{
	r->rule.name = name;
	r->rule.pattern = pattern;
	if (!in_file(&r->rule))
		r->place = (struct pattern_place){0};
	if (!utf8_valid(name.p, name.n))
		return err_set(r->err, EXIT_USAGE, "%s: the name of a rule is not UTF-8",
			       r->rule.path);
	return r->each(r->ctx, &r->rule, r->err);
}

static void begin_file(struct reading *r, const char *path, struct slice text)
{
	r->rule.path = strcmp(path, "-") == 0 ? "stdin" : path;
	r->rule.file = text;
	r->rule.place = &r->place;
	r->place = (struct pattern_place){0};
}

static int add_one(struct reading *r, const char *path, struct slice name, struct slice text)
{
	begin_file(r, path, text);
	return give(r, name, text);
}

static int no_file(struct reading *r)
{
	return err_set(r->err, EXIT_USAGE, "'{...' is no file: did you mean -p '{...'?");
}

static int read_text(struct reading *r, const char *path, struct buf *text)
{
	const char *hint;

	if (*path == '{' && access(path, F_OK) != 0)
		return no_file(r);
	if (fd_read_file(strcmp(path, "-") == 0 ? "/dev/stdin" : path, FILE_MAX, text, r->err) != 0)
		return -1;
	hint = magic_hint(buf_slice(text));
	return hint ? err_set(r->err, EXIT_USAGE, "%s is no JSON: %s", path, hint) : 0;
}

/* A file with one pattern, under a name of its own or, if that is absent, the path. */
static int add_file(struct reading *r, const char *path, struct slice name)
{
	struct buf text = {0};
	int failed = read_text(r, path, &text);

	if (!failed)
		failed = add_one(r, path, name.p ? name : slice_of(path), buf_slice(&text));
	buf_free(&text);
	return failed;
}

/* --- many rules ----------------------------------------------------------------- */

static int add_collected(void *reading, const struct collected *rule)
{
	struct reading *r = reading;
	int failed;

	r->rule.function = rule->function;
	r->rule.doubtful = rule->doubtful;
	failed = give(r, rule->name, rule->pattern);
	r->rule.function = SLICE_NONE;
	r->rule.doubtful = false;
	return failed;
}

static int add_collection(struct reading *r, const char *path)
{
	struct buf text = {0};
	int failed = read_text(r, path, &text);

	if (!failed) {
		begin_file(r, path, buf_slice(&text));
		failed = collection_read(r->rule.file, r->rule.path, r->conf->disabled,
					 add_collected, r, r->excerpt, r->err);
	}
	buf_free(&text);
	return failed;
}

static int is_pattern_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && slice_ends(slice_of(entry->d_name), SLICE(".json"));
}

static int add_folder(struct reading *r, const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_pattern_file, alphasort), failed = 0;
	struct buf full = {0};

	if (n < 0)
		return err_errno(r->err, EXIT_USAGE, "cannot read the folder '%s'", path);
	if (n == 0)
		failed = err_set(r->err, EXIT_USAGE, "no *.json in the folder '%s'", path);
	for (int i = 0; i < n; i++) {
		struct slice name = slice_of(entries[i]->d_name);

		name.n -= strlen(".json");
		buf_reset(&full);
		buf_addf(&full, "%s/%s", path, entries[i]->d_name);
		if (!failed)
			failed = add_file(r, buf_text(&full), name);
	}
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	buf_free(&full);
	return failed;
}

static int add_many(struct reading *r, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return add_collection(r, path);
	if (stat(path, &st) != 0 && *path == '{')
		return no_file(r);
	if (stat(path, &st) != 0)
		return err_errno(r->err, EXIT_USAGE, "cannot read '%s'", path);
	return S_ISDIR(st.st_mode) ? add_folder(r, path) : add_collection(r, path);
}

/* --- all --------------------------------------------------------------------------- */

/* Of one option several are told apart by number. */
static int add_text(struct reading *r, size_t i)
{
	const struct opt_list *texts = &r->conf->texts;
	struct slice text = slice_of(texts->items[i]);
	char name[32] = "-p";

	if (*texts->items[i] != '{' && access(texts->items[i], R_OK) == 0)
		return err_set(r->err, EXIT_USAGE,
			       "-p takes the pattern itself: did you mean -f '%s'?",
			       texts->items[i]);
	if (texts->n > 1)
		snprintf(name, sizeof name, "-p[%zu]", i + 1);
	return add_one(r, name, slice_of(name), text);
}

int rules_each(const struct rules_conf *conf, rule_text_fn *fn, void *ctx, struct buf *excerpt,
	       struct err *err)
{
	struct reading r = {.conf = conf, .each = fn, .ctx = ctx, .excerpt = excerpt, .err = err};

	if (conf->texts.n == 0 && conf->files.n == 0 && conf->many.n == 0)
		return err_set(err, EXIT_USAGE,
			       "no pattern: give one with -p JSON or in a file with -f FILE");
	for (size_t i = 0; i < conf->texts.n; i++)
		if (add_text(&r, i))
			return -1;
	for (size_t i = 0; i < conf->files.n; i++)
		if (add_file(&r, conf->files.items[i], SLICE_NONE))
			return -1;
	for (size_t i = 0; i < conf->many.n; i++)
		if (add_many(&r, conf->many.items[i]))
			return -1;
	return 0;
}

/* --- compiled --------------------------------------------------------------------- */

struct compiling {
	struct rules *rules;
	const struct rules_conf *conf;
	struct buf *excerpt;
	struct buf unresolved; /* rules with functions, as they are listed */
	size_t unresolved_n;
};

static int refuse(struct compiling *c, const struct rule_text *rule,
		  const struct pattern_fault *fault, struct err *err)
{
	const char *hint = "";
	struct buf where = {0};

	if (fault->service && !(c->conf->flags & PATTERN_PIPES))
		hint = " (--library lifts the limits of the service)";
	else if (rule->pattern.p == rule->file.p && json_check(rule->file, NULL) == JSON_OBJECT &&
		 collection_is(rule->file))
		hint = " (files of rules and templates go with --rules)";

	rule_text_place(rule, fault, &where, c->excerpt);
	err_set(err, EXIT_USAGE, "%s: %s%s", buf_text(&where), fault->text, hint);
	buf_free(&where);
	return -1;
}

static struct slice function_name(const struct rule_text *rule)
{
	struct json_member function = {0};
	struct json_walk walk;

	json_walk(&walk, rule->function);
	json_next(&walk, &function);
	return function.name;
}

int rule_text_unresolved(const struct rule_text *rule, struct pattern_fault *fault)
{
	struct slice name = function_name(rule);

	return pattern_fault_set(
		fault, rule->pattern, (size_t)(rule->function.p - rule->pattern.p),
		rule->function.n,
		"%.*s is known when the template is deployed: write the value, or take the rules "
		"that are deployed ('aws events list-rules')",
		SLICE_ARG(name));
}

/* All such rules are told at once. */
static void list_unresolved(struct compiling *c, const struct rule_text *rule)
{
	struct buf *list = &c->unresolved;
	struct slice function = function_name(rule);

	if (++c->unresolved_n > 1 && list->len > UNRESOLVED_SHOWN)
		return;
	pattern_place_find(rule->place, rule->file, (size_t)(rule->function.p - rule->file.p));
	buf_addf(list, "%s%s:%u '%.*s' (%.*s)", list->len ? ", " : "", rule->path,
		 rule->place->line, SLICE_ARG(rule->name), SLICE_ARG(function));
}

static int refuse_unresolved(struct compiling *c, struct err *err)
{
	struct buf *list = &c->unresolved;

	return err_set(err, EXIT_USAGE,
		       "%zu %s of a template %s what is known when it is deployed: %.*s%s: write "
		       "the values, leave the rules out (jq 'del(.Resources.NAME)'), or take those "
		       "that are deployed ('aws events list-rules')",
		       c->unresolved_n, c->unresolved_n == 1 ? "rule" : "rules",
		       c->unresolved_n == 1 ? "asks for" : "ask for",
		       (int)utf8_cut(list->p, list->len, UNRESOLVED_MAX), list->p,
		       list->len > UNRESOLVED_SHOWN ? ", ..." : "");
}

static int compile(void *ctx, const struct rule_text *rule, struct err *err)
{
	struct compiling *c = ctx;
	struct rules *rules = c->rules;
	struct pattern_fault fault;
	int n;

	if (rule->doubtful)
		msg_warning("%s: %s", rule->path, RULE_TEXT_DOUBT);
	if (rule->function.p) {
		list_unresolved(c, rule);
		return 0;
	}
	n = patterns_add(rules->patterns, rule->name, rule->pattern, &fault);
	if (n < 0)
		return refuse(c, rule, &fault, err);
	if (c->conf->keep) {
		rules->texts = mem_resize(rules->texts, (size_t)n + 1, sizeof *rules->texts);
		rules->texts[n] = (struct buf){0};
		buf_adds(&rules->texts[n], rule->pattern);
	}
	if (c->conf->check && c->conf->check(rule->pattern, &fault) != 0)
		return refuse(c, rule, &fault, err);
	if (!c->conf->explain)
		return 0;
	rules->explainers = mem_resize(rules->explainers, (size_t)n + 1, sizeof *rules->explainers);
	rules->explainers[n] = explainer_new(rule->pattern, c->conf->flags);
	explainer_hide(rules->explainers[n], marks_owns);
	return 0;
}

int rule_name_order(struct slice x, struct slice y)
{
	int d = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);

	return d ? d : (x.n > y.n) - (x.n < y.n);
}

static int by_name(const void *a, const void *b)
{
	return rule_name_order(*(const struct slice *)a, *(const struct slice *)b);
}

/* Names tell rules apart in counts and annotations. */
static int check_names(const struct patterns *all, struct err *err)
{
	size_t n = patterns_count(all);
	struct slice *names = mem_array(n, sizeof *names), twice = SLICE_NONE;

	for (size_t i = 0; i < n; i++)
		names[i] = patterns_name(all, i);
	qsort(names, n, sizeof *names, by_name);
	for (size_t i = 1; i < n; i++)
		if (slice_eq(names[i - 1], names[i]))
			twice = names[i];
	free(names);
	if (twice.p == NULL)
		return 0;
	return err_set(err, EXIT_USAGE, "two rules are named '%.*s'", SLICE_ARG(twice));
}

int rules_read(struct rules *rules, const struct rules_conf *conf, struct buf *excerpt,
	       struct err *err)
{
	struct compiling c = {.rules = rules, .conf = conf, .excerpt = excerpt};

	int failed;

	*rules = (struct rules){.patterns = patterns_new(conf->flags)};
	failed = rules_each(conf, compile, &c, excerpt, err);

	if (!failed && c.unresolved_n)
		failed = refuse_unresolved(&c, err);
	if (!failed && conf->many.n)
		failed = check_names(rules->patterns, err);
	if (failed)
		rules_free(rules);
	buf_free(&c.unresolved);
	return failed;
}

void rules_free(struct rules *rules)
{
	size_t n = patterns_count(rules->patterns);

	for (size_t i = 0; rules->explainers && i < n; i++)
		explainer_free(rules->explainers[i]);
	free(rules->explainers);
	for (size_t i = 0; rules->texts && i < n; i++)
		buf_free(&rules->texts[i]);
	free(rules->texts);
	patterns_free(rules->patterns);
}
