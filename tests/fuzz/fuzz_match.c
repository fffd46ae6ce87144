/* links: pattern json cli base */
/*
 * Matching: the input is a pattern, a line feed, and an event. The matcher takes an
 * event exactly if it is one JSON object, and says the same when it is asked again,
 * beside another rule, of a copy at the very end of its memory, or when it trusts.
 */
#include "pattern/pattern.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_object(struct slice text)
{
	return json_check(text, NULL) == JSON_OBJECT;
}

static int match(struct patterns *all, struct slice event)
{
	struct matcher *m = matcher_new(all);
	char *copy = malloc(event.n ? event.n : 1);
	int first, second;

	if (copy == NULL)
		abort();
	if (event.n)
		memcpy(copy, event.p, event.n);
	first = matcher_match(m, event, NULL);
	second = matcher_match(m, (struct slice){copy, event.n}, NULL);
	if (first != second || (first >= 0) != is_object(event))
		abort();
	matcher_trust(m, true);
	second = matcher_match(m, (struct slice){copy, event.n}, NULL);
	if (first >= 0 && first != second)
		abort();
	free(copy);
	matcher_free(m);
	return first;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	struct patterns *alone, *beside;
	struct pattern_fault fault;
	struct slice pattern, event;
	int one, two;

	if (lf == NULL)
		return 0;
	pattern = (struct slice){(const char *)data, (size_t)(lf - data)};
	event = (struct slice){(const char *)lf + 1, size - pattern.n - 1};
	alone = patterns_new(0);
	beside = patterns_new(0);
	if (patterns_add(alone, SLICE("a"), pattern, &fault) == 0) {
		patterns_add(beside, SLICE("b"), SLICE("{\"a\":[{\"exists\":false}],\"b\":[1]}"),
			     &fault);
		patterns_add(beside, SLICE("a"), pattern, &fault);
		patterns_add(beside, SLICE("c"), SLICE("{\"a\":[{\"anything-but\":\"x\"}]}"),
			     &fault);
		one = match(alone, event);
		two = match(beside, event);
		if ((one < 0) != (two < 0) || (one > 0 && two < 1))
			abort();
	}
	patterns_free(alone);
	patterns_free(beside);
	return 0;
}
