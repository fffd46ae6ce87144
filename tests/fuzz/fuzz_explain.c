/* links: pattern json cli base */
/*
 * Explanations: the input is a pattern, a line feed, and an event. What is said is
 * UTF-8, as JSON it is JSON, and its verdict is the matcher's. Linting the pattern says
 * nothing that is not in it.
 */
#include "pattern/explain.h"

#include "base/utf8.h"
#include "must.h"
#include "pattern/lint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_warning(void *ctx, const struct pattern_fault *warning)
{
	const struct slice *pattern = ctx;

	MUST(warning->at <= pattern->n && warning->len <= pattern->n - warning->at);
	MUST(utf8_valid(warning->text, strlen(warning->text)));
}

static void check_pair(void *ctx, size_t rule, size_t other, bool same)
{
	(void)ctx;
	MUST(rule == 1 && other == 0 && same);
}

static void lint(struct slice pattern)
{
	struct lint *l = lint_new(LINT_ENVELOPE);

	lint_add(l, pattern, check_warning, &pattern);
	lint_add(l, pattern, check_warning, &pattern);
	lint_compare(l, check_pair, NULL);
	lint_free(l);
}

static void explain(struct slice pattern, struct slice event, bool matches)
{
	struct explainer *e = explainer_new(pattern, 0);
	struct buf out = {0};

	MUST(explainer_text(e, event, "  ", &out) == matches);
	MUST(utf8_valid(out.p, out.len));
	buf_reset(&out);
	buf_addc(&out, '{');
	MUST(explainer_json(e, event, &out) == matches);
	buf_addc(&out, '}');
	MUST(json_check(buf_slice(&out), NULL) == JSON_OBJECT);
	buf_free(&out);
	explainer_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	struct patterns *all;
	struct pattern_fault fault;
	struct slice pattern, event;
	struct matcher *m;
	int matched;

	if (lf == NULL)
		return 0;
	pattern = (struct slice){(const char *)data, (size_t)(lf - data)};
	event = (struct slice){(const char *)lf + 1, size - pattern.n - 1};
	all = patterns_new(0);
	if (patterns_add(all, SLICE("a"), pattern, &fault) == 0) {
		m = matcher_new(all);
		matched = matcher_match(m, event, NULL);
		if (matched >= 0)
			explain(pattern, event, matched > 0);
		lint(pattern);
		matcher_free(m);
	}
	patterns_free(all);
	return 0;
}
