#include "targets.h"

#include "base/mem.h"
#include "journal.h"
#include "pattern/pattern.h"

#include <stdlib.h>

struct target {
	struct buf path;
	struct journal *file;
};

struct targets {
	struct patterns *rules;
	struct matcher *matcher;
	struct target *target; /* by rule */
	size_t n;
};

/* The name becomes that of a file, one for each rule. */
static int check_name(const struct targets *t, struct slice name, struct err *err)
{
	if (memchr(name.p, '/', name.n))
		return err_set(
			err, EXIT_USAGE,
			"--rule %.*s: the name is that of a file in this folder: without '/'",
			SLICE_ARG(name));
	for (size_t i = 0; i < t->n; i++)
		if (slice_eq(patterns_name(t->rules, i), name))
			return err_set(err, EXIT_USAGE,
				       "--rule %.*s: another one has that name: each writes a file "
				       "of its own",
				       SLICE_ARG(name));
	return 0;
}

/* NAME=PATTERN; the name ends at the first '='. */
static int add_rule(struct targets *t, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	struct slice name = {text, equals ? (size_t)(equals - text) : 0};
	struct pattern_place place = {0};
	struct pattern_fault fault;
	struct target *target;

	if (name.n == 0)
		return err_set(err, EXIT_USAGE,
			       "bad --rule '%s': it is NAME=PATTERN, such as "
			       "paid='{\"detail\":{\"state\":[\"paid\"]}}'",
			       text);
	if (check_name(t, name, err) != 0)
		return -1;
	if (patterns_add(t->rules, name, slice_of(equals + 1), &fault) < 0) {
		pattern_place_find(&place, slice_of(equals + 1), fault.at);
		return err_set(err, EXIT_USAGE, "--rule %.*s: %u:%u: %s", SLICE_ARG(name),
			       place.line, place.column, fault.text);
	}
	t->target = mem_resize(t->target, t->n + 1, sizeof *t->target);
	target = &t->target[t->n++];
	*target = (struct target){0};
	buf_adds(&target->path, name);
	BUF_LIT(&target->path, ".ndjson");
	target->file = journal_open(buf_text(&target->path), err);
	return target->file ? 0 : -1;
}

struct targets *targets_open(const struct opt_list *rules, struct err *err)
{
	struct targets *t = mem_alloc(sizeof *t);

	t->rules = patterns_new(0);
	for (size_t i = 0; i < rules->n; i++) {
		if (add_rule(t, rules->items[i], err) != 0) {
			targets_free(t);
			return NULL;
		}
	}
	t->matcher = matcher_new(t->rules);
	return t;
}

void targets_free(struct targets *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		journal_free(t->target[i].file);
		buf_free(&t->target[i].path);
	}
	free(t->target);
	matcher_free(t->matcher);
	patterns_free(t->rules);
	free(t);
}

static void put_event(struct targets *t, struct slice event)
{
	const uint32_t *rules;
	size_t n = 0;

	if (matcher_match(t->matcher, event, NULL) <= 0)
		return;
	rules = matcher_rules(t->matcher, &n);
	for (size_t i = 0; i < n; i++) {
		struct buf *to = journal_buf(t->target[rules[i]].file);

		buf_adds(to, event);
		buf_addc(to, '\n');
	}
}

int targets_put(struct targets *t, struct slice lines, struct err *err)
{
	const char *lf;

	while (t->n && lines.n && (lf = memchr(lines.p, '\n', lines.n)) != NULL) {
		size_t n = (size_t)(lf - lines.p);

		put_event(t, (struct slice){lines.p, n});
		lines = (struct slice){lf + 1, lines.n - n - 1};
	}
	for (size_t i = 0; i < t->n; i++)
		if (journal_write(t->target[i].file, err) != 0)
			return -1;
	return 0;
}
