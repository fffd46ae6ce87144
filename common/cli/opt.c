#include "cli/opt.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "cli/help.h"

#include <stdio.h>

/* What every program answers, whatever its table says. */
struct common {
	bool help, version, list;
	int verbose;
	bool quiet;
};

struct parse {
	const struct cli *cli;
	struct common seen;
	struct opt common[8];
	char **argv;
	int argc, next;
	struct err *err;
};

static void fill_common(struct parse *p)
{
	struct common *c = &p->seen;
	const struct opt rows[] = {
		OPT_GROUP("Messages and help"),
		OPT_COUNT('v', "verbose", &c->verbose, "more messages; twice for debugging"),
		OPT_FLAG('q', "quiet", &c->quiet, "errors only"),
		OPT_FLAG('h', "help", &c->help, "show this help"),
		OPT_FLAG('V', "version", &c->version,
			 "show the version and those of the libraries"),
		{.kind = OPT_KIND_FLAG,
		 .name = "list-options",
		 .flags = OPT_HIDDEN,
		 .to = &c->list},
		OPT_END,
	};

	memcpy(p->common, rows, sizeof rows);
}

/* A program's own row wins over a common one of the same name (kebfilter's -q). */
static const struct opt *find(const struct parse *p, struct slice name, char letter)
{
	const struct opt *tables[] = {p->cli->opts, p->common};

	for (size_t t = 0; t < 2; t++)
		for (const struct opt *o = tables[t]; o->kind != OPT_KIND_END; o++)
			if (o->kind != OPT_KIND_GROUP &&
			    (letter ? o->letter == letter : slice_is(name, o->name)))
				return o;
	return NULL;
}

static bool takes_value(const struct opt *o)
{
	return o->kind != OPT_KIND_FLAG && o->kind != OPT_KIND_COUNT;
}

static int bad(struct parse *p, const char *format, const char *a, const char *b, const char *c)
{
	char text[600];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof text, format, a, b, c);
#pragma GCC diagnostic pop
	return err_set(p->err, EXIT_USAGE, "%s (try '%s --help')", text, p->cli->program);
}

static int bad_range(struct parse *p, const struct opt *o, const char *value)
{
	char range[96];
	const char *kind = o->kind == OPT_KIND_SIZE ? "a size such as 64KiB or 16MiB"
			   : o->kind == OPT_KIND_DURATION
				   ? "a time with a unit such as 500ms or 30s"
				   : "a whole number";

	if ((o->max == 0 || o->max >= INT64_MAX) && o->min == 0)
		snprintf(range, sizeof range, "%s", kind);
	else if (o->max == 0 || o->max >= INT64_MAX)
		snprintf(range, sizeof range, "%s, at least %llu", kind,
			 (unsigned long long)o->min);
	else if (o->kind == OPT_KIND_DURATION)
		snprintf(range, sizeof range, "%s, %llums to %llums", kind,
			 (unsigned long long)o->min, (unsigned long long)o->max);
	else
		snprintf(range, sizeof range, "%s, %llu to %llu", kind, (unsigned long long)o->min,
			 (unsigned long long)o->max);
	return bad(p, "--%s takes %s, not '%s'", o->name, range, value);
}

static bool in_range(const struct opt *o, uint64_t v)
{
	return v >= o->min && (o->max == 0 || v <= o->max);
}

static int set_number(struct parse *p, const struct opt *o, const char *value)
{
	struct slice text = slice_of(value);
	uint64_t v = 0;
	int64_t ms = 0;
	bool good;

	if (o->kind == OPT_KIND_DURATION) {
		good = num_duration(text, &ms);
		v = (uint64_t)ms;
	} else if (o->kind == OPT_KIND_SIZE) {
		good = num_size(text, &v);
	} else {
		good = num_u64(text, &v);
	}
	if (!good || !in_range(o, v))
		return bad_range(p, o, value);
	if (o->kind == OPT_KIND_FD)
		*(int *)o->to = (int)v;
	else if (o->kind == OPT_KIND_DURATION)
		*(int64_t *)o->to = ms;
	else
		*(uint64_t *)o->to = v;
	return 0;
}

static int set_choice(struct parse *p, const struct opt *o, const char *value)
{
	const char *at = o->choices;
	int index = 0;

	for (;;) {
		const char *bar = strchr(at, '|');
		size_t n = bar ? (size_t)(bar - at) : strlen(at);

		if (strlen(value) == n && memcmp(value, at, n) == 0) {
			*(int *)o->to = index;
			return 0;
		}
		if (!bar)
			return bad(p, "--%s takes %s, not '%s'", o->name, o->choices, value);
		at = bar + 1;
		index++;
	}
}

static int set(struct parse *p, const struct opt *o, char *value)
{
	switch (o->kind) {
	case OPT_KIND_FLAG:
		*(bool *)o->to = true;
		return 0;
	case OPT_KIND_COUNT:
		++*(int *)o->to;
		return 0;
	case OPT_KIND_LIST: {
		struct opt_list *list = o->to;

		list->items = mem_resize(list->items, list->n + 1, sizeof *list->items);
		if (o->flags & OPT_SECRET) {
			list->items[list->n++] = mem_dup(value);
			mem_wipe_text(value);
		} else {
			list->items[list->n++] = value;
		}
		return 0;
	}
	case OPT_KIND_TEXT:
		if (o->flags & OPT_SECRET) {
			*(const char **)o->to = mem_dup(value);
			mem_wipe_text(value);
		} else {
			*(const char **)o->to = value;
		}
		return 0;
	case OPT_KIND_CHOICE:
		return set_choice(p, o, value);
	default:
		return set_number(p, o, value);
	}
}

static int unknown(struct parse *p, const char *word, struct slice name)
{
	const char *names[256];
	const struct opt *tables[] = {p->cli->opts, p->common};
	char wanted[64];
	const char *near;
	size_t n = 0;

	for (size_t t = 0; t < 2; t++)
		for (const struct opt *o = tables[t]; o->kind != OPT_KIND_END && n < 256; o++)
			if (o->kind != OPT_KIND_GROUP && !(o->flags & OPT_HIDDEN))
				names[n++] = o->name;
	snprintf(wanted, sizeof wanted, "%.*s", (int)(name.n < 60 ? name.n : 60), name.p);
	near = opt_nearest(wanted, names, n);
	if (near)
		return bad(p, "unknown option '%s': did you mean --%s?", word, near, NULL);
	return bad(p, "unknown option '%s'", word, NULL, NULL);
}

static int parse_long(struct parse *p, char *word)
{
	char *equals = strchr(word + 2, '=');
	struct slice name = {word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2)};
	const struct opt *o = find(p, name, 0);
	char shown[80];

	snprintf(shown, sizeof shown, "--%.*s", (int)(name.n < 70 ? name.n : 70), name.p);
	if (!o)
		return unknown(p, shown, name);
	if (!takes_value(o))
		return equals ? bad(p, "--%s takes no value", o->name, NULL, NULL)
			      : set(p, o, NULL);
	if (equals)
		return set(p, o, equals + 1);
	if (o->flags & OPT_OPTIONAL)
		return set(p, o, word + strlen(word)); /* the empty text */
	if (p->next >= p->argc)
		return bad(p, "--%s needs a value: --%s %s", o->name, o->name, o->arg);
	return set(p, o, p->argv[p->next++]);
}

/* "-vvt orders": flags bundled, the rest of the word or the next word is the value. */
static int parse_short(struct parse *p, char *word)
{
	for (char *at = word + 1; *at; at++) {
		const struct opt *o = find(p, SLICE_NONE, *at);
		char shown[8];

		snprintf(shown, sizeof shown, "-%c", *at);
		if (!o)
			return unknown(p, shown, slice_of(at));
		if (takes_value(o)) {
			if (at[1])
				return set(p, o, at + 1);
			if (o->flags & OPT_OPTIONAL)
				return set(p, o, at + 1);
			if (p->next >= p->argc)
				return bad(p, "%s needs a value: %s %s", shown, shown, o->arg);
			return set(p, o, p->argv[p->next++]);
		}
		if (set(p, o, NULL) != 0)
			return -1;
	}
	return 0;
}

static int parse_all(struct parse *p, int *operands)
{
	int kept = 1;
	bool options = true;

	while (p->next < p->argc) {
		char *word = p->argv[p->next++];
		int result = 0;

		if (options && strcmp(word, "--") == 0) {
			options = false;
			continue;
		}
		if (!options || word[0] != '-' || word[1] == '\0') {
			p->argv[kept++] = word;
			options = options && !p->cli->operands_end;
			continue;
		}
		result = word[1] == '-' ? parse_long(p, word) : parse_short(p, word);
		if (result != 0)
			return -1;
	}
	*operands = kept;
	return 0;
}

int opt_parse(const struct cli *cli, int *argc, char **argv, struct err *err)
{
	struct parse p = {.cli = cli, .argv = argv, .argc = *argc, .next = 1, .err = err};
	int operands;

	fill_common(&p);
	if (parse_all(&p, &operands) != 0)
		return -1;
	argv[operands] = NULL;
	*argc = operands;
	if (p.seen.list || p.seen.help || p.seen.version) {
		if (p.seen.list)
			help_list(cli->opts, p.common);
		else if (p.seen.help)
			help_show(cli, p.common);
		else
			help_version(cli);
		return help_done(err);
	}
	if (cli->stdin_only && operands > 1)
		return err_set(err, EXIT_USAGE, "unexpected operand '%s': %s are read from stdin",
			       argv[1], cli->stdin_only);
	if (p.seen.quiet)
		msg_level(MSG_ERROR);
	else if (p.seen.verbose)
		msg_level(p.seen.verbose > 1 ? MSG_DEBUG : MSG_INFO);
	return 1;
}

/* Levenshtein distance of two short words; long ones are never near. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[65];
	size_t n = strlen(b);

	if (n > 64 || strlen(a) > 64)
		return 99;
	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned change = corner + (a[i - 1] != b[j - 1]);
			unsigned gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			corner = row[j];
			row[j] = change < gap ? change : gap;
		}
	}
	return row[n];
}

const char *opt_nearest(const char *word, const char *const *names, size_t n)
{
	const char *best = NULL;
	unsigned least = (unsigned)strlen(word) / 3 + 1;

	for (size_t i = 0; i < n; i++) {
		unsigned d = distance(word, names[i]);

		if (d <= least && d < strlen(names[i])) {
			least = d;
			best = names[i];
			if (d == 0)
				break;
			least = d - 1;
		}
	}
	return best;
}
