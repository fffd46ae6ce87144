#include "pattern/glob.h"

const char *glob_check(struct slice text, size_t *at)
{
	bool star = false;

	for (size_t i = 0; i < text.n; i++) {
		*at = i;
		if (text.p[i] == '*') {
			if (star)
				return "two wildcard characters in a row";
			star = true;
			continue;
		}
		star = false;
		if (text.p[i] != '\\')
			continue;
		if (i + 1 == text.n || (text.p[i + 1] != '*' && text.p[i + 1] != '\\'))
			return "a backslash must be followed by '*' or a backslash";
		i++;
	}
	return NULL;
}

unsigned glob_pieces(struct slice text)
{
	unsigned n = 1;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\')
			i++;
		else if (text.p[i] == '*')
			n++;
	}
	return n;
}

void glob_split(struct slice text, char *bytes, uint32_t *ends)
{
	uint32_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '*') {
			*ends++ = n;
			continue;
		}
		if (text.p[i] == '\\')
			i++;
		bytes[n++] = text.p[i];
	}
	*ends = n;
}

bool glob_match(const char *bytes, const uint32_t *ends, unsigned pieces, struct slice value)
{
	uint32_t total = ends[pieces - 1], begin = ends[0];
	size_t last;

	if (value.n < total || (ends[0] && memcmp(value.p, bytes, ends[0]) != 0))
		return false;
	if (pieces == 1)
		return value.n == total;
	last = total - ends[pieces - 2];
	value.n -= last;
	if (last && memcmp(value.p + value.n, bytes + total - last, last) != 0)
		return false;
	value.p += ends[0];
	value.n -= ends[0];
	for (unsigned i = 1; i + 1 < pieces; i++) {
		size_t n = ends[i] - begin;
		const char *found = memmem(value.p, value.n, bytes + begin, n);

		if (found == NULL)
			return false;
		value.n -= (size_t)(found - value.p) + n;
		value.p = found + n;
		begin = ends[i];
	}
	return true;
}
