#include "pattern/fault.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

#define SHOWN_BEFORE 36 /* characters of a long line around the place */
#define SHOWN_FROM   60

static bool begins_char(char c)
{
	return (c & 0xc0) != 0x80;
}

int pattern_fault_set(struct pattern_fault *fault, struct slice text, size_t at, size_t len,
		      const char *format, ...)
{
	va_list args;
	int n;

	if (at > text.n)
		at = text.n;
	if (len > text.n - at)
		len = text.n - at;
	*fault = (struct pattern_fault){.at = at, .len = len, .line = 1, .column = 1};
	for (size_t i = 0; i < at; i++) {
		if (text.p[i] == '\n') {
			fault->line++;
			fault->column = 1;
		} else if (begins_char(text.p[i])) {
			fault->column++;
		}
	}
	va_start(args, format);
	n = vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	if ((size_t)n >= sizeof(fault->text))
		fault->text[utf8_cut(fault->text, sizeof(fault->text) - 1,
				     sizeof(fault->text) - 2)] = '\0';
	return -1;
}

/* Moves p by n characters within from..to, forwards or backwards. */
static const char *step(const char *p, const char *from, const char *to, int n)
{
	for (; n < 0 && p > from; n++)
		for (p--; p > from && !begins_char(*p); p--)
			;
	for (; n > 0 && p < to; n--)
		for (p++; p < to && !begins_char(*p); p++)
			;
	return p;
}

void pattern_fault_show(struct buf *to, struct slice text, const struct pattern_fault *fault)
{
	const char *end = text.p + text.n, *at = text.p + fault->at, *from = at, *last = at;
	const char *until = at + (fault->len ? fault->len : 1);

	while (from > text.p && from[-1] != '\n')
		from--;
	while (last < end && *last != '\n')
		last++;
	from = step(at, from, at, -SHOWN_BEFORE);
	last = step(at, at, last, SHOWN_FROM);
	if (until > last)
		until = at == last ? last + 1 : last;
	BUF_LIT(to, "    ");
	for (const char *p = from; p < last; p++)
		buf_addc(to, (unsigned char)*p < ' ' || *p == 0x7f ? ' ' : *p);
	BUF_LIT(to, "\n    ");
	for (const char *p = from; p < at; p++)
		if (begins_char(*p))
			buf_addc(to, ' ');
	buf_addc(to, '^');
	for (const char *p = at + 1; p < until; p++)
		if (p >= last || begins_char(*p))
			buf_addc(to, '^');
	buf_addc(to, '\n');
}
