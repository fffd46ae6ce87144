#include "plan.h"

#include "base/mem.h"
#include "cli/shell.h"
#include "lexer.h"

#include <stdlib.h>

#define NAME_SHOWN 40 /* bytes of a foreign first word in messages */

static enum role role_of(struct slice name)
{
	static const struct {
		const char *name;
		enum role role;
	} programs[] = {
		{"kebread", ROLE_SOURCE},    {"kebmap", ROLE_FILTER}, {"kebfilter", ROLE_FILTER},
		{"keboffload", ROLE_FILTER}, {"kebput", ROLE_SINK},   {"kebwrite", ROLE_SINK},
	};

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (slice_is(name, programs[i].name))
			return programs[i].role;
	return ROLE_FOREIGN;
}

/* What only the shell itself can do: behind exec it would not be found. */
static bool is_builtin(struct slice name)
{
	static const char *const names[] = {
		".",	    ":",       "alias",	 "bg",	  "break",  "cd",	"command",
		"continue", "eval",    "exec",	 "exit",  "export", "fc",	"fg",
		"getopts",  "hash",    "jobs",	 "local", "read",   "readonly", "return",
		"set",	    "shift",   "source", "times", "trap",   "type",	"ulimit",
		"umask",    "unalias", "unset",	 "wait",  NULL,
	};

	return slice_in(name, names);
}

/* Ends with 1 when nothing matched, which is no failure. */
static bool is_search(struct slice name)
{
	static const char *const names[] = {"grep", "egrep", "fgrep", "zgrep", "rg", NULL};

	return slice_in(name, names);
}

/* A word that is only special as the first one: such a command is no simple one. */
static bool is_compound(struct slice word)
{
	static const char *const words[] = {"{", "if", "while", "until", "for", NULL};

	return slice_in(word, words);
}

static bool is_assignment(struct slice word)
{
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (c == '=')
			return i > 0;
		if (c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return false;
}

/* The next word that is no redirection; false at the end or at anything else. */
static bool next_word(struct lexer *lx, struct slice *word)
{
	struct token token;

	do
		if (lexer_next(lx, &token) != 0)
			return false;
	while (token.kind == TOKEN_REDIRECT);
	*word = token.text;
	return token.kind == TOKEN_WORD;
}

/* Behind env: its options and assignments, to the program that it starts. */
static bool behind_env(struct lexer *lx, struct slice *word)
{
	while (next_word(lx, word)) {
		if (slice_is(*word, "-u") || slice_is(*word, "--unset") || slice_is(*word, "-C") ||
		    slice_is(*word, "--chdir")) {
			if (!next_word(lx, word))
				return false;
		} else if (!is_assignment(*word) && !slice_starts(*word, SLICE("-"))) {
			return true;
		}
	}
	return false;
}

static bool is_function(struct lexer lx) /* a copy: looks ahead */
{
	struct token token;

	return lexer_next(&lx, &token) == 0 && token.kind == TOKEN_OPEN;
}

/* kebexec is a sink with --sink, which is a word of its own. */
static enum role kebexec_role(struct lexer *lx)
{
	struct slice word;

	while (next_word(lx, &word))
		if (slice_starts(word, SLICE("--sink")))
			return ROLE_SINK;
	return ROLE_FILTER;
}

/* Finds the program of a stage, its name and where exec goes. */
static void look_at(struct plan_stage *stage, struct buf *name)
{
	struct err unused;
	struct lexer lx;
	struct slice word;
	bool known;

	buf_reset(name);
	lexer_start(&lx, stage->text, &unused);
	do
		if (!next_word(&lx, &word))
			return;
	while (is_assignment(word));
	if (is_compound(word) || is_function(lx))
		return;
	stage->exec_at = (size_t)(word.p - stage->text.p);
	known = lexer_name(word, name);
	stage->exec = !known || !is_builtin(buf_slice(name));
	if (known && slice_is(buf_slice(name), "exec") && next_word(&lx, &word))
		known = lexer_name(word, name);
	if (known && slice_is(buf_slice(name), "env") && behind_env(&lx, &word))
		known = lexer_name(word, name);
	stage->role = known ? role_of(buf_slice(name)) : ROLE_FOREIGN;
	if (known && slice_is(buf_slice(name), "kebexec"))
		stage->role = kebexec_role(&lx);
}

/* --- the loop --------------------------------------------------------------- */

static int refuse_end(const struct plan *plan, struct err *err)
{
	const struct plan_stage *last = &plan->stages[plan->n - 1];

	return err_set(
		err, EXIT_USAGE,
		"the last stage, '%s', settles no record, so nothing could be committed (end "
		"the pipeline with kebput, kebwrite or kebexec --sink; without a commit, let "
		"the shell run it)",
		last->name);
}

/*
 * The loop reaches from kebread to the first sink; what comes behind is free. A foreign
 * stage between them cannot say what became of each line: kebexec does it for it.
 */
static int wire_loop(struct plan *plan, struct err *err)
{
	size_t sink = 1;

	while (sink < plan->n && plan->stages[sink].role != ROLE_SINK)
		sink++;
	if (sink == plan->n)
		return refuse_end(plan, err);
	for (size_t i = 1; i < sink; i++) {
		struct plan_stage *stage = &plan->stages[i];

		if (stage->role != ROLE_FOREIGN)
			continue;
		stage->wrapped = true;
		stage->role = ROLE_FILTER;
		stage->searches = is_search(slice_of(stage->name));
	}
	plan->stages[0].wire = WIRE_ACK;
	for (size_t i = 1; i <= sink; i++)
		plan->stages[i].wire = WIRE_STATUS;
	return 0;
}

static int check(struct plan *plan, struct err *err)
{
	for (size_t i = 1; i < plan->n; i++)
		if (plan->stages[i].role == ROLE_SOURCE)
			return err_set(
				err, EXIT_USAGE,
				"stage %zu, kebread, reads Kafka and no lines: it can only be "
				"the first stage",
				i + 1);
	return plan->loop ? wire_loop(plan, err) : 0;
}

int plan_make(struct plan *plan, const struct split *split, struct err *err)
{
	struct buf name = {0};

	*plan = (struct plan){.stages = mem_array(split->n, sizeof *plan->stages), .n = split->n};
	for (size_t i = 0; i < plan->n; i++) {
		struct plan_stage *stage = &plan->stages[i];

		stage->text = split->stages[i];
		look_at(stage, &name);
		if (name.len == 0)
			BUF_LIT(&name, "sh");
		if (name.len > NAME_SHOWN)
			name.len = NAME_SHOWN;
		stage->name = mem_text(name.p, name.len);
	}
	buf_free(&name);
	plan->loop = plan->stages[0].role == ROLE_SOURCE;
	if (check(plan, err) == 0)
		return 0;
	plan_free(plan);
	return -1;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		free(plan->stages[i].name);
	free(plan->stages);
	*plan = (struct plan){0};
}

static void add_text(const struct plan_stage *stage, unsigned copy, struct buf *to)
{
	const char *p = stage->text.p;

	for (size_t i = 0; i < stage->text.n; i++) {
		if (stage->exec && i == stage->exec_at)
			BUF_LIT(to, "exec ");
		if (copy > 0 && p[i] == '%' && i + 1 < stage->text.n && p[i + 1] == 'i' &&
		    (i == 0 || p[i - 1] != '%')) {
			buf_add_u64(to, copy);
			i++;
		} else {
			buf_addc(to, p[i]);
		}
	}
}

void plan_command(const struct plan_stage *stage, unsigned copy, struct buf *to)
{
	struct buf text = {0};

	if (!stage->wrapped) {
		add_text(stage, copy, to);
		return;
	}
	add_text(stage, copy, &text);
	buf_addf(to, "exec kebexec %s--filter ", stage->searches ? "--ok 0,1 " : "");
	shell_add_word(to, buf_slice(&text));
	buf_free(&text);
}
