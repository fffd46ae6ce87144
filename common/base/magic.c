#include "base/magic.h"

const char *magic_hint(struct slice bytes)
{
	static const struct {
		struct slice begin;
		const char *hint;
	} forms[] = {
		{{"\xef\xbb\xbf", 3},
		 "it begins with a byte order mark: remove that (sed '1s/^\\xEF\\xBB\\xBF//')"},
		{{"\xff\xfe", 2}, "it is UTF-16: convert it (iconv -f UTF-16 -t UTF-8)"},
		{{"\xfe\xff", 2}, "it is UTF-16: convert it (iconv -f UTF-16 -t UTF-8)"},
		{{"\x1f\x8b", 2}, "it is gzip'd: unpack it first (zcat)"},
		{{"\x28\xb5\x2f\xfd", 4}, "it is compressed: unpack it first (zstdcat)"},
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (slice_starts(bytes, forms[i].begin))
			return forms[i].hint;
	return NULL;
}
