#include "known.h"

struct known {
	const char *name, *text;
	size_t n;
};

#include "known.inc"

struct slice known_file(struct slice name)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (slice_is(name, files[i].name))
			return (struct slice){files[i].text, files[i].n};
	return SLICE_NONE;
}
