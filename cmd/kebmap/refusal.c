#include "refusal.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* A name may have been cut inside a character. */
static void mend(char *text, size_t n)
{
	unsigned len;

	for (size_t i = 0; i < n; i += len ? len : 1) {
		len = utf8_char(text + i, n - i);
		if (!len)
			text[i] = '?';
	}
}

bool refuse(struct refusal *why, enum reject_class class, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	mend(why->text, strlen(why->text));
	why->class = class;
	return false;
}
