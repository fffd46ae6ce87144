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

/* What people write who do not write JSON. */
static const char *json_hint(struct slice text, const struct json_fault *json)
{
	size_t before = json->at;
	char c = json->at < text.n ? text.p[json->at] : '\0', last;

	while (before > 0 && json_is_space(text.p[before - 1]))
		before--;
	last = before > 0 ? text.p[before - 1] : '\0';
	if (c == '\'')
		return " (texts and names stand in double quotes)";
	if (c == '/' || c == '#')
		return " (JSON has no comments)";
	if (last == ',' && (c == ']' || c == '}'))
		return " (there is a comma too many)";
	if (c == '"' && strncmp(json->what, "expected ','", 12) == 0)
		return " (a comma is missing)";
	if (strcmp(json->what, "expected a member name") == 0 && c > ' ')
		return " (names stand in double quotes)";
	if (strcmp(json->what, "expected a value") == 0 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return " (texts stand in double quotes; the others are numbers, true, false, null)";
	return "";
}

int pattern_fault_json(struct pattern_fault *fault, struct slice text,
		       const struct json_fault *json)
{
	struct slice whole = json_trim(text);
	size_t end = (size_t)(whole.p - text.p) + whole.n;

	if (whole.n == 0)
		return pattern_fault_set(fault, text, json->at, 1, "this is empty");
	if (json->at >= end)
		return pattern_fault_set(fault, text, end, 0, "%s (the text ends here)",
					 json->what);
	return pattern_fault_set(fault, text, json->at, 1, "%s%s", json->what,
				 json_hint(text, json));
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
		} else if (utf8_begins(text.p[place->at])) {
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

		while (p > text.p && from - p < 4 && !utf8_begins(*p))
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
