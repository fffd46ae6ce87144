#include "split.h"

#include "base/mem.h"
#include "lexer.h"

#include <stdlib.h>

static int refuse(const struct token *token, struct err *err)
{
	const char *why = "only '|' joins stages (put the commands of one stage in '{ ...; }')";

	if (token->kind == TOKEN_NEWLINE)
		return err_set(err, EXIT_USAGE,
			       "a newline ends the pipeline before its last stage (put a '|' or a "
			       "backslash at the end of the line)");
	if (slice_is(token->text, "&"))
		why = "kebrun waits for every stage (leave it out, or put the commands of one "
		      "stage "
		      "in '{ ...; }')";
	if (slice_is(token->text, "|&"))
		why = "not every shell knows it (write '2>&1 |')";
	return err_set(err, EXIT_USAGE, "the pipeline has '%.*s' between commands: %s",
		       SLICE_ARG(token->text), why);
}

static int add(struct split *split, struct slice stage, struct err *err)
{
	if (stage.n == 0)
		return err_set(err, EXIT_USAGE, "stage %zu of the pipeline is empty", split->n + 1);
	split->stages = mem_resize(split->stages, split->n + 1, sizeof *split->stages);
	split->stages[split->n++] = stage;
	return 0;
}

/* Takes one stage; *last is whether the text ends with it. */
static int take_stage(struct lexer *lx, struct slice *stage, bool *last)
{
	bool command = true, newline = false;
	struct token token;

	*stage = (struct slice){lx->text.p, 0};
	for (;;) {
		if (lexer_next(lx, &token) != 0)
			return -1;
		*last = token.kind == TOKEN_END;
		if (*last || (token.kind == TOKEN_PIPE && !newline))
			return 0;
		if (token.kind == TOKEN_NEWLINE) {
			newline = stage->n > 0;
			continue;
		}
		if (newline) {
			token.kind = TOKEN_NEWLINE;
			return refuse(&token, lx->err);
		}
		if (token.kind == TOKEN_CONTROL)
			return refuse(&token, lx->err);
		if (stage->n == 0 && slice_is(token.text, "!"))
			return err_set(lx->err, EXIT_USAGE,
				       "'!' would hide how a stage ended: leave it out");
		if (stage->n == 0)
			stage->p = token.text.p;
		if (lexer_group(lx, &token, &command) != 0)
			return -1;
		stage->n = (size_t)(lx->text.p + lx->at - stage->p);
	}
}

int split_pipeline(struct split *split, struct slice text, struct err *err)
{
	struct lexer lx;
	struct slice stage;
	bool last = false;

	*split = (struct split){0};
	lexer_start(&lx, text, err);
	while (!last) {
		if (take_stage(&lx, &stage, &last) == 0 && add(split, stage, err) == 0)
			continue;
		split_free(split);
		return -1;
	}
	return 0;
}

void split_free(struct split *split)
{
	free(split->stages);
	*split = (struct split){0};
}
