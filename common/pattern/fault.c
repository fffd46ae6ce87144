#include "pattern/fault.h"

#include "base/utf8.h"
#include "base/visible.h"

#include <stdarg.h>
#include <stdio.h>

#define SHOWN_BEFORE 36 /* columns of a long line around the place */
#define SHOWN_FROM   60

int pattern_fault_set(struct pattern_fault *fault, struct slice text, size_t at, size_t len,
		      const char *format, ...)
{
	va_list args;
	int n;

	if (at > text.n)
		at = text.n;
	if (len > text.n - at)
		len = text.n - at;
	*fault = (struct pattern_fault){.at = at, .len = len};
	va_start(args, format);
	n = vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	if ((size_t)n >= sizeof(fault->text))
		fault->text[utf8_cut(fault->text, sizeof(fault->text) - 1,
				     sizeof(fault->text) - 2)] = '\0';
	return -1;
}

static bool begins_char(char c)
{
	return (c & 0xc0) != 0x80;
}

void pattern_place_find(struct pattern_place *place, struct slice text, size_t at)
{
	if (at > text.n)
		at = text.n;
	if (place->line == 0 || at < place->at)
		*place = (struct pattern_place){.line = 1, .column = 1};
	for (; place->at < at; place->at++) {
		if (text.p[place->at] == '\n') {
			place->line++;
			place->column = 1;
		} else if (begins_char(text.p[place->at])) {
			place->column++;
		}
	}
}

/* --- the place shown ------------------------------------------------------------- */

/* Blanks between tokens take one column each. */
static struct visible shown(const char *p, const char *end)
{
	if (*p == '\t' || *p == '\r')
		return (struct visible){.taken = 1, .len = 1, .columns = 1, .text = " "};
	return visible_char(p, (size_t)(end - p));
}

/* Where to begin: the line's begin, or so many columns before the place. */
static const char *begin_of(struct slice text, const char *at)
{
	unsigned columns = 0;
	const char *from = at;

	while (from > text.p && from[-1] != '\n') {
		const char *p = from - 1;

		while (p > text.p && from - p < 4 && !begins_char(*p))
			p--;
		columns += shown(p, at).columns;
		if (columns > SHOWN_BEFORE)
			break;
		from = p;
	}
	return from;
}

void pattern_fault_show(struct buf *to, struct slice text, const struct pattern_fault *fault)
{
	const char *end = text.p + text.n, *at = text.p + fault->at, *until = at + fault->len;
	unsigned before = 0, below = 0, behind = 0;
	struct visible v;
	size_t begin;

	BUF_LIT(to, "    ");
	begin = to->len;
	for (const char *p = begin_of(text, at); p < end && *p != '\n'; p += v.taken) {
		v = shown(p, end);
		if (p < at)
			before += v.columns;
		else if ((behind += v.columns) > SHOWN_FROM)
			break;
		if (p >= at && p < until)
			below += v.columns;
		buf_add(to, v.text, v.len);
	}
	while (to->len > begin && to->p[to->len - 1] == ' ')
		to->len--;
	BUF_LIT(to, "\n    ");
	for (unsigned i = 0; i < before; i++)
		buf_addc(to, ' ');
	for (unsigned i = 0; i < (below ? below : 1); i++)
		buf_addc(to, '^');
	buf_addc(to, '\n');
}
