#include "codes.h"

#include "base/num.h"

int codes_parse(struct codes *codes, const char *text, const char *option, struct err *err)
{
	struct slice rest = slice_of(text);
	uint64_t code;

	*codes = (struct codes){0};
	for (;;) {
		const char *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;
		size_t n = comma ? (size_t)(comma - rest.p) : rest.n;

		if (!num_u64((struct slice){rest.p, n}, &code) || code > 255)
			return err_set(err, EXIT_USAGE,
				       "--%s '%s': expected exit statuses from 0 to 255, apart by "
				       "commas",
				       option, text);
		codes->has[code] = true;
		if (!comma)
			return 0;
		rest = (struct slice){comma + 1, rest.n - n - 1};
	}
}
