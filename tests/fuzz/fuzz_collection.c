/* links: kebfilter/collection pattern json cli base */
/*
 * Files of rules, in whatever form: a file that is taken has a rule, what a pattern asks for at
 * deployment is in the pattern, and what is shown of a file that is refused is UTF-8.
 */
#include "../../cmd/kebfilter/collection.h"

#include "base/utf8.h"
#include "must.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_within(struct slice part, struct slice whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static int see(void *ctx, const struct collected *rule)
{
	size_t *rules = ctx;

	MUST(rule->pattern.p != NULL);
	if (rule->function.p)
		MUST(is_within(rule->function, rule->pattern));
	MUST(!rule->doubtful || *rules == 0);
	(*rules)++;
	return 0;
}

static void read_rules(struct slice text, bool disabled)
{
	struct buf excerpt = {0};
	size_t rules = 0;
	struct err err = {0};

	if (collection_read(text, "x", disabled, see, &rules, &excerpt, &err) == 0) {
		MUST(rules > 0);
	} else {
		MUST(err.status == EXIT_USAGE);
	}
	MUST(utf8_valid(excerpt.p, excerpt.len));
	buf_free(&excerpt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};

	read_rules(text, false);
	read_rules(text, true);
	return 0;
}
