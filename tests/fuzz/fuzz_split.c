/* links: kebrun/plan kebrun/split kebrun/lexer cli base */
#include "../../cmd/kebrun/plan.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stages lie in the text, in their order, and none is empty; a plan has one of each. */
static void check(const struct split *split, struct slice text)
{
	const char *end = text.p;
	struct err err;
	struct plan plan;
	struct buf command = {0};

	for (size_t i = 0; i < split->n; i++) {
		struct slice stage = split->stages[i];

		if (stage.n == 0 || stage.p < end || stage.p + stage.n > text.p + text.n)
			abort();
		end = stage.p + stage.n;
	}
	if (plan_make(&plan, split, &err) != 0)
		return;
	for (size_t i = 0; i < plan.n; i++)
		plan_command(&plan.stages[i], 7, &command);
	buf_free(&command);
	plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct split split;
	struct err err;

	if (split_pipeline(&split, text, &err) != 0)
		return 0;
	check(&split, text);
	split_free(&split);
	return 0;
}
