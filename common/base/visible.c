#include "base/visible.h"

#include "base/utf8.h"
#include "base/visible_table.h"

#include <stdbool.h>
#include <stdio.h>

#define RANGES (sizeof visible_range / sizeof *visible_range)

/* What a valid character of len bytes is. */
static uint32_t code_of(const char *p, unsigned len)
{
	uint32_t code = (unsigned char)*p;

	if (len > 1)
		code &= 0x7fu >> len;
	for (unsigned i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)p[i] & 63);
	return code;
}

/* Not seen, or not what is seen: byte order marks, blanks without width, directions. */
static bool deceives(uint32_t code)
{
	return code == 0x61c || code == 0x200b || code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) || code == 0x2060 ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

static unsigned columns_of(uint32_t code)
{
	size_t from = 0, to = RANGES;

	if (code < visible_range[0].from)
		return 1;
	while (from < to) {
		size_t at = (from + to) / 2;

		if (code > visible_range[at].to)
			from = at + 1;
		else if (code < visible_range[at].from)
			to = at;
		else
			return visible_range[at].columns;
	}
	return 1;
}

struct visible visible_char(const char *p, size_t n)
{
	struct visible v = {.taken = utf8_char(p, n)};
	uint32_t code = v.taken ? code_of(p, v.taken) : (unsigned char)*p;
	bool byte = v.taken == 0 || code < 0x20 || code == 0x7f;

	if (byte) {
		v.taken = 1;
		v.len = (unsigned)snprintf(v.text, sizeof v.text, "\\x%02x", code & 0xff);
	} else if ((code >= 0x80 && code < 0xa0) || deceives(code)) {
		v.len = (unsigned)snprintf(v.text, sizeof v.text, "\\u%04x", code & 0xffff);
	} else {
		v.len = v.taken;
		memcpy(v.text, p, v.taken);
		v.columns = columns_of(code);
		return v;
	}
	v.columns = v.len;
	return v;
}

void visible_add(struct buf *to, struct slice text)
{
	for (size_t i = 0; i < text.n;) {
		struct visible v = visible_char(text.p + i, text.n - i);

		buf_add(to, v.text, v.len);
		i += v.taken;
	}
}
