/* links: pattern json cli base */
/*
 * Compiling: any text is a pattern or is refused with a place within it, and showing
 * that place works. What compiles must match events without a fault of its own.
 */
#include "pattern/pattern.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_events(struct patterns *all)
{
	static const char *const events[] = {
		"{}", "{\"a\":\"x\",\"b\":[1,{\"c\":null}],\"$or\":true}",
		"{\"a\":{\"b\":[{\"c\":\"1.2.3.4\"},[{\"c\":\"::1\"}]]},\"a.b\":-1e3}"};
	struct matcher *m = matcher_new(all);

	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (matcher_match(m, slice_of(events[i]), NULL) < 0)
			abort();
	matcher_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};

	for (unsigned flags = 0; flags <= PATTERN_LIBRARY; flags++) {
		struct patterns *all = patterns_new(flags);
		struct pattern_fault fault;
		struct buf shown = {0};

		if (patterns_add(all, SLICE("fuzz"), text, &fault) == 0) {
			try_events(all);
		} else {
			if (fault.at > size || fault.len > size - fault.at || !fault.text[0])
				abort();
			pattern_fault_show(&shown, text, &fault);
		}
		buf_free(&shown);
		patterns_free(all);
	}
	return 0;
}
