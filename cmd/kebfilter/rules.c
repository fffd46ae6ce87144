#include "rules.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "collection.h"
#include "event/marks.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FILE_MAX (256u << 20)

struct reading {
	struct rules *rules;
	const struct rules_conf *conf;
	struct buf *excerpt;
	struct err *err;
	/* The file at hand. */
	const char *path;
	struct slice text;
};

/* Where a pattern is wrong: in the file if it stands there as it is, else in its own text. */
static int refuse(struct reading *r, struct slice name, struct slice pattern,
		  struct pattern_fault *fault)
{
	bool within = pattern.p >= r->text.p && pattern.p <= r->text.p + r->text.n;
	const char *lift = fault->service ? " (--library lifts the limits of the service)" : "";
	char what[sizeof fault->text];

	if (!within) {
		pattern_fault_show(r->excerpt, pattern, fault);
		return err_set(r->err, EXIT_USAGE, "%s: pattern of '%.*s': %u:%u: %s%s", r->path,
			       SLICE_ARG(name), fault->line, fault->column, fault->text, lift);
	}
	memcpy(what, fault->text, sizeof what);
	pattern_fault_set(fault, r->text, (size_t)(pattern.p - r->text.p) + fault->at, fault->len,
			  "%s", what);
	pattern_fault_show(r->excerpt, r->text, fault);
	return err_set(r->err, EXIT_USAGE, "%s:%u:%u: %s%s", r->path, fault->line, fault->column,
		       fault->text, lift);
}

static unsigned flags(const struct rules_conf *conf)
{
	return conf->library ? PATTERN_LIBRARY : 0;
}

static int add(struct reading *r, struct slice name, struct slice pattern)
{
	struct pattern_fault fault;
	int n;

	if (!utf8_valid(name.p, name.n))
		return err_set(r->err, EXIT_USAGE, "%s: the name of a rule is not UTF-8", r->path);
	n = patterns_add(r->rules->patterns, name, pattern, &fault);
	if (n < 0)
		return refuse(r, name, pattern, &fault);
	if (!r->conf->explain)
		return 0;
	r->rules->explainers =
		mem_resize(r->rules->explainers, (size_t)n + 1, sizeof *r->rules->explainers);
	r->rules->explainers[n] = explainer_new(pattern, flags(r->conf));
	explainer_hide(r->rules->explainers[n], marks_owns);
	return 0;
}

static int add_one(struct reading *r, const char *path, struct slice name, struct slice text)
{
	r->path = path;
	r->text = text;
	return add(r, name, text);
}

/* A file with one pattern, under a name of its own or, if that is absent, the path. */
static int add_file(struct reading *r, const char *path, struct slice name)
{
	struct buf text = {0};
	int failed = fd_read_file(path, FILE_MAX, &text, r->err);

	if (!failed)
		failed = add_one(r, path, name.p ? name : slice_of(path), buf_slice(&text));
	buf_free(&text);
	return failed;
}

/* --- many rules ----------------------------------------------------------------- */

static int add_named(void *ctx, struct slice name, struct slice pattern)
{
	return add(ctx, name, pattern);
}

static int add_collection(struct reading *r, const char *path)
{
	struct buf text = {0};
	int failed = fd_read_file(path, FILE_MAX, &text, r->err);

	if (!failed) {
		r->path = path;
		r->text = buf_slice(&text);
		failed = collection_read(r->text, path, r->conf->disabled, add_named, r, r->err);
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

	if (stat(path, &st) != 0)
		return err_errno(r->err, EXIT_USAGE, "cannot read '%s'", path);
	return S_ISDIR(st.st_mode) ? add_folder(r, path) : add_collection(r, path);
}

/* --- all --------------------------------------------------------------------------- */

static int add_all(struct reading *r, const struct rules_conf *conf)
{
	if (conf->texts.n == 0 && conf->files.n == 0 && conf->many.n == 0)
		return err_set(r->err, EXIT_USAGE,
			       "no pattern: give one with -p JSON or in a file with -f FILE");
	for (size_t i = 0; i < conf->texts.n; i++)
		if (add_one(r, "-p", SLICE("-p"), slice_of(conf->texts.items[i])))
			return -1;
	for (size_t i = 0; i < conf->files.n; i++)
		if (add_file(r, conf->files.items[i], SLICE_NONE))
			return -1;
	for (size_t i = 0; i < conf->many.n; i++)
		if (add_many(r, conf->many.items[i]))
			return -1;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	struct slice x = *(const struct slice *)a, y = *(const struct slice *)b;
	int d = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);

	return d ? d : (x.n > y.n) - (x.n < y.n);
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
	struct reading r = {.rules = rules, .conf = conf, .excerpt = excerpt, .err = err};

	*rules = (struct rules){.patterns = patterns_new(flags(conf))};
	if (add_all(&r, conf) == 0 && (conf->many.n == 0 || check_names(rules->patterns, err) == 0))
		return 0;
	rules_free(rules);
	return -1;
}

void rules_free(struct rules *rules)
{
	for (size_t i = 0; rules->explainers && i < patterns_count(rules->patterns); i++)
		explainer_free(rules->explainers[i]);
	free(rules->explainers);
	patterns_free(rules->patterns);
}
